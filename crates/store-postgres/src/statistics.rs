//! What PostgreSQL's planner knows of the index: samples, which its autovacuum takes about once a minute.
//!
//! Between an import and the next sample it plans by guesses, and a chain over thousands of rows can take
//! seconds. So the writer has them taken in its commit, each time the rows it wrote have doubled.

use std::sync::atomic::{AtomicU64, Ordering};

use cresset_store::Error;
use deadpool_postgres::Transaction;

use crate::fault::store_error;

/// Changes after which the first samples are taken.
const FIRST: u64 = 1_000;
/// The tables that searches join; one that is just vacuumed or indexed anew is passed over, for no write
/// waits for that.
const SAMPLE: &str = "ANALYZE (SKIP_LOCKED) resource,idx,rng,str,ref";

/// How much this node has written since it opened the instance.
#[derive(Default)]
pub(crate) struct Statistics {
    changed: AtomicU64,
    sampled_at: AtomicU64,
}

impl Statistics {
    /// Has samples taken within the transaction that makes so many changes, if it is time.
    pub(crate) async fn consider(
        &self,
        transaction: &Transaction<'_>,
        changes: usize,
    ) -> Result<(), Error> {
        let more = u64::try_from(changes).unwrap_or(u64::MAX);
        let total = self.changed.fetch_add(more, Ordering::Relaxed) + more;
        if total < FIRST || total < 2 * self.sampled_at.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.sampled_at.store(total, Ordering::Relaxed);
        let taken = transaction.batch_execute(SAMPLE).await;
        taken.map_err(|e| store_error(&e))
    }
}
