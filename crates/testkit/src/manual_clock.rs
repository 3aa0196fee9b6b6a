//! A clock that moves only when told to.

use std::sync::Arc;

use cresset_base::{Clock, Timestamp};
use jiff::SignedDuration;
use parking_lot::Mutex;

/// A clock for tests; clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that shows `now` until it is moved.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves the clock by a span; a negative one moves it back. It stops at the ends of time.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock();
        let end = if by.is_negative() {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        *now = now.checked_add(by).unwrap_or(end);
    }

    /// Moves the clock forward by whole seconds.
    pub fn advance_seconds(&self, seconds: u32) {
        self.advance(SignedDuration::from_secs(i64::from(seconds)));
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock() = now;
    }
}

impl Default for ManualClock {
    /// 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::at(Timestamp::from_second(1_767_225_600).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::ManualClock;
    use cresset_base::Clock;

    #[test]
    fn it_stands_still_until_it_is_moved() {
        let clock = ManualClock::default();
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(clock.now(), clock.now());
        clock.clone().advance_seconds(90);
        assert_eq!(clock.now().to_string(), "2026-01-01T00:01:30Z");
    }
}
