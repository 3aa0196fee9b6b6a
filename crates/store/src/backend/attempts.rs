//! Counts of attempts in the memory of the one process that has an instance.

use std::convert::Infallible;
use std::sync::Arc;

use cresset_base::Timestamp;
use parking_lot::Mutex;
use quick_cache::sync::Cache;

use crate::attempt::Counted;
use crate::grant::Hashed;

/// Keys that are remembered.
const KEYS_MAX: usize = 16_384;

/// Windows by key.
pub struct Windows(Cache<Hashed, Arc<Mutex<Window>>>);

#[derive(Debug, Clone, Copy)]
struct Window {
    start_s: i64,
    attempts: u32,
}

impl Default for Windows {
    fn default() -> Self {
        Self(Cache::new(KEYS_MAX))
    }
}

impl Windows {
    /// Counts an attempt.
    pub fn count(&self, key: Hashed, window_s: u32, now: Timestamp) -> Counted {
        let now_s = now.as_second();
        let fresh = Window {
            start_s: now_s,
            attempts: 0,
        };
        let begin = || Ok::<_, Infallible>(Arc::new(Mutex::new(fresh)));
        // Of those who are first at once, all count in the same window.
        let Ok(window) = self.0.get_or_insert_with(&key, begin);
        let mut window = window.lock();
        let age_s = now_s - window.start_s;
        if !(0..i64::from(window_s)).contains(&age_s) {
            *window = fresh;
        }
        window.attempts = window.attempts.saturating_add(1);
        let left_s = window.start_s + i64::from(window_s) - now_s;
        Counted {
            attempts: window.attempts,
            left_s: u32::try_from(left_s).unwrap_or(1).max(1),
        }
    }

    /// Takes an attempt back; false where none was counted here under this key.
    pub fn give_back(&self, key: Hashed) -> bool {
        let Some(window) = self.0.get(&key) else {
            return false;
        };
        let mut window = window.lock();
        window.attempts = window.attempts.saturating_sub(1);
        true
    }
}
