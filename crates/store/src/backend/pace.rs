//! How long a search may take.

use std::time::Duration;

use cresset_access::{Access, Pace};
use cresset_base::Limits;

/// The longest a search of this caller may take.
pub fn search_time(limits: &Limits, access: &Access) -> Duration {
    Duration::from_millis(match access.pace() {
        Pace::Awaited => limits.search_ms_max.min(limits.request_ms_max),
        Pace::Unhurried => limits.job_search_ms_max,
    })
}

#[cfg(test)]
mod tests {
    use super::search_time;
    use cresset_access::{Access, SystemReason};
    use cresset_base::Limits;

    #[test]
    fn who_does_not_wait_may_ask_for_longer() {
        let limits = Limits {
            search_ms_max: 2,
            request_ms_max: 1,
            job_search_ms_max: 3,
            ..Limits::default()
        };
        let access = Access::system(SystemReason::Verification);
        assert_eq!(search_time(&limits, &access).as_millis(), 1);
        assert_eq!(search_time(&limits, &access.unhurried()).as_millis(), 3);
    }
}
