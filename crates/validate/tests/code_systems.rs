//! Codes and the systems they name: what a system does not define means nothing, whatever is asked of it.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, Tree, parse};
use cresset_validate::{Ask, Detail, Profiles, Validator};
use serde_json::{Value, json};

const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
const REFUSED: &str = "Patient.maritalStatus.coding[0].code must be a code that \
                       http://terminology.hl7.org/CodeSystem/v3-MaritalStatus defines";

fn tree(json: &Value) -> Tree {
    parse(json.to_string().as_bytes(), Bounds::default()).expect("JSON")
}

fn refusals(validator: &Validator, resource: &Value) -> Vec<String> {
    let ask = Ask {
        profiles: &[],
        detail: Detail::Refusals,
    };
    let issues = validator.validate(tree(resource).root(), &ask);
    issues.into_iter().map(|issue| issue.text).collect()
}

/// A patient of whom this is said.
fn married(coding: &Value) -> Value {
    json!({"resourceType": "Patient", "maritalStatus": {"coding": [coding]}})
}

fn check(coding: &Value, expect: &[&str]) {
    let validator = Validator::new(Profiles::r4());
    assert_eq!(refusals(&validator, &married(coding)), expect, "{coding}");
}

#[test]
fn a_code_is_one_of_its_system() {
    check(&json!({"system": SYSTEM, "code": "M"}), &[]);
    check(
        &json!({"system": SYSTEM, "code": "no-such-code"}),
        &[REFUSED],
    );
    check(&json!({"system": SYSTEM, "code": "m"}), &[REFUSED]);
}

/// What cannot be known is not refused.
#[test]
fn a_system_that_is_not_known_whole_refuses_nothing() {
    check(&json!({"system": SYSTEM}), &[]);
    check(&json!({"code": "no-such-code"}), &[]);
    for system in [
        "http://loinc.org",
        "http://snomed.info/sct",
        "http://terminology.hl7.org/CodeSystem/nobody-knows",
        "http://x.org/own",
    ] {
        check(&json!({"system": system, "code": "no-such-code"}), &[]);
    }
    let newer = json!({"system": SYSTEM, "version": "2099-01-01", "code": "no-such-code"});
    check(&newer, &[]);
}

/// A required binding says it already.
#[test]
fn one_fault_is_told_once() {
    let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    let condition = json!({"resourceType": "Condition", "subject": {"display": "x"},
        "clinicalStatus": {"coding": [{"system": system, "code": "no-such-code"}]}});
    let refused = refusals(&Validator::new(Profiles::r4()), &condition);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].contains("value set"), "{refused:?}");
}

#[test]
fn a_system_that_was_loaded_goes_before_what_is_built_in() {
    let mut profiles = Profiles::r4();
    let own = |url: &str, content: &str, case_sensitive: bool| {
        tree(
            &json!({"resourceType": "CodeSystem", "url": url, "content": content,
            "caseSensitive": case_sensitive, "concept": [{"code": "Mine"}]}),
        )
    };
    profiles
        .add(own(SYSTEM, "complete", true).root())
        .expect("a system");
    profiles
        .add(own("http://x.org/part", "fragment", true).root())
        .expect("a system");
    profiles
        .add(own("http://x.org/any-case", "complete", false).root())
        .expect("a system");
    let validator = Validator::new(profiles);
    for (system, code, refused) in [
        (SYSTEM, "Mine", false),
        (SYSTEM, "M", true),
        ("http://x.org/part", "other", false),
        ("http://x.org/any-case", "mine", false),
        ("http://x.org/any-case", "other", true),
    ] {
        let said = refusals(
            &validator,
            &married(&json!({"system": system, "code": code})),
        );
        assert_eq!(!said.is_empty(), refused, "{system} {code}: {said:?}");
    }
}
