//! The code systems of a node: `<data>/code-systems.sqlite`, beside the instances and apart from them.
//!
//! The file is made by the first load and may be copied between nodes. A node without one has no
//! code systems beyond those of R4.

mod load;

use std::path::{Path, PathBuf};

use cresset_store::Error;
use cresset_store::code_systems::{CodeSystems, LoadedConcept, LoadedSystem};
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::connection::{Role, open};
use crate::fault::store_error;

pub use load::SqliteCodeSystemLoader;

/// The database beside the instances.
pub(crate) const FILE_NAME: &str = "code-systems.sqlite";

const SCHEMA: &str = include_str!("code_systems.sql");

/// Idle connections kept.
const IDLE_MAX: usize = 4;

const SYSTEMS: &str = "SELECT url,name,version FROM system WHERE ready=1";
const CONCEPT: &str = "SELECT c.code,c.display,c.active FROM system s \
     JOIN concept c ON c.system=s.id WHERE s.url=?1 AND s.ready=1 AND c.code=?2";
const PARENTS: &str = "SELECT p.parent FROM system s JOIN parent p ON p.system=s.id \
     WHERE s.url=?1 AND s.ready=1 AND p.code=?2";
const SUBSUMES: &str = "WITH RECURSIVE own(id) AS (SELECT id FROM system WHERE url=?1 AND ready=1),\
     up(code) AS (SELECT p.parent FROM own CROSS JOIN parent p WHERE p.system=own.id AND p.code=?3 \
     UNION SELECT p.parent FROM own,up CROSS JOIN parent p WHERE p.system=own.id AND p.code=up.code) \
     SELECT EXISTS(SELECT 1 FROM up WHERE code=?2)";
const ALL: &str = "SELECT c.code,c.display,c.active FROM system s JOIN concept c ON c.system=s.id \
     WHERE s.url=?1 AND s.ready=1 ORDER BY c.code LIMIT ?2";
// The bound stands inside the recursion, so that a wide tree is not walked whole to be cut after.
const BELOW: &str = "WITH RECURSIVE own(id) AS (SELECT id FROM system WHERE url=?1 AND ready=1),\
     down(code) AS (SELECT p.code FROM own CROSS JOIN parent p WHERE p.system=own.id AND p.parent=?3 \
     UNION SELECT p.code FROM own,down CROSS JOIN parent p WHERE p.system=own.id AND p.parent=down.code \
     LIMIT ?2) \
     SELECT d.code,c.display,c.active FROM own,down d \
     LEFT JOIN concept c ON c.system=own.id AND c.code=d.code ORDER BY d.code";

/// The loaded code systems of a data directory, for asking.
pub(crate) struct SqliteCodeSystems {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteCodeSystems {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            path: root.join(FILE_NAME),
            idle: Mutex::default(),
        }
    }

    /// Asks with a connection of its own; answers nothing where nothing was ever loaded.
    fn ask<T: Default>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let kept = self.idle.lock().pop();
        let connection = match kept {
            Some(connection) => connection,
            None if !self.path.is_file() => return Ok(T::default()),
            None => open(&self.path, Role::Reader).map_err(|e| store_error(&e))?,
        };
        let answer = question(&connection).map_err(|e| store_error(&e));
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        answer
    }
}

impl CodeSystems for SqliteCodeSystems {
    fn systems(&self) -> Result<Vec<LoadedSystem>, Error> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SYSTEMS} ORDER BY url"))?;
            let rows = statement.query_map((), system)?;
            rows.collect()
        })
    }

    fn system(&self, url: &str) -> Result<Option<LoadedSystem>, Error> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SYSTEMS} AND url=?1"))?;
            statement.query_row([url], system).optional()
        })
    }

    fn concept(&self, url: &str, code: &str) -> Result<Option<LoadedConcept>, Error> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(CONCEPT)?;
            let found = statement.query_row((url, code), concept).optional()?;
            let Some(mut found) = found else {
                return Ok(None);
            };
            let mut statement = connection.prepare_cached(PARENTS)?;
            let parents = statement.query_map((url, code), |row| row.get(0))?;
            found.parents = parents.collect::<Result<_, _>>()?;
            Ok(Some(found))
        })
    }

    fn subsumes(&self, url: &str, above: &str, code: &str) -> Result<bool, Error> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(SUBSUMES)?;
            let found = statement.query_row((url, above, code), |row| row.get(0))?;
            Ok(found && above != code)
        })
    }

    fn codes(
        &self,
        url: &str,
        above: Option<&str>,
        most: usize,
    ) -> Result<Vec<LoadedConcept>, Error> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.ask(|connection| match above {
            Some(above) => connection
                .prepare_cached(BELOW)?
                .query_map((url, most, above), concept)?
                .collect(),
            None => connection
                .prepare_cached(ALL)?
                .query_map((url, most), concept)?
                .collect(),
        })
    }
}

fn system(row: &Row<'_>) -> rusqlite::Result<LoadedSystem> {
    Ok(LoadedSystem {
        url: row.get(0)?,
        name: row.get(1)?,
        version: row.get(2)?,
    })
}

fn concept(row: &Row<'_>) -> rusqlite::Result<LoadedConcept> {
    let active: Option<bool> = row.get(2)?;
    Ok(LoadedConcept {
        code: row.get(0)?,
        display: row.get(1)?,
        active: active.unwrap_or(true),
        parents: Vec::new(),
    })
}
