//! Key sets that apps publish at a URL, kept for as long as their answers allow.

use std::sync::Arc;

use cresset_base::Timestamp;
use cresset_outbound::Outbound;
use jiff::SignedDuration;
use quick_cache::sync::Cache;
use tokio::sync::Mutex;

use crate::key_set::KeySet;

/// Apps whose keys are kept at once.
const APPS_MAX: usize = 1_024;
/// A key set is asked for again at most once in this many seconds for the sake of a signature
/// that no known key made: anybody can send such ones.
const UNKNOWN_EVERY_S: i64 = 60;

/// Key sets by their URL.
pub(crate) struct KeySets {
    outbound: Arc<Outbound>,
    kept: Cache<String, Arc<Mutex<Kept>>>,
    keys_max: usize,
}

/// What is known of one URL. Whoever fetches holds the lock, so others wait for the same answer.
#[derive(Default)]
struct Kept {
    keys: Option<KeySet>,
    fresh_until: Option<Timestamp>,
    /// When it was last asked for an unknown key.
    unknown_at: Option<Timestamp>,
}

/// The key set of a URL cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unavailable;

impl KeySets {
    pub(crate) fn new(outbound: Arc<Outbound>, keys_max: usize) -> Self {
        Self {
            outbound,
            kept: Cache::new(APPS_MAX),
            keys_max,
        }
    }

    /// What `try_keys` finds in the keys at `url`; `None` when no key there does it.
    ///
    /// Keys past their time are asked for again even if they would do, because they may have been
    /// withdrawn; fresh ones only if they do not, because one may have been added.
    pub(crate) async fn find<T>(
        &self,
        url: &str,
        now: Timestamp,
        try_keys: impl Fn(&KeySet) -> Option<T>,
    ) -> Result<Option<T>, Unavailable> {
        let kept = self.kept.get(url).unwrap_or_else(|| {
            let fresh = Arc::<Mutex<Kept>>::default();
            self.kept.insert(url.to_owned(), fresh.clone());
            fresh
        });
        let mut kept = kept.lock().await;
        let known = kept.keys.as_ref().and_then(&try_keys);
        let is_fresh = kept.fresh_until.is_some_and(|until| now < until);
        match known {
            Some(found) if is_fresh => return Ok(Some(found)),
            None if kept.keys.is_some() && !kept.may_look_for_unknown(now) => return Ok(None),
            _ => {}
        }
        self.fetch(url, now, &mut kept).await?;
        Ok(kept.keys.as_ref().and_then(&try_keys))
    }

    async fn fetch(&self, url: &str, now: Timestamp, kept: &mut Kept) -> Result<(), Unavailable> {
        let fetched = self.outbound.get(url).await.map_err(|error| {
            tracing::warn!(%error, url, "the keys of an app were not fetched");
            Unavailable
        })?;
        let keys = KeySet::parse(&fetched.body, self.keys_max).map_err(|error| {
            tracing::warn!(%error, url, "the keys of an app cannot be used");
            Unavailable
        })?;
        kept.keys = Some(keys);
        let fresh = SignedDuration::from_secs(i64::from(fetched.fresh_s));
        kept.fresh_until = now.checked_add(fresh).ok();
        Ok(())
    }
}

impl Kept {
    fn may_look_for_unknown(&mut self, now: Timestamp) -> bool {
        let is_soon = self
            .unknown_at
            .is_some_and(|at| now.as_second() - at.as_second() < UNKNOWN_EVERY_S);
        if !is_soon {
            self.unknown_at = Some(now);
        }
        !is_soon
    }
}
