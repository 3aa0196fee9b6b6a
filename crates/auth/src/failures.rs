//! How often an app or a person failed to authenticate lately, and how many sandbox tokens were given.

use cresset_base::Timestamp;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::sync::Arc;

const KEYS_MAX: usize = 4_096;

/// Failed authentications by the hash of what was tried, known or not.
///
/// Of apps only what fails is slowed down. An app with the right secret always passes, so that
/// nobody can shut it out by guessing; and a guess at 256 bits needs no stronger answer. A person's
/// password is weaker: there each try counts before it is looked at, so that many at once are not
/// more than one after the other, and a good one is given back.
pub(crate) struct Failures {
    windows: Cache<[u8; 32], Arc<Mutex<Window>>>,
    in_window_max: u32,
    window_s: i64,
}

struct Window {
    start_s: i64,
    failures: u32,
}

impl Failures {
    pub(crate) fn new(in_window_max: u32, window_s: i64) -> Self {
        Self {
            windows: Cache::new(KEYS_MAX),
            in_window_max,
            window_s,
        }
    }

    /// Counts a failure, or a try that may become one; `Err` is the seconds to wait when there
    /// have been too many.
    pub(crate) fn count(&self, key: [u8; 32], now: Timestamp) -> Result<(), u32> {
        let now_s = now.as_second();
        let fresh = || {
            Ok::<_, Infallible>(Arc::new(Mutex::new(Window {
                start_s: now_s,
                failures: 0,
            })))
        };
        // Of those who are first at once, all count in the same window.
        let Ok(window) = self.windows.get_or_insert_with(&key, fresh);
        let mut window = window.lock();
        let age_s = now_s - window.start_s;
        if !(0..self.window_s).contains(&age_s) {
            *window = Window {
                start_s: now_s,
                failures: 0,
            };
        }
        window.failures = window.failures.saturating_add(1);
        if window.failures <= self.in_window_max {
            return Ok(());
        }
        let left_s = window.start_s + self.window_s - now_s;
        Err(u32::try_from(left_s).unwrap_or(1))
    }

    /// Takes back what was counted before a try that was none of a guesser.
    pub(crate) fn give_back(&self, key: [u8; 32]) {
        if let Some(window) = self.windows.get(&key) {
            let mut window = window.lock();
            window.failures = window.failures.saturating_sub(1);
        }
    }
}
