//! Writing the names that are new.

use std::sync::Arc;

use cresset_store::backend::shape::numbers_blob;

use super::{New, Registry};
use crate::value::stored_id;
use crate::writer::pending::Statements;

impl Registry<'_> {
    /// The statements that write what is new since they were asked for last.
    pub(in crate::writer) fn statements(&mut self, out: &mut Statements) {
        let new = std::mem::take(&mut self.new);
        for (block, uri) in &new.systems {
            let text = "INSERT INTO system(block,uri,next) VALUES($1,$2,$3)";
            let next = self.next_in_block.get(block).copied().unwrap_or_default();
            out.add(
                text,
                vec![Box::new(*block), Box::new(uri.clone()), Box::new(next)],
            );
        }
        let blocks: Vec<(i64, i64)> = new
            .blocks
            .iter()
            .filter_map(|block| Some((*block, *self.next_in_block.get(block)?)))
            .collect();
        if !blocks.is_empty() {
            let text = "UPDATE system s SET next=w.next FROM unnest($1::int8[],$2::int8[]) w(block,next) \
                        WHERE s.block=w.block";
            let (blocks, next): (Vec<i64>, Vec<i64>) = blocks.into_iter().unzip();
            out.add(text, vec![Box::new(blocks), Box::new(next)]);
        }
        terms(&new, out);
        others(&new, out);
        for column in &new.facts {
            let facts = self.catalog.facts.get(column).copied().unwrap_or_default();
            let text = "INSERT INTO fact(p,repeats,long) VALUES($1,$2,$3) \
                        ON CONFLICT(p) DO UPDATE SET repeats=$2,long=$3";
            let column = i32::try_from(*column).unwrap_or_default();
            let args = vec![
                Box::new(column) as _,
                Box::new(facts.repeats) as _,
                Box::new(facts.long) as _,
            ];
            out.add(text, args);
        }
    }

    /// The statement that leaves the writer's row to the next one.
    pub(in crate::writer) fn last_statement(&mut self, out: &mut Statements) {
        if self.is_catalog_changed {
            self.counters.catalog += 1;
            self.catalog.number = self.counters.catalog;
        }
        let text = "UPDATE writer SET generation=$1,catalog=$2,next_uri=$3,next_unit=$4,\
                    next_pair=$5,next_shape=$6,next_block=$7";
        let counters = &self.counters;
        let numbers = [
            counters.generation + 1,
            counters.catalog,
            counters.next_uri,
            counters.next_unit,
            counters.next_pair,
            counters.next_shape,
            counters.next_block,
        ];
        out.add(text, numbers.map(|n| Box::new(n) as _).into());
    }

    /// The next sequence number of each type that was looked at.
    pub(in crate::writer) fn next_sequences(&self) -> impl Iterator<Item = (u8, i64)> {
        self.next_sequence.iter().map(|(of, next)| (*of, *next))
    }

    /// Remembers what is committed now.
    pub(in crate::writer) fn committed(self) {
        let names = &self.shared.names;
        for (key, id) in self.known.tokens {
            names.tokens.insert(key, id);
        }
        for (uri, id) in self.known.uris {
            names.uris.insert(uri, id);
        }
        for (key, rid) in self.known.identities {
            names.identities.insert(key, rid);
        }
        for (unit, id) in self.known.units {
            names.units.insert(unit, id);
        }
        for (pair, id) in self.known.pairs {
            names.pairs.insert(pair, id);
        }
        if self.is_catalog_changed {
            let mut held = self.shared.catalog.write();
            if held.number < self.catalog.number {
                *held = Arc::new(self.catalog);
            }
        }
    }
}

fn terms(new: &New, out: &mut Statements) {
    if !new.tokens.is_empty() {
        let text = "INSERT INTO token(id,folded) SELECT * FROM unnest($1::int8[],$2::text[])";
        let (ids, folded): (Vec<i64>, Vec<String>) = new.tokens.iter().cloned().unzip();
        out.add(text, vec![Box::new(ids), Box::new(folded)]);
    }
    if !new.uris.is_empty() {
        let text = "INSERT INTO uri(id,uri) SELECT * FROM unnest($1::int8[],$2::text[])";
        let (ids, uris): (Vec<i64>, Vec<String>) = new.uris.iter().cloned().unzip();
        out.add(text, vec![Box::new(ids), Box::new(uris)]);
    }
    if !new.identities.is_empty() {
        let text = "INSERT INTO identity(type,id,r) SELECT * FROM unnest($1::int2[],$2::bytea[],$3::int8[])";
        let mut rows: Vec<(i16, Vec<u8>, i64)> = new
            .identities
            .iter()
            .map(|(of, id, rid)| (i16::from(*of), stored_id(id.as_str()), *rid))
            .collect();
        rows.sort_unstable();
        let types: Vec<i16> = rows.iter().map(|row| row.0).collect();
        let rids: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let ids: Vec<Vec<u8>> = rows.into_iter().map(|row| row.1).collect();
        out.add(text, vec![Box::new(types), Box::new(ids), Box::new(rids)]);
    }
}

fn others(new: &New, out: &mut Statements) {
    for (id, [system, code, unit]) in &new.units {
        let text = "INSERT INTO unit(id,system,code,unit) VALUES($1,$2,$3,$4)";
        let args = vec![
            Box::new(*id) as _,
            Box::new(system.clone()) as _,
            Box::new(code.clone()) as _,
            Box::new(unit.clone()) as _,
        ];
        out.add(text, args);
    }
    if !new.pairs.is_empty() {
        let text =
            "INSERT INTO pair(id,a,b) SELECT * FROM unnest($1::int8[],$2::int8[],$3::int8[])";
        let column =
            |at: fn(&(i64, i64, i64)) -> i64| -> Vec<i64> { new.pairs.iter().map(at).collect() };
        let args = vec![
            Box::new(column(|row| row.0)) as _,
            Box::new(column(|row| row.1)) as _,
            Box::new(column(|row| row.2)) as _,
        ];
        out.add(text, args);
    }
    for (id, of, numbers) in &new.shapes {
        let text = "INSERT INTO shape(id,type,numbers) VALUES($1,$2,$3)";
        let args = vec![
            Box::new(*id) as _,
            Box::new(i16::from(*of)) as _,
            Box::new(numbers_blob(numbers)) as _,
        ];
        out.add(text, args);
    }
}
