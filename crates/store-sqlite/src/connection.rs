//! Opening a database the same way every time.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// Which of the two jobs a connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that changes things.
    Writer,
    /// One of many that look.
    Reader,
}

/// Page cache of the writer in KiB: the inner pages of all tables and the tails it appends to.
const WRITER_CACHE_KIB: i64 = 49_152;
/// Page cache of one reader in KiB: what still lies in the log.
const READER_CACHE_KIB: i64 = 2_048;
/// How much of the database file a reader maps, in bytes: pages are then read where the operating
/// system keeps them, without a call and a copy for each.
const READER_MAP_BYTES: i64 = 1 << 30;
/// Fewest and most pages in the log before they are moved into the database: moving them takes three syncs, and a
/// page that was changed often meanwhile is moved once.
const CHECKPOINT_PAGES: std::ops::RangeInclusive<i64> = 8_000..=32_000;
/// Prepared statements kept by one connection.
const STATEMENTS: usize = 192;

/// Opens a database; the writer creates it where there is none.
pub(crate) fn open(path: &Path, role: Role) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
    if role == Role::Writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    // Without this promise a bound value may decide the plan, so that SQLite plans a cached
    // statement anew each time it is bound: a fifth of the time of a read by id.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let cache_kib = if role == Role::Writer {
        WRITER_CACHE_KIB
    } else {
        READER_CACHE_KIB
    };
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES.start())?;
    if role == Role::Reader {
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "mmap_size", READER_MAP_BYTES)?;
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Lets the log grow to half the size of the database before it is moved there: index rows are
/// spread over many pages, and the longer the log, the more changes of one page are moved at once.
pub(crate) fn adapt_checkpoints(connection: &Connection) -> rusqlite::Result<()> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let threshold = (pages / 2).clamp(*CHECKPOINT_PAGES.start(), *CHECKPOINT_PAGES.end());
    connection.pragma_update(None, "wal_autocheckpoint", threshold)
}

/// Moves the whole log into the database and gives its room back, where no reader is in the way.
pub(crate) fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))
}

/// Frees the pages a connection keeps for later.
pub(crate) fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA shrink_memory")
}
