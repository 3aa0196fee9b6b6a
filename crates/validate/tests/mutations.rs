//! Every single mistake in a good resource is answered, never a crash, never silence.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_validate::{ISSUES_MAX, validate};
use serde_json::{Value, json};

const RESOURCES: [&str; 4] = [
    include_str!("fixtures/Patient-example.json"),
    include_str!("fixtures/Observation-blood-pressure.json"),
    include_str!("fixtures/MedicationRequest-medrx0302.json"),
    include_str!("fixtures/QuestionnaireResponse-gcs.json"),
];

/// The JSON pointers of every value below the root.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => return,
    };
    for (name, child) in children {
        let here = format!("{at}/{name}");
        pointers(child, &here, found);
        found.push(here);
    }
}

/// How many issues each resource has after each of its values was replaced.
fn check(replacement: &Value, expect: impl Fn(usize) -> bool) {
    for json in RESOURCES {
        let good: Value = serde_json::from_str(json).expect("JSON");
        let mut places = Vec::new();
        pointers(&good, "", &mut places);
        for place in places {
            let mut bad = good.clone();
            *bad.pointer_mut(&place).expect("a place") = replacement.clone();
            let bytes = bad.to_string();
            let tree = parse(bytes.as_bytes(), Bounds::default()).expect("JSON");
            let issues = validate(tree.root());
            assert!(issues.len() <= ISSUES_MAX);
            assert!(expect(issues.len()), "{replacement} at {place}: {issues:?}");
        }
    }
}

#[test]
fn empty_values_never_pass() {
    check(&json!(null), |issues| issues > 0);
    check(&json!([]), |issues| issues > 0);
    check(&json!({}), |issues| issues > 0);
    check(&json!(""), |issues| issues > 0);
}

#[test]
fn nested_values_never_pass() {
    check(&json!([[]]), |issues| issues > 0);
    check(&json!([null]), |issues| issues > 0);
    check(&json!({"no-such": 1}), |issues| issues > 0);
}

#[test]
fn other_values_end_in_an_answer() {
    for value in [
        json!(true),
        json!(7),
        json!("\u{0}"),
        json!("x y"),
        json!("é<b>"),
    ] {
        check(&value, |_| true);
    }
}
