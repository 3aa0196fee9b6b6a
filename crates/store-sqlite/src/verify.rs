//! Whether an instance holds what it should: everything is derived again and compared.
//!
//! Index keys are extracted anew from every current body. Each must be in its table, and the tables
//! must hold no more than was extracted: together that makes them equal.

mod known;
mod versions;

use std::collections::{HashMap, HashSet};

use cresset_definitions::ResourceType;
use cresset_store::backend::examine::outside;
use cresset_store::layout::encode::{Key, by_resource};
use cresset_store::layout::{IndexState, Keys, Own, Rid, Subject, WordsOf, encode, own_column};
use cresset_store::store::Method;
use cresset_store::verify::Report;
use cresset_store::{Error, Version};
use rusqlite::{Connection, Row};

use crate::catalog;
use crate::fault::store_error;
use crate::instant;
use crate::lookups::{Names, Snapshot};
use crate::row;
use crate::shared::Shared;
use known::Known;

/// Rows the tables should hold.
#[derive(Default)]
struct Expected {
    idx: u64,
    rng: u64,
    rng_r: u64,
    str: u64,
    targets: u64,
    /// Resources with words of each part.
    words: HashMap<WordsOf, u64>,
}

/// One instance under examination, within one snapshot.
struct Examination<'a> {
    connection: &'a Connection,
    shared: &'a Shared,
    report: Report,
    expected: Expected,
    /// Numbers whose rows are not complete, or not removed yet.
    in_doubt: HashSet<i64>,
    /// Types whose index is being built.
    building: HashSet<u8>,
    /// Numbers of the parameters there are.
    in_use: HashSet<i64>,
}

/// Examines everything; takes as long as it takes.
pub(crate) fn examine(connection: &Connection, shared: &Shared) -> Result<Report, Error> {
    crate::readers::snapshot(connection, || {
        let expected = Expected::default();
        let mut examination = Examination {
            connection,
            shared,
            report: Report::default(),
            expected,
            in_doubt: HashSet::new(),
            building: HashSet::new(),
            in_use: shared
                .index()
                .encoder
                .parameters
                .numbers()
                .into_iter()
                .collect(),
        };
        examination.stale().map_err(|e| store_error(&e))?;
        examination.integrity().map_err(|e| store_error(&e))?;
        for of in ResourceType::all() {
            examination.resources(of)?;
        }
        examination.tables().map_err(|e| store_error(&e))?;
        versions::examine(connection, shared, &mut examination.report)?;
        seals(connection, shared, &mut examination.report)?;
        Ok(examination.report)
    })
}

/// Examines the audit trail alone.
pub(crate) fn audit(connection: &Connection, shared: &Shared) -> Result<Report, Error> {
    let mut report = Report::default();
    seals(connection, shared, &mut report)?;
    Ok(report)
}

fn seals(connection: &Connection, shared: &Shared, report: &mut Report) -> Result<(), Error> {
    crate::audit::verify::examine(connection, &shared.codec, report).map_err(|e| store_error(&e))
}

impl Examination<'_> {
    /// Notes what is left to do on the index.
    fn stale(&mut self) -> rusqlite::Result<()> {
        let lines = catalog::in_doubt(self.connection)?;
        let building = lines.iter().filter(|l| l.state == IndexState::Building);
        self.building = building.clone().map(|line| line.resource_type).collect();
        let waiting = building.count();
        if waiting > 0 {
            self.report.problem(format!(
                "{waiting} search parameters are not indexed yet; `cresset reindex` or a running server does that"
            ));
        }
        self.in_doubt = lines.iter().map(|line| line.number).collect();
        Ok(())
    }

    fn integrity(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let line: String = row.get(0)?;
            if line != "ok" {
                self.report
                    .problem(format!("the database file is damaged: {line}"));
            }
        }
        Ok(())
    }

    fn resources(&mut self, of: ResourceType) -> Result<(), Error> {
        let text = "SELECT version,updated,method,body,r,shape FROM resource WHERE r>? AND r<=? ORDER BY r";
        let mut statement = self.connection.prepare(text).map_err(|e| store_error(&e))?;
        let span = (Rid::floor(of).0, Rid::ceiling(of).0);
        let mut rows = statement.query(span).map_err(|e| store_error(&e))?;
        let mut live = 0;
        while let Some(row) = rows.next().map_err(|e| store_error(&e))? {
            live += u64::from(self.resource(of, row)?);
        }
        self.report.resources += live;
        self.tally(of, live).map_err(|e| store_error(&e))
    }

    /// True for a live resource.
    fn resource(&mut self, of: ResourceType, row: &Row<'_>) -> Result<bool, Error> {
        let rid: i64 = row.get(4).map_err(|e| store_error(&e))?;
        let shape: i64 = row.get(5).map_err(|e| store_error(&e))?;
        let name = format!("{of} {}", Rid(rid).sequence());
        let version = match row::version(row, &self.shared.codec, of, None) {
            Ok(version) => version,
            Err(error) => {
                self.report.problem(format!("{name}: {error}"));
                return Ok(true);
            }
        };
        let snapshot = Snapshot {
            connection: self.connection,
            shared: self.shared,
            names: Names::Stored,
        };
        let known = cresset_store::plan::Lookups::rid(&snapshot, of, &version.id)
            .map_err(|e| store_error(&e))?;
        if known != Some(Rid(rid)) {
            self.report
                .problem(format!("{name}: its id leads elsewhere"));
        }
        if version.method == Method::Delete {
            return Ok(false);
        }
        match self.keys(&version, shape) {
            Ok(keys) if self.building.contains(&of.code()) => self
                .compare(&name, rid, &keys.with_shape(of, shape), shape)
                .map_err(|e| store_error(&e))?,
            Ok(keys) => self
                .compare(&name, rid, &keys, shape)
                .map_err(|e| store_error(&e))?,
            Err(error) => self.report.problem(format!("{name}: {error}")),
        }
        Ok(true)
    }

    /// The keys a live version should have.
    fn keys(&self, version: &Version, shape: i64) -> Result<Keys, Error> {
        let index = self.shared.index();
        let reading = self.shared.reading(&index);
        let tree = reading.tree(&version.body)?;
        let rows = reading.rows(&tree);
        let subject = Subject {
            resource_type: version.resource_type,
            id: &version.id,
            rows: &rows,
        };
        let mut known = Known {
            snapshot: Snapshot {
                connection: self.connection,
                shared: self.shared,
                names: Names::Stored,
            },
            shape,
            in_use: &self.in_use,
        };
        let mut keys = encode(&index.encoder, subject, &mut known).map_err(|e| store_error(&e))?;
        keys = index.encoder.with_words(keys, version.resource_type, &tree);
        let v = instant::millis(version.last_updated);
        keys.ranges.push(Key {
            p: own_column(version.resource_type, Own::Updated),
            v,
            w: 0,
        });
        if !self.in_doubt.is_empty() {
            keys = keys.except(&self.in_doubt);
        }
        Ok(keys)
    }

    fn compare(&mut self, name: &str, rid: i64, keys: &Keys, shape: i64) -> rusqlite::Result<()> {
        if keys.shape != shape {
            self.report
                .problem(format!("{name}: its set of parameters is another"));
        }
        for key in &keys.index {
            self.expected.idx += 1;
            self.must_hold(
                "SELECT 1 FROM idx WHERE p=? AND v=? AND w=? AND r=?",
                (key.p, key.v, key.w, rid),
                name,
            )?;
        }
        for key in &keys.ranges {
            self.expected.rng += 1;
            let row = (key.p, key.v, key.w, rid);
            self.must_hold(
                "SELECT 1 FROM rng WHERE p=? AND v=? AND w=? AND r=?",
                row,
                name,
            )?;
            if by_resource(key.p) {
                self.expected.rng_r += 1;
                self.must_hold(
                    "SELECT 1 FROM rng_r WHERE p=? AND v=? AND w=? AND r=?",
                    row,
                    name,
                )?;
            }
        }
        for key in &keys.targets {
            self.expected.targets += 1;
            self.must_hold(
                "SELECT 1 FROM ref WHERE r=? AND p=? AND v=?",
                (rid, key.p, key.v),
                name,
            )?;
        }
        for key in &keys.texts {
            self.expected.str += 1;
            let row = (key.p, &key.text, key.hash, rid);
            self.must_hold(
                "SELECT 1 FROM str WHERE p=? AND s=? AND h=? AND r=?",
                row,
                name,
            )?;
            self.must_hold(
                "SELECT 1 FROM str_r WHERE p=? AND s=? AND h=? AND r=?",
                row,
                name,
            )?;
        }
        for key in &keys.words {
            *self.expected.words.entry(key.part).or_default() += 1;
            let words: Vec<&str> = key.words.split(' ').collect();
            let table = key.part.table();
            let text = format!("SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid=?");
            for some in words.chunks(WORDS_AT_ONCE) {
                let all = format!("\"{}\"", some.join("\" \""));
                self.must_hold(&text, (all, rid), name)?;
            }
        }
        Ok(())
    }

    fn must_hold(
        &mut self,
        text: &str,
        row: impl rusqlite::Params,
        name: &str,
    ) -> rusqlite::Result<()> {
        if !self.connection.prepare_cached(text)?.exists(row)? {
            let table = text.split(' ').nth(3).unwrap_or_default();
            self.report
                .problem(format!("{name}: a key is missing in {table}"));
        }
        Ok(())
    }

    fn tally(&mut self, of: ResourceType, live: u64) -> rusqlite::Result<()> {
        let text = "SELECT coalesce((SELECT live FROM tally WHERE type=?1),0),\
                    coalesce((SELECT next FROM tally WHERE type=?1),1),\
                    coalesce((SELECT max(r) FROM identity WHERE type=?1),0)";
        let (counted, next, highest): (u64, i64, i64) =
            self.connection.query_row(text, [of.code()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        if counted != live {
            self.report
                .problem(format!("{of}: {counted} are counted, {live} are there"));
        }
        if highest > 0 && Rid(highest).sequence() >= next {
            self.report
                .problem(format!("{of}: the next number was given already"));
        }
        Ok(())
    }

    fn tables(&mut self) -> rusqlite::Result<()> {
        let Expected {
            idx,
            rng,
            rng_r,
            str,
            targets,
            ref words,
        } = self.expected;
        let words = words.clone();
        self.report.keys = idx + rng + str;
        let known = outside(self.in_doubt.iter().copied());
        for (table, expected) in [
            ("idx", idx),
            ("rng", rng),
            ("rng_r", rng_r),
            ("str", str),
            ("str_r", str),
            ("ref", targets),
        ] {
            let held: u64 = self.connection.query_row(
                &format!("SELECT count(*) FROM {table} WHERE {known}"),
                (),
                |row| row.get(0),
            )?;
            if held > expected {
                self.report.problem(format!(
                    "{table} holds {} keys no resource has",
                    held - expected
                ));
            }
        }
        for part in WordsOf::ALL {
            let table = part.table();
            let text = format!("SELECT count(*) FROM {table}");
            let held: u64 = self.connection.query_row(&text, (), |row| row.get(0))?;
            let expected = words.get(&part).copied().unwrap_or_default();
            // What is retired is removed later.
            if held > expected && self.in_doubt.is_empty() {
                self.report.problem(format!(
                    "{table} holds words of {} resources that have none",
                    held - expected
                ));
            }
        }
        Ok(())
    }
}

/// Words asked for with one question.
const WORDS_AT_ONCE: usize = 64;
