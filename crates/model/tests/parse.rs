//! What is JSON, what is refused, and what survives the way through the tree.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_model::{Bounds, Element, FaultKind, Kind, parse};

fn compact(source: &str) -> String {
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let mut out = Vec::new();
    tree.root().write(&mut out);
    String::from_utf8(out).unwrap()
}

fn check(source: &str, expect: &str) {
    assert_eq!(compact(source), expect, "{source}");
}

fn refuse(source: impl AsRef<[u8]>, kind: FaultKind, offset: usize) {
    let source = source.as_ref();
    let shown = String::from_utf8_lossy(source.get(..60).unwrap_or(source)).into_owned();
    let fault = parse(source, Bounds::default()).map(|_| ()).unwrap_err();
    assert_eq!((fault.kind, fault.offset), (kind, offset), "{shown}");
}

#[test]
fn everything_is_kept_as_written() {
    check(
        r#" { "b" : 1.00 , "a":[ ] , "c":{ } } "#,
        r#"{"b":1.00,"a":[],"c":{}}"#,
    );
    check(
        "1234567890123456789012345678901234567890",
        "1234567890123456789012345678901234567890",
    );
    check("0.10e+10", "0.10e+10");
    check("-0", "-0");
    check(
        r#"[1,[2,[3,{"a":[4]}],5],{}]"#,
        r#"[1,[2,[3,{"a":[4]}],5],{}]"#,
    );
    check(
        r#"{"_a":[null,{"id":"x"}],"t":true,"f":false}"#,
        r#"{"_a":[null,{"id":"x"}],"t":true,"f":false}"#,
    );
    check("\u{feff}{}", "{}");
    check("\"\"", "\"\"");
}

#[test]
fn strings_are_unescaped_and_written_with_the_fewest_escapes() {
    check(r#""\u00e4\/\"\\\n\u0001""#, "\"ä/\\\"\\\\\\n\\u0001\"");
    check(r#""\ud83d\ude00 x""#, "\"😀 x\"");
    check(r#"{"\u0061":"b\tc"}"#, r#"{"a":"b\tc"}"#);
}

#[test]
fn what_is_not_json_is_refused_at_its_place() {
    for (source, offset) in [
        ("{", 1),
        ("[", 1),
        ("}", 0),
        ("]", 0),
        ("[1,]", 3),
        ("{\"a\":1,}", 7),
        ("[,1]", 1),
        ("{,}", 1),
        ("[1 2]", 3),
        ("{\"a\" 1}", 5),
        ("{1:2}", 1),
        ("NaN", 0),
        ("-", 1),
        ("01", 1),
        ("1.", 2),
        (".5", 0),
        ("1e", 2),
        ("+1", 0),
        ("1.5.5", 3),
        ("tru", 0),
        ("nulL", 0),
        ("\"a", 2),
        ("\"a\nb\"", 2),
        ("\"\\x\"", 1),
        ("\"\\u12\"", 1),
        ("'a'", 0),
        ("[1}", 2),
        ("{\"a\":1]", 6),
        ("/* */1", 0),
        ("Infinity", 0),
        ("\"\t\"", 1),
        ("[", 1),
        ("{\"a\":", 5),
        ("{\"a\"", 4),
        ("\"\\", 1),
    ] {
        refuse(source, FaultKind::NotJson, offset);
    }
}

#[test]
fn what_json_leaves_open_is_refused() {
    refuse("", FaultKind::Empty, 0);
    refuse(" \n ", FaultKind::Empty, 3);
    refuse("{} x", FaultKind::TrailingContent, 3);
    refuse("{}{}", FaultKind::TrailingContent, 2);
    refuse("1 2", FaultKind::TrailingContent, 2);
    refuse(r#"{"a":1,"b":2,"a":3}"#, FaultKind::DuplicateKey, 13);
    refuse(r#"{"a":1,"\u0061":3}"#, FaultKind::DuplicateKey, 7);
    refuse(r#"{"x":{"a":1,"a":1}}"#, FaultKind::DuplicateKey, 12);
    refuse(r#""\ud800""#, FaultKind::LoneSurrogate, 1);
    refuse(r#""\udc00\ud800""#, FaultKind::LoneSurrogate, 1);
    refuse(r#""\ud800\u0041""#, FaultKind::LoneSurrogate, 1);
    refuse(b"{\"a\":\"\xff\"}", FaultKind::NotUtf8, 6);
    refuse(b"\"\xed\xa0\x80\"", FaultKind::NotUtf8, 1);
}

#[test]
fn depth_and_number_of_values_are_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(nested(64).as_bytes(), Bounds::default()).is_ok());
    refuse(nested(65), FaultKind::TooDeep, 64);
    refuse("[".repeat(1_000_000), FaultKind::TooDeep, 64);
    refuse("{\"a\":".repeat(1_000_000), FaultKind::TooDeep, 320);

    let bounds = Bounds {
        depth_max: 3,
        values_max: 3,
    };
    assert!(parse(b"[1,2]", bounds).is_ok());
    assert_eq!(
        parse(b"[1,2,3]", bounds).unwrap_err().kind,
        FaultKind::TooManyValues
    );
    let deep = Bounds {
        depth_max: 1_000_000,
        values_max: 1_000_000,
    };
    let tree = parse(nested(500_000).as_bytes(), deep).unwrap();
    let mut out = Vec::new();
    tree.root().write(&mut out);
    assert_eq!(out.len(), 1_000_000);
}

#[test]
fn a_hundred_thousand_members_are_checked_for_repetition_quickly() {
    use std::fmt::Write;
    let mut source = String::from("{");
    for i in 0..100_000 {
        write!(source, "\"member-with-a-long-common-beginning-{i}\":{i},").unwrap();
    }
    let unique = format!("{source}\"last\":0}}");
    assert_eq!(
        parse(unique.as_bytes(), Bounds::default())
            .unwrap()
            .root()
            .len(),
        100_001
    );
    let repeated = format!("{source}\"member-with-a-long-common-beginning-77\":0}}");
    refuse(&repeated, FaultKind::DuplicateKey, source.len() + 1);
}

#[test]
fn a_fault_names_line_and_column_and_nothing_of_the_body() {
    let fault = parse(
        "{\n  \"näme\": \"secret\",\n  \"ä\": x}".as_bytes(),
        Bounds::default(),
    )
    .unwrap_err();
    assert_eq!((fault.line, fault.column), (3, 8));
    assert_eq!(fault.to_string(), "this is not JSON (line 3, column 8)");
}

#[test]
fn the_cursor_walks_members_and_items() {
    let tree = parse(
        br#"{"resourceType":"Patient","id":"p","active":true,"n":[1.0,null,"x"]}"#,
        Bounds::default(),
    )
    .unwrap();
    assert_eq!(
        (tree.resource_type(), tree.id()),
        (Some("Patient"), Some("p"))
    );
    let root = tree.root();
    assert_eq!(
        root.members().map(|(name, _)| name).collect::<Vec<_>>(),
        ["resourceType", "id", "active", "n"]
    );
    assert_eq!(root.get("active").and_then(Element::as_bool), Some(true));
    let n = root.get("n").unwrap();
    assert_eq!((n.kind(), n.len(), n.name()), (Kind::Array, 3, "n"));
    assert_eq!(
        n.items().map(Element::kind).collect::<Vec<_>>(),
        [Kind::Number, Kind::Null, Kind::String]
    );
    assert_eq!(n.items().next().and_then(Element::number), Some("1.0"));
    assert!(root.get("N").is_none() && n.get("x").is_none() && root.items().next().is_none());
}

#[test]
fn a_part_becomes_a_tree_of_its_own() {
    let bundle = br#"{"entry":[{"fullUrl":"urn:uuid:1","resource":{"id":"a\nb","resourceType":"Patient","n":[1,"\u0041"]}},{"x":"\u0042"}]}"#;
    let mut tree = parse(bundle, Bounds::default()).unwrap();
    assert_eq!(
        tree.replace_strings(&|s| (s == "A").then(|| "quo\"te".to_owned())),
        1
    );
    let entry = tree
        .root()
        .get("entry")
        .and_then(|e| e.items().next())
        .unwrap();
    let part = entry.get("resource").unwrap().to_tree();
    let mut out = Vec::new();
    part.root().write(&mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"{"id":"a\nb","resourceType":"Patient","n":[1,"quo\"te"]}"#
    );
    assert_eq!(part.id(), Some("a\nb"));
    assert_eq!(part.root().name(), "");
}

#[test]
fn a_member_is_found_with_its_companion() {
    let source = r#"{"_a":1,"bé":2,"a":3,"_bé":4,"__a":5,"_":6,"ab":[7],"c":8}"#;
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let found = |name: &str| {
        let (value, companion) = tree.root().get_with_companion(name);
        let number =
            |element: Option<Element<'_>>| element.and_then(Element::number).map(str::to_owned);
        (number(value), number(companion))
    };
    let both = |value: &str, companion: &str| (Some(value.to_owned()), Some(companion.to_owned()));
    assert_eq!(found("a"), both("3", "1"));
    assert_eq!(found("bé"), both("2", "4"));
    assert_eq!(found("_a"), both("1", "5"));
    assert_eq!(found("c"), (Some("8".to_owned()), None));
    assert_eq!(found("d"), (None, None));
    let items = tree.root().get("ab").unwrap();
    assert_eq!(
        items.get_with_companion(""),
        (None, None),
        "an array has none"
    );
}
