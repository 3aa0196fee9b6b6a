//! Profiles of several versions: a `|version` after a canonical URL means that one and no other.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, Tree, parse};
use cresset_validate::{Ask, Detail, LoadFault, Profiles, Validator};
use serde_json::{Value, json};

const P: &str = "http://x.org/p";
const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
const PATIENT: &str = "http://hl7.org/fhir/StructureDefinition/Patient";

fn tree(json: &Value) -> Tree {
    parse(json.to_string().as_bytes(), Bounds::default()).expect("JSON")
}

/// A version of a profile of Patient that demands one element.
fn version(version: &str, base: &str, element: &str) -> Value {
    let id = format!("Patient.{element}");
    json!({"resourceType": "StructureDefinition", "url": P, "version": version, "type": "Patient",
        "derivation": "constraint", "baseDefinition": base,
        "differential": {"element": [{"id": id, "path": id, "min": 1}]}})
}

fn knowing(definitions: &[Value]) -> Validator {
    let mut profiles = Profiles::us_core();
    for definition in definitions {
        profiles.add(tree(definition).root()).expect("a profile");
    }
    Validator::new(profiles)
}

/// What is said of a patient that names this profile, and must follow these.
fn said(validator: &Validator, named: &str, asked: &[&str]) -> Vec<String> {
    let patient = json!({"resourceType": "Patient", "active": true, "meta": {"profile": [named]}});
    let ask = Ask {
        profiles: asked,
        detail: Detail::Everything,
    };
    let issues = validator.validate(tree(&patient).root(), &ask);
    let told = issues.iter().filter(|i| i.severity.code() != "information");
    told.map(|i| format!("{} {}", i.severity.code(), i.text))
        .collect()
}

fn two() -> Validator {
    knowing(&[
        version("1", PATIENT, "birthDate"),
        version("2", PATIENT, "gender"),
    ])
}

/// What is asked for in this test, without the rules of best practice.
fn demands(mut said: Vec<String>) -> Vec<String> {
    said.retain(|text| !text.contains("dom-6"));
    said
}

#[test]
fn a_version_of_a_profile_means_that_one() {
    let validator = two();
    let said = |named: &str| demands(said(&validator, named, &[]));
    let one = ["error Patient must have 'birthDate' (profile p)"];
    let other = ["error Patient must have 'gender' (profile p)"];
    assert_eq!(said("http://x.org/p|1"), one);
    assert_eq!(said("http://x.org/p|2"), other);
    assert_eq!(said(P), other, "without a version the last is meant");
}

#[test]
fn a_version_that_is_asked_for_means_that_one() {
    let validator = two();
    let asked = |url: &str| demands(said(&validator, P, &[url]));
    assert_eq!(
        asked("http://x.org/p|1"),
        [
            "error Patient must have 'birthDate' (profile p)",
            "error Patient must have 'gender' (profile p)"
        ]
    );
    assert_eq!(
        asked("http://x.org/p|3")[0],
        "error Patient must follow the profile http://x.org/p|3; the versions loaded here are 1 and 2"
    );
}

#[test]
fn another_version_than_those_loaded_is_said_so() {
    let validator = two();
    let said = |named: &str| demands(said(&validator, named, &[]));
    assert_eq!(
        said("http://x.org/p|3"),
        [
            "warning Patient.meta.profile[0] names a version of a profile that is not loaded here (what is: 1 and 2); it was not checked"
        ]
    );
    assert_eq!(
        said(&format!("{US_CORE}|3.1.1")),
        [
            "warning Patient.meta.profile[0] names a version of a profile that is not loaded here (what is: 6.1.0); it was not checked"
        ]
    );
    assert_eq!(
        said("http://x.org/q|1"),
        [
            "warning Patient.meta.profile[0] names a profile that is not loaded here; it was not checked"
        ]
    );
    let unversioned = json!({"resourceType": "StructureDefinition", "url": P, "type": "Patient",
        "derivation": "constraint", "baseDefinition": PATIENT, "differential": {"element": []}});
    assert_eq!(
        demands(self::said(
            &knowing(&[unversioned]),
            "http://x.org/p|1",
            &[]
        )),
        [
            "warning Patient.meta.profile[0] names a version of a profile that is not loaded here (what is: one without a version); it was not checked"
        ]
    );
}

#[test]
fn what_is_built_in_is_followed_by_its_version() {
    let validator = knowing(&[]);
    let named = said(&validator, &format!("{US_CORE}|6.1.0"), &[]);
    assert!(
        named
            .contains(&"error Patient must have 'identifier' (profile us-core-patient)".to_owned()),
        "{named:?}"
    );
    let own = |version: &str| demands(said(&validator, &format!("{PATIENT}|{version}"), &[]));
    assert_eq!(own("4.0.1"), Vec::<String>::new());
    assert_eq!(
        own("5.0.0"),
        [
            "warning Patient.meta.profile[0] names a profile that is not loaded here; it was not checked"
        ]
    );
}

#[test]
fn a_profile_is_derived_from_the_version_it_names() {
    let derived = |base: &str| {
        let mut derived = version("1", base, "telecom");
        derived["url"] = json!("http://x.org/derived");
        derived
    };
    let said = |base: &str| {
        let definitions = [
            version("1", PATIENT, "birthDate"),
            version("2", PATIENT, "gender"),
            derived(base),
        ];
        demands(self::said(
            &knowing(&definitions),
            "http://x.org/derived",
            &[],
        ))
    };
    let telecom = "error Patient must have 'telecom' (profile derived)";
    let birth = "error Patient must have 'birthDate' (profile derived)";
    assert_eq!(said("http://x.org/p|1"), [birth, telecom]);
    assert_eq!(said(&format!("{PATIENT}|4.0.1")), [telecom]);
    let mut profiles = Profiles::r4();
    for base in ["http://x.org/p|3", &format!("{PATIENT}|5.0.0")] {
        let definition = tree(&derived(base));
        assert_eq!(
            profiles.add(definition.root()),
            Err(LoadFault::UnknownBase(base.to_owned()))
        );
    }
}

/// What is added again is what was added last.
#[test]
fn a_version_that_comes_again_is_the_last() {
    let validator = knowing(&[
        version("1", PATIENT, "birthDate"),
        version("2", PATIENT, "gender"),
        version("1", PATIENT, "telecom"),
    ]);
    assert_eq!(
        demands(said(&validator, P, &[])),
        ["error Patient must have 'telecom' (profile p)"]
    );
}

/// In a package a profile may stand before its base, of which another version is known already.
#[test]
fn of_definitions_that_come_together_each_waits_for_its_base() {
    let mut derived = version("1", P, "telecom");
    derived["url"] = json!("http://x.org/derived");
    let mut profiles = Profiles::r4();
    let before = tree(&version("1", PATIENT, "birthDate"));
    profiles.add(before.root()).expect("a profile");
    let type_of_r4 = json!({"resourceType": "StructureDefinition", "url": PATIENT, "type": "Patient",
        "derivation": "specialization", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/DomainResource"});
    let together = [derived, version("2", PATIENT, "gender"), type_of_r4].map(|json| tree(&json));
    let roots: Vec<_> = together.iter().map(Tree::root).collect();
    assert_eq!(profiles.add_all(&roots), [(2, LoadFault::NotAProfile)]);
    assert_eq!(
        demands(said(&Validator::new(profiles), "http://x.org/derived", &[])),
        [
            "error Patient must have 'gender' (profile derived)",
            "error Patient must have 'telecom' (profile derived)"
        ]
    );
}
