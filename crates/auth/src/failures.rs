//! How often an app or a person failed to authenticate lately, and how many sandbox tokens were given.

use cresset_base::Timestamp;
use cresset_store::attempt::Counted;
use cresset_store::{AuthStore, Error as StoreError};

use crate::credential::hash;

/// Failed authentications by what was tried, known or not, counted by all nodes together.
///
/// Of apps only what fails is slowed down. An app with the right secret always passes, so that
/// nobody can shut it out by guessing; and a guess at 256 bits needs no stronger answer. A person's
/// password is weaker: there each try counts before it is looked at, so that many at once are not
/// more than one after the other, and a good one is given back.
#[derive(Clone)]
pub(crate) struct Failures {
    /// Whose keys are told apart from those of other counts by this word.
    kind: &'static str,
    in_window_max: u32,
    window_s: u32,
}

impl Failures {
    pub(crate) fn new(kind: &'static str, in_window_max: u32, window_s: u32) -> Self {
        Self {
            kind,
            in_window_max,
            window_s,
        }
    }

    /// Counts a failure, or a try that may become one; gives the seconds to wait when there have
    /// been too many.
    pub(crate) async fn count(
        &self,
        store: &dyn AuthStore,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<u32>, StoreError> {
        let counted = self.counted(store, key, now).await?;
        Ok(self.is_beyond(counted).then_some(counted.left_s))
    }

    /// The same; gives how many there have been, this one included.
    pub(crate) async fn counted(
        &self,
        store: &dyn AuthStore,
        key: &str,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let key = self.hashed(key);
        store.count_attempt(key, self.window_s, now).await
    }

    /// Whether these are too many.
    pub(crate) fn is_beyond(&self, counted: Counted) -> bool {
        counted.attempts > self.in_window_max
    }

    /// Whether these are a quarter of what may be, or more.
    pub(crate) fn is_noteworthy(&self, counted: Counted) -> bool {
        counted.attempts >= self.in_window_max.div_ceil(4)
    }

    /// Takes back what was counted before a try that was none of a guesser.
    pub(crate) async fn give_back(
        &self,
        store: &dyn AuthStore,
        key: &str,
    ) -> Result<(), StoreError> {
        store.give_back_attempt(self.hashed(key)).await
    }

    fn hashed(&self, key: &str) -> cresset_store::grant::Hashed {
        hash(&format!("{}\n{key}", self.kind))
    }
}
