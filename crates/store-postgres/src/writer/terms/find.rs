//! Looking up what is missing, and giving integers to what is nowhere.

use std::collections::HashMap;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::Error;
use cresset_store::layout::Rid;
use deadpool_postgres::Transaction;
use futures_util::future::try_join_all;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{Registry, Wanted};
use crate::catalog::BLOCK_BITS;
use crate::fault::store_error;
use crate::row::get;
use crate::snapshot::query;
use crate::value::stored_id;

const TOKENS: &str = "SELECT t.id,t.folded FROM unnest($1::text[]) w(folded) JOIN token t \
    ON left(t.folded,500)=left(w.folded,500) AND t.folded=w.folded";
const BLOCKS: &str = "SELECT block,next FROM system WHERE uri=ANY($1)";
const URIS: &str = "SELECT u.id,u.uri FROM unnest($1::text[]) w(uri) JOIN uri u \
    ON left(u.uri,500)=left(w.uri,500) AND u.uri=w.uri";
const UNITS: &str = "SELECT id,system,code,unit FROM unit";
const PAIRS: &str = "SELECT p.id,p.a,p.b FROM unnest($1::int8[],$2::int8[]) w(a,b) \
    JOIN pair p ON p.a=w.a AND p.b=w.b";
const IDENTITIES: &str = "SELECT i.r,i.id FROM unnest($1::int2[],$2::bytea[]) w(type,id) \
    JOIN identity i ON i.type=w.type AND i.id=w.id";
const SEQUENCES: &str = "SELECT type,next FROM tally WHERE type=ANY($1)";

/// What was found, one list of rows for each statement.
struct Found {
    tokens: Vec<Row>,
    blocks: Vec<Row>,
    uris: Vec<Row>,
    units: Vec<Row>,
    pairs: Vec<Row>,
    identities: Vec<Row>,
    sequences: Vec<Row>,
}

impl Registry<'_> {
    /// Looks up all that is missing in one round trip; true when there was something.
    pub(in crate::writer) async fn resolve(
        &mut self,
        transaction: &Transaction<'_>,
    ) -> Result<bool, Error> {
        if self.wanted.is_empty() {
            return Ok(false);
        }
        let wanted = std::mem::take(&mut self.wanted);
        let found = found(transaction, &wanted).await?;
        self.take_tokens(&wanted, &found)?;
        for row in &found.uris {
            self.known.uris.insert(get(row, 1)?, get(row, 0)?);
        }
        for row in &found.units {
            let unit = [get(row, 1)?, get(row, 2)?, get(row, 3)?];
            self.known.units.insert(unit, get(row, 0)?);
        }
        for row in &found.pairs {
            let pair = (get(row, 1)?, get(row, 2)?);
            self.known.pairs.insert(pair, get(row, 0)?);
        }
        self.take_identities(&wanted, &found)?;
        self.add_others(wanted);
        Ok(true)
    }

    fn take_tokens(&mut self, wanted: &Wanted, found: &Found) -> Result<(), Error> {
        for row in &found.blocks {
            let (block, next) = (get(row, 0)?, get(row, 1)?);
            self.next_in_block.entry(block).or_insert(next);
        }
        let mut by_code: HashMap<&str, Vec<i64>> = HashMap::new();
        for row in &found.tokens {
            by_code.entry(get(row, 1)?).or_default().push(get(row, 0)?);
        }
        for (system, folded) in &wanted.tokens {
            let blocks = self.catalog.systems.get(system);
            let blocks = blocks.map(Vec::as_slice).unwrap_or_default();
            let ids = by_code.get(folded.as_str());
            let mut ids = ids.map(Vec::as_slice).unwrap_or_default().iter().copied();
            let there = ids.find(|id| blocks.contains(&(id >> BLOCK_BITS)));
            let id = there.unwrap_or_else(|| self.new_token(system, folded));
            let key = (system.clone(), folded.clone());
            self.known.tokens.insert(key, id);
        }
        Ok(())
    }

    fn take_identities(&mut self, wanted: &Wanted, found: &Found) -> Result<(), Error> {
        for row in &found.sequences {
            let of = u8::try_from(get::<i16>(row, 0)?).unwrap_or_default();
            let next = get(row, 1)?;
            self.next_sequence.entry(of).or_insert(next);
        }
        let mut rids: HashMap<(u8, &[u8]), i64> = HashMap::new();
        for row in &found.identities {
            let rid: i64 = get(row, 0)?;
            let of = Rid(rid).resource_type().map_or(0, ResourceType::code);
            rids.insert((of, get(row, 1)?), rid);
        }
        for (of, id) in wanted.mentions.iter().chain(&wanted.identities) {
            let stored = stored_id(id.as_str());
            if let Some(rid) = rids.get(&(*of, stored.as_slice())) {
                self.known.identities.insert((*of, id.clone()), *rid);
            }
        }
        for key in &wanted.identities {
            if !self.known.identities.contains_key(key) {
                self.new_identity(key);
            }
        }
        Ok(())
    }

    fn new_identity(&mut self, key: &(u8, ResourceId)) {
        let Some(of) = ResourceType::from_code(key.0) else {
            return;
        };
        let next = self.next_sequence.entry(key.0).or_insert(1);
        let rid = Rid::new(of, *next).0;
        *next += 1;
        self.fresh.insert(rid);
        self.new.identities.push((key.0, key.1.clone(), rid));
        self.known.identities.insert(key.clone(), rid);
    }

    fn add_others(&mut self, wanted: Wanted) {
        for uri in wanted.uris {
            if !self.known.uris.contains_key(&uri) {
                let id = self.counters.next_uri;
                self.counters.next_uri += 1;
                self.new.uris.push((id, uri.clone()));
                self.known.uris.insert(uri, id);
            }
        }
        for unit in wanted.units {
            if !self.known.units.contains_key(&unit) {
                let id = self.counters.next_unit;
                self.counters.next_unit += 1;
                self.new.units.push((id, unit.clone()));
                self.known.units.insert(unit, id);
            }
        }
        for (a, b) in wanted.pairs {
            if !self.known.pairs.contains_key(&(a, b)) {
                let id = self.counters.next_pair;
                self.counters.next_pair += 1;
                self.new.pairs.push((id, a, b));
                self.known.pairs.insert((a, b), id);
            }
        }
    }
}

async fn found(transaction: &Transaction<'_>, wanted: &Wanted) -> Result<Found, Error> {
    let codes: Vec<&str> = wanted
        .tokens
        .iter()
        .map(|(_, code)| code.as_str())
        .collect();
    let systems: Vec<&str> = wanted.tokens.iter().map(|(s, _)| s.as_str()).collect();
    let uris: Vec<&str> = wanted.uris.iter().map(String::as_str).collect();
    let (a, b): (Vec<i64>, Vec<i64>) = wanted.pairs.iter().copied().unzip();
    let identities = wanted.mentions.iter().chain(&wanted.identities);
    let (types, ids): (Vec<i16>, Vec<Vec<u8>>) = identities
        .map(|(of, id)| (i16::from(*of), stored_id(id.as_str())))
        .unzip();
    let no_units = wanted.units.is_empty();
    let asked: [(bool, &str, Vec<&(dyn ToSql + Sync)>); 7] = [
        (codes.is_empty(), TOKENS, vec![&codes]),
        (codes.is_empty(), BLOCKS, vec![&systems]),
        (uris.is_empty(), URIS, vec![&uris]),
        (no_units, UNITS, vec![]),
        (a.is_empty(), PAIRS, vec![&a, &b]),
        (types.is_empty(), IDENTITIES, vec![&types, &ids]),
        (types.is_empty(), SEQUENCES, vec![&types]),
    ];
    let rows = asked.iter().map(|(is_idle, text, args)| async move {
        if *is_idle {
            return Ok(Vec::new());
        }
        query(transaction, text, args).await
    });
    let rows = try_join_all(rows).await.map_err(|e| store_error(&e))?;
    let rows: [Vec<Row>; 7] = rows
        .try_into()
        .map_err(|_| Error::failed("a list of names is missing"))?;
    let [tokens, blocks, uris, units, pairs, identities, sequences] = rows;
    Ok(Found {
        tokens,
        blocks,
        uris,
        units,
        pairs,
        identities,
        sequences,
    })
}
