//! The blocks of the trail as rows.

use cresset_store::Error;
use cresset_store::backend::audit::{Block, Lines};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::fault::store_error;

/// The columns of [`read`].
pub(crate) const COLUMNS: &str = "last,count,first_at,last_at,journal,previous,seal,records";

/// A block from its row.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Block> {
    Ok(Block {
        last: row.get(0)?,
        count: row.get(1)?,
        first_at: row.get(2)?,
        last_at: row.get(3)?,
        journal: row.get(4)?,
        previous: row.get(5)?,
        seal: row.get(6)?,
        records: row.get(7)?,
    })
}

/// The newest block.
pub(crate) fn newest(connection: &Connection) -> rusqlite::Result<Option<Block>> {
    let text = format!("SELECT {COLUMNS} FROM audit_block ORDER BY last DESC LIMIT 1");
    let mut statement = connection.prepare_cached(&text)?;
    statement.query_row((), read).optional()
}

/// Appends a block in the transaction that is open; nothing where there are no records.
pub(crate) fn append(connection: &Connection, lines: &Lines, journal: u64) -> Result<(), Error> {
    if lines.count == 0 {
        return Ok(());
    }
    let newest = newest(connection).map_err(|e| store_error(&e))?;
    let Some(block) = Block::behind(newest.as_ref(), lines, journal)? else {
        return Ok(());
    };
    let mut statement = connection
        .prepare_cached(
            "INSERT INTO audit_block(last,count,first_at,last_at,journal,previous,seal,records) \
             VALUES(?,?,?,?,?,?,?,?)",
        )
        .map_err(|e| store_error(&e))?;
    let row = (
        block.last,
        block.count,
        block.first_at,
        block.last_at,
        block.journal,
        block.previous,
        block.seal,
        block.records,
    );
    statement.execute(row).map_err(|e| store_error(&e))?;
    Ok(())
}

/// Drops the blocks that ended before this instant, but never the newest one.
pub(crate) fn drop_before(connection: &Connection, before_ms: i64) -> rusqlite::Result<u64> {
    // Up to the first block that must stay: a gap in the middle would look like a deletion.
    let stays = "SELECT min(last) FROM audit_block WHERE last_at>=?1 \
                 OR last=(SELECT max(last) FROM audit_block)";
    let stays: Option<u64> = connection
        .prepare_cached(stays)?
        .query_row([before_ms], |row| row.get(0))?;
    let Some(stays) = stays else { return Ok(0) };
    let count = "SELECT coalesce(sum(count),0) FROM audit_block WHERE last<?";
    let dropped = connection
        .prepare_cached(count)?
        .query_row([stays], |row| row.get(0))?;
    connection
        .prepare_cached("DELETE FROM audit_block WHERE last<?")?
        .execute([stays])?;
    Ok(dropped)
}
