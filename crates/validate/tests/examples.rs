//! Resources published with the specification, written by others.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_validate::validate;

fn check(json: &str, expect: &[&str]) {
    let tree = parse(json.as_bytes(), Bounds::default()).expect("JSON");
    let found: Vec<_> = validate(tree.root()).into_iter().map(|i| i.text).collect();
    assert_eq!(found, expect, "{:?}", tree.id());
}

#[test]
fn published_examples_are_valid() {
    check(include_str!("fixtures/Patient-example.json"), &[]);
    check(include_str!("fixtures/Observation-f001.json"), &[]);
    check(
        include_str!("fixtures/Observation-blood-pressure.json"),
        &[],
    );
    check(
        include_str!("fixtures/MedicationRequest-medrx0302.json"),
        &[],
    );
    check(include_str!("fixtures/Questionnaire-bb.json"), &[]);
    check(include_str!("fixtures/QuestionnaireResponse-gcs.json"), &[]);
}

#[test]
fn a_published_mistake_is_found() {
    check(
        include_str!("fixtures/Observation-clinical-gender.json"),
        &[
            "Observation.performer[0] must refer to CareTeam or Organization or Patient or Practitioner or PractitionerRole or RelatedPerson",
        ],
    );
}
