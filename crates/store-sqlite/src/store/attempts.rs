//! Attempts, counted in memory, for a data directory belongs to one process; in a table where the window
//! is longer than that process keeps an instance open which nobody uses.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::attempt::{Attempts, Counted};
use cresset_store::grant::Hashed;
use rusqlite::Connection;

use super::SqliteStore;

/// The longest window that is counted in memory, in seconds: an instance stays open as long as this
/// after its last use.
const IN_MEMORY_S: u32 = 15 * 60;
/// Windows that are over and dropped when one begins: more than one, so that their number shrinks.
const DROPPED_MAX: i64 = 16;

#[async_trait]
impl Attempts for SqliteStore {
    async fn count_attempt(
        &self,
        key: Hashed,
        window_s: u32,
        now: Timestamp,
    ) -> Result<Counted, Error> {
        if window_s <= IN_MEMORY_S {
            return Ok(self.inner.attempts.count(key, window_s, now));
        }
        let now_s = now.as_second();
        self.change(move |connection| count(connection, key, (now_s, window_s)))
            .await
    }

    async fn give_back_attempt(&self, key: Hashed) -> Result<(), Error> {
        if self.inner.attempts.give_back(key) {
            return Ok(());
        }
        self.change(move |connection| {
            let back = "UPDATE attempt SET attempts=attempts-1 WHERE key=? AND attempts>0";
            connection.prepare_cached(back)?.execute([key.0])
        })
        .await
        .map(drop)
    }
}

fn count(
    connection: &Connection,
    key: Hashed,
    (now_s, window_s): (i64, u32),
) -> rusqlite::Result<Counted> {
    // A window that ends later than one that begins now is of a clock that went wrong.
    let text = "INSERT INTO attempt(key,ends,attempts) VALUES(?1,?2+?3,1) \
                ON CONFLICT(key) DO UPDATE SET \
                attempts=CASE WHEN ends BETWEEN ?2+1 AND ?2+?3 THEN attempts+1 ELSE 1 END,\
                ends=CASE WHEN ends BETWEEN ?2+1 AND ?2+?3 THEN ends ELSE ?2+?3 END \
                RETURNING attempts,ends";
    let mut statement = connection.prepare_cached(text)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let (attempts, ends): (u32, i64) = statement.query_row((key.0, now_s, window_s), read)?;
    if attempts == 1 {
        let drop = "DELETE FROM attempt WHERE key IN \
                    (SELECT key FROM attempt WHERE ends<=?1 LIMIT ?2)";
        let mut statement = connection.prepare_cached(drop)?;
        statement.execute((now_s, DROPPED_MAX))?;
    }
    Ok(Counted {
        attempts,
        left_s: u32::try_from(ends - now_s).unwrap_or(1).max(1),
    })
}
