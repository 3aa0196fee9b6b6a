//! How often an app or a person failed to authenticate lately, and how many sandbox tokens were given.

use cresset_base::Timestamp;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use std::sync::Arc;

const KEYS_MAX: usize = 4_096;

/// Failed authentications by the hash of what was tried, known or not.
///
/// Of apps only what fails is slowed down. An app with the right secret always passes, so that
/// nobody can shut it out by guessing; and a guess at 256 bits needs no stronger answer. A person's
/// password is weaker: there the caller asks [`Failures::wait_s`] before it looks at all.
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

    /// The seconds to wait where there have been too many failures already.
    pub(crate) fn wait_s(&self, key: [u8; 32], now: Timestamp) -> Option<u32> {
        let window = self.windows.get(&key)?;
        let window = window.lock();
        let left_s = window.start_s + self.window_s - now.as_second();
        let full = window.failures >= self.in_window_max;
        (full && left_s > 0).then(|| u32::try_from(left_s).unwrap_or(1))
    }

    /// Counts a failure; `Err` is the seconds to wait when there have been too many.
    pub(crate) fn count(&self, key: [u8; 32], now: Timestamp) -> Result<(), u32> {
        let now_s = now.as_second();
        let window = self.windows.get(&key).unwrap_or_else(|| {
            let fresh = Arc::new(Mutex::new(Window {
                start_s: now_s,
                failures: 0,
            }));
            self.windows.insert(key, fresh.clone());
            fresh
        });
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
}
