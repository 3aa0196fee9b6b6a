//! How wide a date or number is.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_base::Timestamp;
use cresset_search::{DateRange, NumberRange};

fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap().to_string()
}

fn check(text: &str, first: &str, last: &str) {
    let range = DateRange::parse(text).unwrap();
    assert_eq!(
        (instant(range.start_ms), instant(range.end_ms)),
        (first.into(), last.into()),
        "{text}"
    );
}

#[test]
fn a_date_is_as_wide_as_its_precision() {
    check("2020", "2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999Z");
    check(
        "2020-02",
        "2020-02-01T00:00:00Z",
        "2020-02-29T23:59:59.999Z",
    );
    check(
        "2019-12",
        "2019-12-01T00:00:00Z",
        "2019-12-31T23:59:59.999Z",
    );
    check(
        "2020-02-29",
        "2020-02-29T00:00:00Z",
        "2020-02-29T23:59:59.999Z",
    );
    check(
        "2020-02-29T10:30Z",
        "2020-02-29T10:30:00Z",
        "2020-02-29T10:30:59.999Z",
    );
    check(
        "2020-02-29T10:30:05Z",
        "2020-02-29T10:30:05Z",
        "2020-02-29T10:30:05.999Z",
    );
    check(
        "2020-02-29T10:30:05.1Z",
        "2020-02-29T10:30:05.1Z",
        "2020-02-29T10:30:05.199Z",
    );
    check(
        "2020-02-29T10:30:05.123Z",
        "2020-02-29T10:30:05.123Z",
        "2020-02-29T10:30:05.123Z",
    );
    check(
        "2020-02-29T10:30:05.123456789Z",
        "2020-02-29T10:30:05.123Z",
        "2020-02-29T10:30:05.123Z",
    );
}

#[test]
fn a_time_zone_moves_the_range() {
    check(
        "2020-01-01T00:30:00+05:30",
        "2019-12-31T19:00:00Z",
        "2019-12-31T19:00:00.999Z",
    );
    check(
        "2020-01-01T22:00:00-05:00",
        "2020-01-02T03:00:00Z",
        "2020-01-02T03:00:00.999Z",
    );
    check(
        "2020-01-01T22:00:00",
        "2020-01-01T22:00:00Z",
        "2020-01-01T22:00:00.999Z",
    );
}

#[test]
fn the_edges_of_the_calendar_hold() {
    check("0001", "0001-01-01T00:00:00Z", "0001-12-31T23:59:59.999Z");
    check(
        "1969-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.999Z",
    );
    check(
        "1900-02",
        "1900-02-01T00:00:00Z",
        "1900-02-28T23:59:59.999Z",
    );
    check(
        "2000-02",
        "2000-02-01T00:00:00Z",
        "2000-02-29T23:59:59.999Z",
    );
    check(
        "2016-12-31T23:59:60Z",
        "2016-12-31T23:59:59Z",
        "2016-12-31T23:59:59.999Z",
    );
}

#[test]
fn what_does_not_exist_is_no_date() {
    for text in [
        "",
        "20",
        "20200101",
        "2020-1",
        "2020-13",
        "2020-00",
        "2020-02-30",
        "2019-02-29",
        "2020-04-31",
        "2020-01-00",
        "2020-01-01T",
        "2020-01-01T24:00:00Z",
        "2020-01-01T10:60:00Z",
        "2020-01-01T10:00:61Z",
        "2020-01-01T10Z",
        "2020-01-01T10:00:00.Z",
        "2020-01-01T10:00:00+1",
        "2020-01-01T10:00:00+15:00",
        "2020-01-01T10:00:00ZZ",
        "2020-01-01 ",
        " 2020",
        "2020-01-01t10:00:00z",
        "-2020",
        "+2020",
        "２０２０",
        "2020Z",
        "2020-01Z",
    ] {
        assert_eq!(DateRange::parse(text), None, "{text}");
    }
}

#[test]
fn an_open_period_has_no_edge() {
    let day = DateRange::parse("1970-01-01");
    assert_eq!(
        DateRange::period(day, None),
        Some(DateRange {
            start_ms: 0,
            end_ms: i64::MAX
        })
    );
    assert_eq!(
        DateRange::period(None, day),
        Some(DateRange {
            start_ms: i64::MIN,
            end_ms: 86_399_999
        })
    );
    assert_eq!(DateRange::period(None, None), None);
}

#[test]
fn a_number_is_as_wide_as_its_precision() {
    let width = |text: &str| {
        NumberRange::parse(text).map(|r| format!("{}..{} around {}", r.low, r.high, r.value))
    };
    for (text, expect) in [
        ("100", Some("99.5..100.5 around 100")),
        ("100.00", Some("99.995..100.005 around 100")),
        ("1e2", Some("95..105 around 100")),
        ("-1.5", Some("-1.55..-1.45 around -1.5")),
        ("0", Some("-0.5..0.5 around 0")),
        ("1e400", None),
        ("0e400", None),
        ("NaN", None),
        ("inf", None),
        (".5", None),
        ("5.", None),
        ("1_000", None),
        ("", None),
        ("0x10", None),
        (" 1", None),
    ] {
        assert_eq!(width(text).as_deref(), expect, "{text}");
    }
}
