//! Refresh tokens.

use cresset_store::consent::RefreshToken;
use cresset_store::grant::Hashed;
use rusqlite::{Connection, OptionalExtension};

use crate::instant::{millis, timestamp};

/// Stores one.
pub(super) fn insert(connection: &Connection, token: &RefreshToken) -> rusqlite::Result<()> {
    let text =
        "INSERT INTO refresh_token(hash,consent,scopes,issued,expires,key) VALUES(?,?,?,?,?,?)";
    connection
        .prepare_cached(text)?
        .execute((
            token.hash.0,
            &token.consent,
            &token.scopes,
            millis(token.issued),
            token.expires.map(millis),
            token.key.map(|key| key.0),
        ))
        .map(drop)
}

pub(super) fn find(
    connection: &Connection,
    hash: Hashed,
) -> rusqlite::Result<Option<RefreshToken>> {
    let text = "SELECT consent,scopes,issued,expires,used,key FROM refresh_token WHERE hash=?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(RefreshToken {
            hash,
            consent: row.get(0)?,
            scopes: row.get(1)?,
            issued: timestamp(row.get(2)?),
            expires: row.get::<_, Option<i64>>(3)?.map(timestamp),
            used: row.get::<_, Option<i64>>(4)?.map(timestamp),
            key: row.get::<_, Option<_>>(5)?.map(Hashed),
        })
    };
    connection
        .prepare_cached(text)?
        .query_row([hash.0], read)
        .optional()
}

/// Uses one up; true for the first caller.
pub(super) fn consume(connection: &Connection, hash: Hashed, at_ms: i64) -> rusqlite::Result<bool> {
    let text = "UPDATE refresh_token SET used=?2 WHERE hash=?1 AND used IS NULL";
    let consumed = connection.prepare_cached(text)?.execute((hash.0, at_ms))?;
    Ok(consumed == 1)
}
