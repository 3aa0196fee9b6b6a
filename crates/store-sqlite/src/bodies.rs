//! Expanded versions, kept within a bound for the next reader.
//!
//! A version never changes once it is committed, so the key (integer, version) needs no
//! invalidation: a reader takes both from its own snapshot and can be given nothing newer or older.

use cresset_store::Version;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// What a version costs beside its body, in bytes.
const OVERHEAD: u64 = 192;
/// A body of more bytes than this would push out too many others.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an ordinary version, for the size of the cache's own tables.
const TYPICAL: u64 = 1_024;

type Key = (i64, u64);

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Version> for Bytes {
    fn weight(&self, _: &Key, version: &Version) -> u64 {
        OVERHEAD + u64::try_from(version.body.len()).unwrap_or(u64::MAX / 2)
    }
}

/// The versions lately read of one instance.
pub(crate) struct Bodies(Cache<Key, Version, Bytes>);

impl Bodies {
    /// Keeps up to this many bytes.
    pub(crate) fn new(bytes_max: u64) -> Self {
        let items = usize::try_from(bytes_max / TYPICAL).unwrap_or_default();
        Self(Cache::with_weighter(items, bytes_max, Bytes))
    }

    /// The version, expanded by `expand` when it is not at hand.
    pub(crate) fn get<E>(
        &self,
        key: Key,
        expand: impl FnOnce() -> Result<Version, E>,
    ) -> Result<Version, E> {
        if let Some(version) = self.0.get(&key) {
            return Ok(version);
        }
        let version = expand()?;
        if version.body.len() <= BODY_BYTES_MAX {
            self.0.insert(key, version.clone());
        }
        Ok(version)
    }
}
