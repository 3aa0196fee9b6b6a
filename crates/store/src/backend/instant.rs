//! Instants as stored: milliseconds since 1970 UTC.

use cresset_base::Timestamp;

/// Milliseconds of an instant, rounded down.
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant of these milliseconds; those out of range, which nothing writes, become the epoch.
pub fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

/// As FHIR writes it, always with milliseconds.
pub fn text(ms: i64) -> String {
    format!("{:.3}", timestamp(ms))
}

#[cfg(test)]
mod tests {
    #[test]
    fn instants_have_three_digits_and_a_zone() {
        assert_eq!(super::text(1_700_000_000_000), "2023-11-14T22:13:20.000Z");
        assert_eq!(super::text(1_700_000_000_120), "2023-11-14T22:13:20.120Z");
    }
}
