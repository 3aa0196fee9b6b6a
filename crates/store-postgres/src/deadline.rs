//! The time of a search, which all its statements share.
//!
//! The server bounds each statement alone, so it is told a shorter time as time goes by. To tell it
//! costs a round trip: that is done only when what it was told is noticeably more than is left, which
//! a search that is fast never comes to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cresset_store::Error;
use deadpool_postgres::Transaction;

use crate::snapshot::query_opt;

/// The part of the time by which a statement may overrun it: one of so many.
const PARTS: u64 = 16;

/// When a search must have ended.
pub(crate) struct Deadline {
    ends: Instant,
    time_ms: u64,
    /// What the server allows a statement.
    told_ms: AtomicU64,
}

impl Deadline {
    /// So long from now.
    pub(crate) fn after(time: Duration) -> Self {
        let time_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            ends: Instant::now() + time,
            time_ms,
            told_ms: AtomicU64::new(u64::MAX),
        }
    }

    /// Refuses to go on when it is past, and lets the next statement take no longer than is left.
    pub(crate) async fn hold(&self, snapshot: &Transaction<'_>) -> Result<(), Error> {
        let left = self.ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::TimedOut);
        }
        let left_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        let beyond_ms = self.told_ms.load(Ordering::Relaxed).saturating_sub(left_ms);
        if beyond_ms > self.time_ms / PARTS {
            self.tell(snapshot, left_ms).await?;
        }
        Ok(())
    }

    /// Lets no statement of a snapshot take longer than all may.
    pub(crate) async fn begin(&self, snapshot: &Transaction<'_>) -> Result<(), Error> {
        self.tell(snapshot, self.time_ms).await
    }

    async fn tell(&self, snapshot: &Transaction<'_>, time_ms: u64) -> Result<(), Error> {
        // 0 would be no limit at all.
        let time_ms = time_ms.max(1);
        self.told_ms.store(time_ms, Ordering::Relaxed);
        let text = "SELECT set_config('statement_timeout',$1,true)";
        query_opt(snapshot, text, &[&time_ms.to_string()])
            .await
            .map(drop)
    }
}
