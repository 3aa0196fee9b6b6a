//! A body apart from id, version and time, and back on the wire.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_model::{Bounds, Stamp, Unstamped, parse};

fn check(source: &str, expect: &str) {
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let mut out = Vec::new();
    let stamp = Stamp {
        id: "7",
        version: 2,
        last_updated: "2026-01-01T00:00:00Z",
    };
    Unstamped::new(&tree).unwrap().stamp(&stamp, &mut out);
    assert_eq!(String::from_utf8(out).unwrap(), expect);
}

#[test]
fn a_stamp_comes_first_and_the_clients_facts_are_dropped() {
    let stamped = r#"{"resourceType":"Patient","id":"7","meta":{"versionId":"2","lastUpdated":"2026-01-01T00:00:00Z""#;
    check(r#"{"resourceType":"Patient"}"#, &format!("{stamped}}}}}"));
    check(
        r#"{"id":"old","active":true,"meta":{"versionId":"9","lastUpdated":"x"},"resourceType":"Patient","z":1.00}"#,
        &format!("{stamped}}},\"active\":true,\"z\":1.00}}"),
    );
    check(
        r#"{"meta":{"versionId":"9","source":"s","tag":[{"code":"a\/b"}]},"resourceType":"Patient"}"#,
        &format!("{stamped},\"source\":\"s\",\"tag\":[{{\"code\":\"a/b\"}}]}}}}"),
    );
}

#[test]
fn only_an_object_with_a_type_is_a_resource() {
    for source in [
        "[]",
        "1",
        "{}",
        r#"{"resourceType":1}"#,
        r#"[{"resourceType":"Patient"}]"#,
    ] {
        assert!(
            Unstamped::new(&parse(source.as_bytes(), Bounds::default()).unwrap()).is_none(),
            "{source}"
        );
    }
}

#[test]
fn equal_bodies_differ_in_nothing_a_reader_could_see() {
    let body = |source: &str| {
        Unstamped::new(&parse(source.as_bytes(), Bounds::default()).unwrap()).unwrap()
    };
    let a = body(r#"{"resourceType":"Basic","id":"1","meta":{"versionId":"1"},"v":"\u00e4"}"#);
    assert_eq!(a, body("{ \"resourceType\": \"Basic\", \"v\": \"ä\" }"));
    assert_ne!(a, body(r#"{"resourceType":"Basic","v":"b"}"#));
    assert_ne!(
        body(r#"{"resourceType":"Basic","v":1.0}"#),
        body(r#"{"resourceType":"Basic","v":1.00}"#)
    );
    // What belongs to meta is not mistaken for a member of the resource.
    assert_ne!(
        body(r#"{"resourceType":"Basic","meta":{"source":"x"}}"#),
        body(r#"{"resourceType":"Basic","source":"x"}"#)
    );
}

#[test]
fn references_are_replaced_everywhere_but_in_names() {
    let source = r#"{"resourceType":"Observation","subject":{"reference":"urn:uuid:1"},"urn:uuid:1":["urn:uuid:1","x"]}"#;
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let body = Unstamped::with_references(&tree, &|text| {
        (text == "urn:uuid:1").then(|| "Patient/1".to_owned())
    });
    let mut out = Vec::new();
    body.unwrap().stamp(
        &Stamp {
            id: "o",
            version: 1,
            last_updated: "t",
        },
        &mut out,
    );
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.ends_with(r#""subject":{"reference":"Patient/1"},"urn:uuid:1":["Patient/1","x"]}"#),
        "{out}"
    );
}
