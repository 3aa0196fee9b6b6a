//! How often somebody tried lately.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::grant::Hashed;
use crate::store::Error;

/// Attempts in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many there were, the last one among them.
    pub attempts: u32,
    /// Seconds until the window ends, at least 1.
    pub left_s: u32,
}

/// Attempts of one instance, counted for all its nodes together. They need not survive a crash; those in
/// windows of more than a quarter of an hour survive closing the instance.
#[async_trait]
pub trait Attempts: Send + Sync + 'static {
    /// Counts an attempt under this key in its window, which begins with the first attempt and lasts
    /// so many seconds. A store of several nodes goes by a clock they share instead of `now`.
    async fn count_attempt(
        &self,
        key: Hashed,
        window_s: u32,
        now: Timestamp,
    ) -> Result<Counted, Error>;

    /// Takes an attempt back.
    async fn give_back_attempt(&self, key: Hashed) -> Result<(), Error>;
}
