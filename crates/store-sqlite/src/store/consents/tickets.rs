//! Tickets.

use cresset_store::consent::Ticket;
use cresset_store::grant::Hashed;
use rusqlite::{Connection, OptionalExtension};

use super::DROPPED_MAX;
use crate::instant::{millis, timestamp};

/// Stores one and drops some that ended before `now_ms`.
pub(super) fn insert(
    connection: &Connection,
    ticket: &Ticket,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let drop_ended =
        "DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE expires<?1 LIMIT ?2)";
    connection.execute(drop_ended, (now_ms, DROPPED_MAX))?;
    let add = "INSERT INTO ticket(hash,content,expires) VALUES(?,?,?)";
    connection
        .execute(
            add,
            (ticket.hash.0, &ticket.content, millis(ticket.expires)),
        )
        .map(drop)
}

pub(super) fn find(connection: &Connection, hash: Hashed) -> rusqlite::Result<Option<Ticket>> {
    let text = "SELECT content,expires FROM ticket WHERE hash=?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Ticket {
            hash,
            content: row.get(0)?,
            expires: timestamp(row.get(1)?),
        })
    };
    connection
        .prepare_cached(text)?
        .query_row([hash.0], read)
        .optional()
}
