//! Finding records again.

use cresset_store::Error;
use cresset_store::audit::{AuditAsk, Trail};
use cresset_store::backend::audit::Sift;
use cresset_store::backend::codec::Codec;
use cresset_store::backend::instant;
use rusqlite::Connection;

use super::block;
use crate::fault::store_error;

/// The records asked for, newest first.
pub(crate) fn find(connection: &Connection, codec: &Codec, ask: &AuditAsk) -> Result<Trail, Error> {
    let text = format!(
        "SELECT {} FROM audit_block WHERE last-count+1<?1 AND last_at>=?2 AND first_at<?3 \
         ORDER BY last DESC",
        block::COLUMNS
    );
    let mut statement = connection
        .prepare_cached(&text)
        .map_err(|e| store_error(&e))?;
    let before = ask
        .before
        .and_then(|n| i64::try_from(n).ok())
        .unwrap_or(i64::MAX);
    let from = ask.from.map_or(i64::MIN, instant::millis);
    // The instants kept are rounded down.
    let until = ask
        .until
        .map_or(i64::MAX, |until| instant::millis(until).saturating_add(1));
    let mut rows = statement
        .query((before, from, until))
        .map_err(|e| store_error(&e))?;
    let mut sift = Sift::new(ask);
    while !sift.is_enough()
        && let Some(row) = rows.next().map_err(|e| store_error(&e))?
    {
        let block = block::read(row).map_err(|e| store_error(&e))?;
        sift.block(block.last, &codec.expand(&block.records)?)?;
    }
    Ok(sift.trail())
}
