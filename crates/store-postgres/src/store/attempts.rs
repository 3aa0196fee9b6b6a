//! Attempts, counted for all nodes by the clock of the server: those of the nodes may differ, and
//! with them the windows would.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::attempt::{Attempts, Counted};
use cresset_store::grant::Hashed;

use super::PostgresStore;
use super::small::DROPPED_MAX;
use crate::row::get;
use crate::snapshot::{execute, query_opt};

/// Windows that began this long ago are dropped; none lasts longer.
const KEPT_S: i64 = 24 * 60 * 60;

#[async_trait]
impl Attempts for PostgresStore {
    async fn count_attempt(
        &self,
        key: Hashed,
        window_s: u32,
        _now: Timestamp,
    ) -> Result<Counted, Error> {
        let connection = self.connection().await?;
        let window_s = i64::from(window_s);
        let count = "WITH n AS (SELECT floor(extract(epoch FROM clock_timestamp()))::int8 AS s) \
                     INSERT INTO attempt AS a(key,began,attempts) SELECT $1,n.s,1 FROM n \
                     ON CONFLICT(key) DO UPDATE SET \
                     began=CASE WHEN excluded.began<a.began+$2 THEN a.began ELSE excluded.began END,\
                     attempts=CASE WHEN excluded.began<a.began+$2 THEN a.attempts+1 ELSE 1 END \
                     RETURNING attempts,began+$2-(SELECT s FROM n),(SELECT s FROM n)";
        let row = query_opt(&connection, count, &[&key.0.as_slice(), &window_s]).await?;
        let row = row.ok_or_else(|| Error::failed("an attempt was not counted"))?;
        let attempts: i32 = get(&row, 0)?;
        let (left_s, now_s): (i64, i64) = (get(&row, 1)?, get(&row, 2)?);
        if attempts == 1 {
            let drop = "DELETE FROM attempt WHERE key IN \
                        (SELECT key FROM attempt WHERE began<$1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
            execute(&connection, drop, &[&(now_s - KEPT_S), &DROPPED_MAX]).await?;
        }
        Ok(Counted {
            attempts: u32::try_from(attempts).unwrap_or_default(),
            left_s: u32::try_from(left_s.clamp(1, window_s)).unwrap_or(1),
        })
    }

    async fn give_back_attempt(&self, key: Hashed) -> Result<(), Error> {
        let back = "UPDATE attempt SET attempts=attempts-1 WHERE key=$1 AND attempts>0";
        self.change(back, &[&key.0.as_slice()]).await.map(drop)
    }
}
