//! Whether the trail is what was written: every seal is computed again.

use cresset_store::backend::audit::Block;
use cresset_store::backend::audit::block::{seal, span, split};
use cresset_store::backend::codec::Codec;
use cresset_store::verify::Report;
use rusqlite::Connection;

use super::block;

/// Adds to the report what is wrong with the trail, and where.
pub(crate) fn examine(
    connection: &Connection,
    codec: &Codec,
    report: &mut Report,
) -> rusqlite::Result<()> {
    let text = format!("SELECT {} FROM audit_block ORDER BY last", block::COLUMNS);
    let mut statement = connection.prepare(&text)?;
    let mut rows = statement.query(())?;
    let mut before: Option<(u64, [u8; 32])> = None;
    while let Some(row) = rows.next()? {
        let block = match block::read(row) {
            Ok(block) => block,
            Err(error) => {
                report.problem(format!("a block of audit records cannot be read: {error}"));
                continue;
            }
        };
        let first = (block.last + 1).saturating_sub(block.count);
        let place = format!("audit records {first} to {}", block.last);
        // The first one kept follows those that were dropped when they were old enough.
        if let Some((last, seal)) = before
            && (first != last + 1 || block.previous != seal)
        {
            let gap =
                format!("{place} do not follow record {last}: some were taken out or altered");
            report.problem(gap);
        }
        if let Some(wrong) = wrong(&block, codec) {
            report.problem(format!("{place} {wrong}"));
        }
        report.audit_records += block.count;
        report.audit_seal = Some(hex(&block.seal));
        before = Some((block.last, block.seal));
    }
    Ok(())
}

fn wrong(block: &Block, codec: &Codec) -> Option<&'static str> {
    let Ok(text) = codec.expand(&block.records) else {
        return Some("cannot be expanded");
    };
    if seal(&block.previous, block.last, &text) != block.seal {
        return Some("are not what was sealed");
    }
    let is_counted = split(&text).count() as u64 == block.count;
    let is_timed = span(&text) == Some((block.first_at, block.last_at));
    (!is_counted || !is_timed).then_some("are listed under other numbers or instants")
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
