//! Blocks of records, each sealed together with the one before.

use aws_lc_rs::digest::{Context, SHA256};
use cresset_store::Error;
use rusqlite::{Connection, OptionalExtension, Row};

use super::journal::Lines;
use super::line;
use crate::codec::compress_plain;
use crate::fault::{failed, store_error};

/// What the seal of the first block covers in place of one before it.
pub(crate) const FIRST_SEAL: [u8; 32] = [0; 32];

/// One block.
pub(crate) struct Block {
    /// Number of its last record.
    pub(crate) last: u64,
    pub(crate) count: u64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    /// Number in the journal of the newest record that this block or an earlier one holds.
    pub(crate) journal: u64,
    pub(crate) previous: [u8; 32],
    pub(crate) seal: [u8; 32],
    /// Compressed lines.
    pub(crate) records: Vec<u8>,
}

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
    let (before, previous, earlier) = newest.map_or((0, FIRST_SEAL, 0), |block| {
        (block.last, block.seal, block.journal)
    });
    let last = before + lines.count as u64;
    let (first_at, last_at) =
        span(&lines.text).ok_or_else(|| failed("a record of the audit trail has no instant"))?;
    let seal = seal(&previous, last, &lines.text);
    let records = compress_plain(&lines.text)?;
    let mut statement = connection
        .prepare_cached(
            "INSERT INTO audit_block(last,count,first_at,last_at,journal,previous,seal,records) \
             VALUES(?,?,?,?,?,?,?,?)",
        )
        .map_err(|e| store_error(&e))?;
    let row = (
        last,
        lines.count as u64,
        first_at,
        last_at,
        journal.max(earlier),
        previous,
        seal,
        records,
    );
    statement.execute(row).map_err(|e| store_error(&e))?;
    Ok(())
}

/// The earliest and the latest instant of some lines; a clock may have been set back between them.
pub(crate) fn span(text: &[u8]) -> Option<(i64, i64)> {
    let mut lines = split(text).map(line::millis);
    let first = lines.next()??;
    lines.try_fold((first, first), |(earliest, latest), at| {
        at.map(|at| (earliest.min(at), latest.max(at)))
    })
}

/// The lines of a block, without their ends.
pub(crate) fn split(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

/// SHA-256 over the seal before, the number of the last record, and the records.
pub(crate) fn seal(previous: &[u8; 32], last: u64, text: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(previous);
    context.update(&last.to_be_bytes());
    context.update(text);
    let mut seal = [0; 32];
    let digest = context.finish();
    seal.iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    seal
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
