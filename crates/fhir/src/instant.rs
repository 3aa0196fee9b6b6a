//! FHIR instants and the one-second resolution of HTTP dates.

use cresset_base::Timestamp;

/// An `instant` in UTC with milliseconds, `2026-11-22T08:30:00.000Z`.
pub fn text(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Whether `changed` lies after `since` when both are cut to whole seconds, as HTTP dates are.
pub fn is_later_second(changed: Timestamp, since: Timestamp) -> bool {
    changed.as_second() > since.as_second()
}
