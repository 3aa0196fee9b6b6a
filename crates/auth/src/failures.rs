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
        let counted = self.count_beyond(store, key, now).await?;
        Ok(counted.map(|beyond| beyond.left_s))
    }

    /// The same, and how many were beyond the bound, this one included.
    pub(crate) async fn count_beyond(
        &self,
        store: &dyn AuthStore,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Counted>, StoreError> {
        let counted = store.count_attempt(self.hashed(key), self.window_s, now);
        let counted = counted.await?;
        let attempts = counted.attempts.saturating_sub(self.in_window_max);
        Ok((attempts > 0).then_some(Counted {
            attempts,
            ..counted
        }))
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
