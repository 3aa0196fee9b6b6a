//! The forms of primitive values, through the elements that have them.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_validate::validate;

/// Which of the JSON values are refused as the value of an extension of this type.
fn check(property: &str, good: &[&str], bad: &[&str]) {
    for (value, valid) in good
        .iter()
        .map(|v| (v, true))
        .chain(bad.iter().map(|v| (v, false)))
    {
        let json = format!(
            r#"{{"resourceType":"Basic","code":{{"text":"x"}},"extension":[{{"url":"http://x","{property}":{value}}}]}}"#
        );
        let issues = validate(
            parse(json.as_bytes(), Bounds::default())
                .expect("JSON")
                .root(),
        );
        assert_eq!(issues.is_empty(), valid, "{property} {value}: {issues:?}");
    }
}

#[test]
fn dates_are_days_of_the_calendar() {
    check(
        "valueDate",
        &[
            r#""2024""#,
            r#""2024-02""#,
            r#""2024-02-29""#,
            r#""2000-02-29""#,
            r#""0001-01-01""#,
        ],
        &[
            r#""2023-02-30""#,
            r#""2023-02-29""#,
            r#""1900-02-29""#,
            r#""2024-13""#,
            r#""2024-00""#,
            r#""2024-04-31""#,
            r#""2024-04-00""#,
            r#""24""#,
            r#""0000""#,
            r#""2024-""#,
            r#""2024-1""#,
            r#""2024-01-1""#,
            r#""2024-01-01T10:00:00Z""#,
            r#"" 2024""#,
            r#""2024-01-01x""#,
            r#""２０２４""#,
        ],
    );
}

#[test]
fn date_times_have_a_zone_when_they_have_a_time() {
    check(
        "valueDateTime",
        &[
            r#""2024""#,
            r#""2024-02-29""#,
            r#""2024-02-29T23:59:60Z""#,
            r#""2024-02-29T00:00:00.123456789+14:00""#,
            r#""2024-02-29T00:00:00-05:30""#,
        ],
        &[
            r#""2024-02-29T10:00:00""#,
            r#""2024-02-29T10:00Z""#,
            r#""2024-02-29T24:00:00Z""#,
            r#""2024-02-29T10:60:00Z""#,
            r#""2024-02-29T10:00:61Z""#,
            r#""2024-02-29T10:00:00.Z""#,
            r#""2024-02-29T10:00:00+14:01""#,
            r#""2024-02-29T10:00:00+5:00""#,
            r#""2024-02T10:00:00Z""#,
            r#""2024-02-30T10:00:00Z""#,
            r#""2024-02-29 10:00:00Z""#,
            r#""2024-02-29T10:00:00z""#,
        ],
    );
    check(
        "valueInstant",
        &[r#""2024-02-29T10:00:00Z""#],
        &[r#""2024-02-29""#, r#""2024""#],
    );
    check(
        "valueTime",
        &[r#""10:00:00""#, r#""10:00:00.5""#],
        &[r#""10:00""#, r#""10:00:00Z""#, r#""25:00:00""#],
    );
}

#[test]
fn numbers_stay_in_their_range() {
    check(
        "valueInteger",
        &["0", "-2147483648", "2147483647"],
        &["2147483648", "1.0", "1e3", "-0", r#""1""#],
    );
    check(
        "valueUnsignedInt",
        &["0", "2147483647"],
        &["-1", "2147483648"],
    );
    check("valuePositiveInt", &["1"], &["0", "-1"]);
    check(
        "valueDecimal",
        &[
            "0.00",
            "-1e-300",
            "3.14159265358979323846264338327950288419",
        ],
        &[r#""1""#],
    );
    check("valueBoolean", &["true", "false"], &["0", r#""true""#]);
}

#[test]
fn names_and_addresses_have_their_grammar() {
    check(
        "valueId",
        &[r#""a-1.B""#],
        &[r#""a_1""#, r#""""#, r#""a/b""#],
    );
    let long = |n: usize| format!("\"{}\"", "a".repeat(n));
    check("valueId", &[&long(64)], &[&long(65)]);
    check(
        "valueCode",
        &[r#""a""#, r#""a b""#, r#""<=""#],
        &[r#"" a""#, r#""a ""#, r#""a  b""#, r#"" ""#, r#""a\t b""#],
    );
    check(
        "valueUri",
        &[r#""http://x""#, r#""urn:oid:1.2""#, r#""a""#],
        &[r#""a b""#, r#""a\n""#],
    );
    check(
        "valueCanonical",
        &[r#""http://x|1.0""#, r##""#a""##],
        &[r#""http://x |1""#],
    );
    check(
        "valueOid",
        &[r#""urn:oid:1.2.840.10008""#],
        &[
            r#""1.2""#,
            r#""urn:oid:3.1""#,
            r#""urn:oid:1.02""#,
            r#""urn:oid:1""#,
            r#""urn:oid:1..2""#,
        ],
    );
    check(
        "valueUuid",
        &[r#""urn:uuid:c757873d-ec9a-4326-a141-556f43239520""#],
        &[
            r#""c757873d-ec9a-4326-a141-556f43239520""#,
            r#""urn:uuid:C757873D-EC9A-4326-A141-556F43239520""#,
            r#""urn:uuid:c757873dec9a4326a141556f43239520""#,
        ],
    );
}

#[test]
fn text_holds_no_control_characters() {
    check(
        "valueString",
        &[r#""a\n\tb""#, r#""é""#, r#"" ""#],
        &[r#""a\u0000""#, r#""a\u001b""#, r#""""#],
    );
    check("valueMarkdown", &[r##""# a\r\nb""##], &[r#""a\u0007""#]);
}

#[test]
fn base64_comes_in_groups_of_four() {
    check(
        "valueBase64Binary",
        &[r#""QQ==""#, r#""QUI=""#, r#""QUJD""#, r#""QUJD\r\nQUJD""#],
        &[
            r#""QQ=""#,
            r#""QQ""#,
            r#""Q===""#,
            r#""QQ==QQ==""#,
            r#""Q_-A""#,
            r#""====""#,
        ],
    );
}
