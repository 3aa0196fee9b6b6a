//! Whether the trail is what was written.

use cresset_store::backend::codec::Codec;
use cresset_store::backend::examine::Trail;
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
    let mut trail = Trail::default();
    while let Some(row) = rows.next()? {
        match block::read(row) {
            Ok(block) => trail.look(&block, codec, report),
            Err(error) => {
                report.problem(format!("a block of audit records cannot be read: {error}"));
            }
        }
    }
    Ok(())
}
