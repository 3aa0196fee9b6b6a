//! Whose record a resource belongs to.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, parse};
use cresset_search::{extract, mentioned_patients, patient_compartment, patients_of};

fn check(source: &str, expect: &[&str]) {
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let resource_type = ResourceType::parse(tree.resource_type().unwrap()).unwrap();
    let id = "me".parse().unwrap();
    let patients = patient_compartment(resource_type, &id, &extract(&tree, &[]));
    assert_eq!(
        patients.iter().map(ResourceId::as_str).collect::<Vec<_>>(),
        expect,
        "{source}"
    );
    let alone = patients_of(resource_type, &id, &tree, &[]);
    assert_eq!(alone, patients, "asked of nothing else: {source}");
    let mut stored = Vec::new();
    tree.root().write(&mut stored);
    let is_self = resource_type.name() == "Patient";
    let mentioned = mentioned_patients(&stored, 8).unwrap();
    let are_mentioned = patients.iter().all(|owner| mentioned.contains(owner));
    assert!(is_self || are_mentioned, "{source}");
}

#[test]
fn a_resource_belongs_to_the_patients_it_is_about() {
    check(
        r#"{"resourceType":"Observation","subject":{"reference":"Patient/a"},"performer":[{"reference":"Patient/b"}]}"#,
        &["a", "b"],
    );
    check(
        r#"{"resourceType":"Observation","subject":{"reference":"Group/a"}}"#,
        &[],
    );
    check(
        r#"{"resourceType":"Observation","focus":[{"reference":"Patient/a"}]}"#,
        &[],
    );
    check(
        r#"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/a"}},{"actor":{"reference":"Practitioner/x"}}]}"#,
        &["a"],
    );
    check(
        r#"{"resourceType":"Provenance","target":[{"reference":"Patient/a"}]}"#,
        &["a"],
    );
}

#[test]
fn an_implant_and_a_task_belong_to_their_patient() {
    check(
        r#"{"resourceType":"Device","patient":{"reference":"Patient/a"}}"#,
        &["a"],
    );
    check(
        r#"{"resourceType":"Task","for":{"reference":"Patient/a"}}"#,
        &["a"],
    );
}

#[test]
fn a_patient_is_its_own_and_nobody_elses() {
    check(
        r#"{"resourceType":"Patient","link":[{"other":{"reference":"Patient/b"},"type":"seealso"}]}"#,
        &["me"],
    );
}

#[test]
fn what_speaks_of_many_or_of_none_belongs_to_nobody() {
    check(
        r#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/a"}}]}"#,
        &[],
    );
    check(r#"{"resourceType":"Practitioner"}"#, &[]);
    check(
        r#"{"resourceType":"Observation","subject":{"reference":"https://elsewhere.example/Patient/a"}}"#,
        &[],
    );
}

#[test]
fn a_quick_look_tells_which_patients_are_mentioned() {
    let check = |body: &str, expect: &[&str]| {
        let mentioned = mentioned_patients(body.as_bytes(), 2).unwrap();
        let mentioned: Vec<_> = mentioned.iter().map(ResourceId::as_str).collect();
        assert_eq!(mentioned, expect, "{body}");
    };
    check(
        r#"{"subject":{"reference":"Patient/a"},"performer":[{"reference":"https://x.example/fhir/Patient/b.1/_history/2"}]}"#,
        &["a", "b.1"],
    );
    check(
        r#"{"subject":{"reference":"Patient/a"},"focus":[{"reference":"Patient/a"}]}"#,
        &["a"],
    );
    check(r#"{"subject":{"reference":"Patient/"}}"#, &[]);
    check(r#"{"text":"Patient/"#, &[]);
    check("{}", &[]);
    let many = br#"["Patient/a","Patient/b","Patient/c"]"#;
    assert_eq!(mentioned_patients(many, 2), None);
}
