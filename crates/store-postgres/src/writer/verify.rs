//! Whether an instance holds what it should: everything is derived again and compared.
//!
//! Index keys are extracted anew from every current body. Each must be in its table, and the tables
//! must hold no more than was extracted: together that makes them equal. Names are only looked up;
//! one that is nowhere gets an integer that no row has, and nothing is written.

mod versions;

use std::collections::HashSet;

use cresset_definitions::ResourceType;
use cresset_store::backend::examine::{Trail, name, outside};
use cresset_store::backend::shape::says;
use cresset_store::backend::{audit::Block, instant};
use cresset_store::layout::{Keys, Rid};
use cresset_store::store::Method;
use cresset_store::verify::Report;
use cresset_store::{Error, backend::codec::Codec};
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::pending::{Rows, TABLES, missing};
use super::stored::{COLUMNS, Stored, encode};
use super::terms::{Counters, Registry};
use crate::fault::store_error;
use crate::row::{self, get};
use crate::shared::{Shared, stored_type};
use crate::snapshot::{begin, connection, execute, query, query_opt};

/// Rows that are looked at together.
const PART: i64 = 256;
/// Blocks of the audit trail that are looked at together.
const BLOCKS: i64 = 64;

/// One instance under examination, within one snapshot.
struct Examination<'a> {
    shared: &'a Shared,
    snapshot: &'a Transaction<'a>,
    report: Report,
    /// Rows that the tables of the index should hold.
    expected: [u64; 5],
    /// Numbers whose rows are not complete, not removed yet, or another program's.
    in_doubt: HashSet<i64>,
    /// Types whose index is being built.
    building: HashSet<u8>,
    /// Numbers of the parameters there are.
    in_use: HashSet<i64>,
}

/// Examines everything; takes as long as it takes.
pub(crate) async fn examine(shared: &Shared) -> Result<Report, Error> {
    let mut connection = connection(shared).await?;
    let snapshot = begin_long(begin(&mut connection).await?).await?;
    let mut examination = Examination {
        shared,
        snapshot: &snapshot,
        report: Report::default(),
        expected: [0; 5],
        in_doubt: HashSet::new(),
        building: HashSet::new(),
        in_use: HashSet::new(),
    };
    examination.indexing().await?;
    for of in ResourceType::all() {
        examination.resources(of).await?;
    }
    examination.tables().await?;
    let mut report = examination.report;
    versions::examine(shared, &snapshot, &mut report).await?;
    trail(&shared.codec, &snapshot, &mut report).await?;
    Ok(report)
}

/// Examines the audit trail alone.
pub(crate) async fn examine_audit(shared: &Shared) -> Result<Report, Error> {
    let mut connection = connection(shared).await?;
    let snapshot = begin_long(begin(&mut connection).await?).await?;
    let mut report = Report::default();
    trail(&shared.codec, &snapshot, &mut report).await?;
    Ok(report)
}

/// No statement of it is cut off.
async fn begin_long(snapshot: Transaction<'_>) -> Result<Transaction<'_>, Error> {
    execute(&snapshot, "SET LOCAL statement_timeout=0", &[]).await?;
    Ok(snapshot)
}

impl Examination<'_> {
    /// Notes what is left to do on the index.
    async fn indexing(&mut self) -> Result<(), Error> {
        let counters = Counters::read(self.snapshot).await?;
        let registry = Registry::begin(self.shared, self.snapshot, counters).await?;
        let own = registry.indexing().encoder.parameters.numbers();
        self.in_use = own.iter().copied().collect();
        let text = "SELECT number,type,state FROM parameter WHERE state IN (0,2,4) \
                    OR state<>3 AND number<>ALL($1)";
        let rows = query(self.snapshot, text, &[&own]).await;
        let mut waiting = 0;
        for row in &rows.map_err(|e| store_error(&e))? {
            self.in_doubt.insert(get(row, 0)?);
            if matches!(get::<i16>(row, 2)?, 0 | 4) {
                waiting += 1;
                let of = u8::try_from(get::<i16>(row, 1)?).unwrap_or_default();
                self.building.insert(of);
            }
        }
        if waiting > 0 {
            self.report.problem(format!(
                "{waiting} search parameters are not indexed yet; `cresset reindex` or a running server does that"
            ));
        }
        Ok(())
    }

    async fn resources(&mut self, of: ResourceType) -> Result<(), Error> {
        let text =
            format!("SELECT {COLUMNS} FROM resource WHERE r>$1 AND r<=$2 ORDER BY r LIMIT $3");
        let (mut after, end) = (Rid::floor(of).0, Rid::ceiling(of).0);
        let mut live = 0;
        loop {
            let rows = query(self.snapshot, &text, &[&after, &end, &PART]).await;
            let rows = rows.map_err(|e| store_error(&e))?;
            let Some(last) = rows.last() else { break };
            after = get(last, 4)?;
            live += self.part(of, &rows).await?;
        }
        self.report.resources += live;
        self.tally(of, live).await
    }

    /// Looks at some resources; gives how many are live.
    async fn part(&mut self, of: ResourceType, rows: &[Row]) -> Result<u64, Error> {
        row::ready(self.shared, self.snapshot, (rows, 3)).await?;
        let counters = Counters::read(self.snapshot).await?;
        let mut registry = Registry::begin(self.shared, self.snapshot, counters).await?;
        let mut live = 0;
        let mut resources = Vec::with_capacity(rows.len());
        for row in rows {
            match Stored::read((self.shared, registry.indexing()), of, row) {
                Ok(stored) => {
                    live += u64::from(stored.version.method != Method::Delete);
                    resources.push(stored);
                }
                Err(error) => {
                    live += 1;
                    let name = name(get(row, 4)?);
                    self.report.problem(format!("{name}: {error}"));
                }
            }
        }
        for resource in &resources {
            registry.mention(of, &resource.version.id);
        }
        encode(&mut registry, self.snapshot, &mut resources).await?;
        registry.resolve(self.snapshot).await?;
        let mut held = Rows::default();
        for resource in resources {
            let rid = resource.rid;
            if registry.known(of, &resource.version.id) != Some(Rid(rid)) {
                let name = name(rid);
                self.report
                    .problem(format!("{name}: its id leads elsewhere"));
            }
            if let Some(keys) = resource.keys {
                let updated = instant::millis(resource.version.last_updated);
                let shape = resource.shape;
                let (stored, wanted) = (registry.set(of, shape), registry.set(of, keys.shape));
                let is_same = says(stored, wanted, |number| self.in_use.contains(&number));
                let keys = if is_same {
                    keys.with_shape(of, shape)
                } else {
                    keys
                };
                let keys = self.expected_keys(of, keys, (rid, shape));
                held.take(rid, &keys.with_update(of, updated), &Keys::default());
            }
        }
        self.compare(held).await?;
        Ok(live)
    }

    /// The keys the tables should hold.
    fn expected_keys(&mut self, of: ResourceType, keys: Keys, (rid, shape): (i64, i64)) -> Keys {
        let keys = keys.except(&self.in_doubt);
        if self.building.contains(&of.code()) {
            return keys.with_shape(of, shape);
        }
        if keys.shape != shape {
            let name = name(rid);
            self.report
                .problem(format!("{name}: its set of parameters is another"));
        }
        keys
    }

    async fn compare(&mut self, held: Rows) -> Result<(), Error> {
        for (expected, count) in self.expected.iter_mut().zip(held.counts()) {
            *expected += count;
        }
        for (table, rids) in missing(self.snapshot, held).await? {
            for rid in rids {
                let name = name(rid);
                self.report
                    .problem(format!("{name}: a key is missing in {table}"));
            }
        }
        Ok(())
    }

    async fn tally(&mut self, of: ResourceType, live: u64) -> Result<(), Error> {
        let text = "SELECT coalesce((SELECT live FROM tally WHERE type=$1),0),\
                    coalesce((SELECT next FROM tally WHERE type=$1),1),\
                    coalesce((SELECT max(r) FROM identity WHERE type=$1),0)";
        let row = query_opt(self.snapshot, text, &[&stored_type(of)]).await?;
        let Some(row) = row else { return Ok(()) };
        let (counted, next, highest): (i64, i64, i64) =
            (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
        if u64::try_from(counted) != Ok(live) {
            self.report
                .problem(format!("{of}: {counted} are counted, {live} are there"));
        }
        if highest > 0 && Rid(highest).sequence() >= next {
            self.report
                .problem(format!("{of}: the next number was given already"));
        }
        Ok(())
    }

    async fn tables(&mut self) -> Result<(), Error> {
        let known = outside(self.in_doubt.iter().copied());
        let [idx, rng, str, ..] = self.expected;
        self.report.keys = idx + rng + str;
        for (table, expected) in TABLES.into_iter().zip(self.expected) {
            let text = if ["idx", "rng", "str"].contains(&table) {
                format!("SELECT count(*) FROM {table} WHERE {known}")
            } else if self.in_doubt.is_empty() {
                format!("SELECT count(*) FROM {table}")
            } else {
                // Words do not say of which number they are, and what is retired is removed later.
                continue;
            };
            let row = query_opt(self.snapshot, &text, &[]).await?;
            let held: i64 = row.map_or(Ok(0), |row| get(&row, 0))?;
            let held = u64::try_from(held).unwrap_or_default();
            if held > expected {
                self.report.problem(format!(
                    "{table} holds {} keys no resource has",
                    held - expected
                ));
            }
        }
        Ok(())
    }
}

/// Adds to the report what is wrong with the audit trail, and where.
async fn trail(
    codec: &Codec,
    snapshot: &Transaction<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    let text = "SELECT last,count,first_at,last_at,previous,seal,records FROM audit_block \
                WHERE last>$1 ORDER BY last LIMIT $2";
    let mut trail = Trail::default();
    let mut after = 0_i64;
    loop {
        let rows = query(snapshot, text, &[&after, &BLOCKS]).await;
        let rows = rows.map_err(|e| store_error(&e))?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = get(last, 0)?;
        for row in &rows {
            trail.look(&block(row)?, codec, report);
        }
    }
}

fn block(row: &Row) -> Result<Block, Error> {
    let count = |at| Ok::<_, Error>(u64::try_from(get::<i64>(row, at)?).unwrap_or_default());
    let seal = |at| Ok::<_, Error>(get::<&[u8]>(row, at)?.try_into().unwrap_or_default());
    Ok(Block {
        last: count(0)?,
        count: count(1)?,
        first_at: get(row, 2)?,
        last_at: get(row, 3)?,
        journal: 0,
        previous: seal(4)?,
        seal: seal(5)?,
        records: get(row, 6)?,
    })
}
