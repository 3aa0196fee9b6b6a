//! Whose a resource is, from the rows it leaves in the index.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, parse};
use cresset_search::{extract, patient_compartment};

/// The patients of a resource with the id `self`.
#[track_caller]
fn check(resource_type: &str, members: &str, expect: &[&str]) {
    let source = format!(r#"{{"resourceType":"{resource_type}",{members}}}"#);
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let rows = extract(&tree, &["https://demo.example/fhir".to_owned()]);
    let of = ResourceType::parse(resource_type).unwrap();
    let patients = patient_compartment(of, &"self".parse().unwrap(), &rows);
    let patients: Vec<&str> = patients.iter().map(ResourceId::as_str).collect();
    assert_eq!(patients, expect, "{source}");
}

#[test]
fn the_parameters_of_the_compartment_tie_a_resource_to_its_patients() {
    check(
        "Observation",
        r#""subject":{"reference":"Patient/a"}"#,
        &["a"],
    );
    check(
        "Observation",
        r#""subject":{"reference":"https://demo.example/fhir/Patient/a"}"#,
        &["a"],
    );
    check(
        "Appointment",
        r#""participant":[{"actor":{"reference":"Patient/a"}},{"actor":{"reference":"Patient/b"}}]"#,
        &["a", "b"],
    );
}

#[test]
fn types_about_one_patient_that_the_standard_forgot_are_tied_too() {
    check("Device", r#""patient":{"reference":"Patient/a"}"#, &["a"]);
    check("Task", r#""for":{"reference":"Patient/a"}"#, &["a"]);
    check(
        "GuidanceResponse",
        r#""subject":{"reference":"Patient/a"}"#,
        &["a"],
    );
    check(
        "Contract",
        r#""subject":[{"reference":"Patient/a"}]"#,
        &["a"],
    );
    check("Device", r#""owner":{"reference":"Organization/o"}"#, &[]);
}

#[test]
fn no_other_reference_ties() {
    check("Observation", r#""focus":[{"reference":"Patient/a"}]"#, &[]);
    check(
        "Observation",
        r#""subject":{"reference":"https://elsewhere.example/fhir/Patient/a"}"#,
        &[],
    );
    check("Observation", r#""subject":{"reference":"Group/a"}"#, &[]);
    check("Task", r#""owner":{"reference":"Patient/a"}"#, &[]);
    check(
        "Provenance",
        r#""agent":[{"who":{"reference":"Patient/a"}}]"#,
        &[],
    );
}

#[test]
fn a_patient_is_its_own_and_nobody_elses_and_a_group_is_nobodys() {
    check("Patient", r#""active":true"#, &["self"]);
    check(
        "Patient",
        r#""link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]"#,
        &["self"],
    );
    check(
        "Group",
        r#""member":[{"entity":{"reference":"Patient/a"}}]"#,
        &[],
    );
}
