//! What the same machine does with the same bytes when nothing else is asked of it.

pub mod create;
pub mod http;
pub mod import;

use std::path::Path;

use rusqlite::Connection;

use crate::Result;

/// A database with the durability the product has: WAL, an fsync for every commit.
fn database(path: &Path, schema: &str) -> Result<Connection> {
    let database = Connection::open(path)?;
    database.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;",
    )?;
    database.execute_batch(schema)?;
    Ok(database)
}
