//! How often an app failed to authenticate lately.

use cresset_base::Timestamp;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use std::sync::Arc;

const WINDOW_S: i64 = 60;
const APPS_MAX: usize = 4_096;

/// Failed authentications by the hash of the `client_id` tried, known or not.
///
/// Only what fails is slowed down. An app with the right secret always passes, so that nobody can
/// shut it out by guessing; and a guess at 256 bits needs no stronger answer.
pub(crate) struct Failures {
    windows: Cache<[u8; 32], Arc<Mutex<Window>>>,
    in_window_max: u32,
}

struct Window {
    start_s: i64,
    failures: u32,
}

impl Failures {
    pub(crate) fn new(in_window_max: u32) -> Self {
        Self {
            windows: Cache::new(APPS_MAX),
            in_window_max,
        }
    }

    /// Counts a failure; `Err` is the seconds to wait when there have been too many.
    pub(crate) fn count(&self, client_id: [u8; 32], now: Timestamp) -> Result<(), u32> {
        let now_s = now.as_second();
        let window = self.windows.get(&client_id).unwrap_or_else(|| {
            let fresh = Arc::new(Mutex::new(Window {
                start_s: now_s,
                failures: 0,
            }));
            self.windows.insert(client_id, fresh.clone());
            fresh
        });
        let mut window = window.lock();
        let age_s = now_s - window.start_s;
        if !(0..WINDOW_S).contains(&age_s) {
            *window = Window {
                start_s: now_s,
                failures: 0,
            };
        }
        window.failures = window.failures.saturating_add(1);
        if window.failures <= self.in_window_max {
            return Ok(());
        }
        let left_s = window.start_s + WINDOW_S - now_s;
        Err(u32::try_from(left_s).unwrap_or(1))
    }
}
