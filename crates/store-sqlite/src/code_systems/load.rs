//! Loading a release into the code systems of a node.

use std::path::Path;

use cresset_store::Error;
use cresset_store::code_systems::{CodeSystemLoader, LoadedSystem, Row};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::{FILE_NAME, SCHEMA};
use crate::connection::{Role, empty_log, open};
use crate::fault::{failed, store_error};

const CONCEPT: &str = "INSERT INTO concept(system,code,rank,active) VALUES(?1,?2,255,?3) \
     ON CONFLICT DO UPDATE SET active=max(coalesce(active,0),excluded.active)";
const DISPLAY: &str = "INSERT INTO concept(system,code,display,rank) VALUES(?1,?2,?3,?4) \
     ON CONFLICT DO UPDATE SET display=excluded.display,rank=excluded.rank \
     WHERE excluded.rank<rank";
const PARENT: &str =
    "INSERT INTO parent(system,code,parent) VALUES(?1,?2,?3) ON CONFLICT DO NOTHING";
const DONE: &str = "INSERT INTO file(system,name,stamp,lines) VALUES(?1,?2,?3,?4) \
     ON CONFLICT DO UPDATE SET stamp=excluded.stamp,lines=excluded.lines";

/// The one that loads; there is at most one for a data directory, whose lock sees to it.
pub struct SqliteCodeSystemLoader {
    connection: Connection,
    /// The system being loaded.
    system: Option<i64>,
}

impl SqliteCodeSystemLoader {
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        let open = || {
            let mut connection = open(&root.join(FILE_NAME), Role::Writer)?;
            let version: i64 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version == 0 {
                let transaction = connection.transaction()?;
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "user_version", 1)?;
                transaction.commit()?;
            }
            Ok(connection)
        };
        let connection = open().map_err(|e: rusqlite::Error| store_error(&e))?;
        Ok(Self {
            connection,
            system: None,
        })
    }

    /// Forgets a system; false when it is not loaded.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remove(&mut self, url: &str) -> Result<bool, Error> {
        self.change(|transaction| {
            let found: Option<i64> = transaction
                .query_row(
                    "SELECT id FROM system WHERE url=? AND ready=1",
                    [url],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = found {
                forget(transaction, id)?;
            }
            Ok(found.is_some())
        })
    }

    fn change<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let run = || {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = change(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        run().map_err(|e: rusqlite::Error| store_error(&e))
    }

    fn begun(&self) -> Result<i64, Error> {
        self.system
            .ok_or_else(|| failed("no system is being loaded"))
    }
}

impl CodeSystemLoader for SqliteCodeSystemLoader {
    fn begin(&mut self, system: &LoadedSystem) -> Result<(), Error> {
        let id = self.change(|transaction| {
            let unfinished: Option<(i64, Option<String>)> = transaction
                .query_row(
                    "SELECT id,version FROM system WHERE url=? AND ready=0",
                    [&system.url],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            match unfinished {
                Some((id, version)) if version == system.version => return Ok(id),
                Some((id, _)) => forget(transaction, id)?,
                None => {}
            }
            transaction.execute(
                "INSERT INTO system(url,name,version,ready) VALUES(?,?,?,0)",
                (&system.url, &system.name, &system.version),
            )?;
            Ok(transaction.last_insert_rowid())
        })?;
        self.system = Some(id);
        Ok(())
    }

    fn done(&mut self, file: &str, stamp: &str) -> Result<u64, Error> {
        let system = self.begun()?;
        self.change(|transaction| {
            let known: Option<(String, u64)> = transaction
                .query_row(
                    "SELECT stamp,lines FROM file WHERE system=? AND name=?",
                    (system, file),
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            match known {
                Some((known, lines)) if known == stamp => return Ok(lines),
                // What came from a file that has changed cannot be told from the rest.
                Some(_) => empty(transaction, system)?,
                None => {}
            }
            Ok(0)
        })
    }

    fn keep(&mut self, rows: &[Row], (file, stamp, lines): (&str, &str, u64)) -> Result<(), Error> {
        let system = self.begun()?;
        self.change(|transaction| {
            let mut concept = transaction.prepare_cached(CONCEPT)?;
            let mut display = transaction.prepare_cached(DISPLAY)?;
            let mut above = transaction.prepare_cached(PARENT)?;
            for row in rows {
                match row {
                    Row::Concept { code, active } => concept.execute((system, code, active))?,
                    Row::Display { code, text, rank } => {
                        display.execute((system, code, text, rank))?
                    }
                    Row::Parent { code, parent } => above.execute((system, code, parent))?,
                };
            }
            transaction
                .prepare_cached(DONE)?
                .execute((system, file, stamp, lines))?;
            Ok(())
        })
    }

    fn finish(&mut self) -> Result<u64, Error> {
        let system = self.begun()?;
        let codes = self.change(|transaction| {
            let before: Option<i64> = transaction
                .query_row(
                    "SELECT o.id FROM system n JOIN system o ON o.url=n.url AND o.ready=1 WHERE n.id=?",
                    [system],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(before) = before {
                forget(transaction, before)?;
            }
            transaction.execute("UPDATE system SET ready=1 WHERE id=?", [system])?;
            transaction.query_row("SELECT count(*) FROM concept WHERE system=?", [system], |row| {
                row.get(0)
            })
        })?;
        self.system = None;
        empty_log(&self.connection).map_err(|e| store_error(&e))?;
        Ok(codes)
    }
}

fn forget(transaction: &Transaction<'_>, system: i64) -> rusqlite::Result<()> {
    empty(transaction, system)?;
    transaction.execute("DELETE FROM system WHERE id=?", [system])?;
    Ok(())
}

fn empty(transaction: &Transaction<'_>, system: i64) -> rusqlite::Result<()> {
    for table in ["concept", "parent", "file"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE system=?"), [system])?;
    }
    Ok(())
}
