//! HTTP dates (RFC 9110 §5.6.7): one second is their smallest step.

use cresset_base::Timestamp;
use http::HeaderValue;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// `Wed, 21 Oct 2026 07:28:00 GMT`
pub fn header(at: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .ok()?;
    HeaderValue::try_from(text).ok()
}

/// The instant a header names; `None` when it is not a date, which makes a condition void.
pub fn parse(value: &HeaderValue) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(value.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::{header, parse};

    #[test]
    fn a_date_survives_to_the_second() {
        let at = "2015-10-21T07:28:00.9Z".parse().unwrap();
        let text = header(at).unwrap();
        assert_eq!(text, "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(parse(&text).unwrap().as_second(), at.as_second());
    }
}
