//! Attempts, counted in memory: a data directory belongs to one process.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::attempt::{Attempts, Counted};
use cresset_store::grant::Hashed;

use super::SqliteStore;

#[async_trait]
impl Attempts for SqliteStore {
    async fn count_attempt(
        &self,
        key: Hashed,
        window_s: u32,
        now: Timestamp,
    ) -> Result<Counted, Error> {
        Ok(self.inner.attempts.count(key, window_s, now))
    }

    async fn give_back_attempt(&self, key: Hashed) -> Result<(), Error> {
        self.inner.attempts.give_back(key);
        Ok(())
    }
}
