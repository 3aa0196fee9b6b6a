//! Profiles an instance enforces on every resource of their type.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_model::{Bounds, parse};
use cresset_validate::{Profiles, Validator};

use super::practice::Practice;

const BORN: &str = "http://example.org/born";
const PATIENT: &str = r#"{"resourceType":"Patient","active":true}"#;

async fn enforcing(loaded: bool) -> Practice {
    enforcing_as(loaded, BORN).await
}

/// The same, the profile named like this.
async fn enforcing_as(loaded: bool, named: &'static str) -> Practice {
    let mut profiles = Profiles::us_core();
    if loaded {
        let born = format!(
            r#"{{"resourceType":"StructureDefinition","url":"{BORN}","type":"Patient","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{{"element":[{{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}}]}}}}"#
        );
        let tree = parse(born.as_bytes(), Bounds::default()).unwrap();
        profiles.add(tree.root()).unwrap();
    }
    let validator = Arc::new(Validator::new(profiles));
    let made = move |_: &_, _: &_| validator.clone();
    Practice::judging(Arc::new(made), Limits::default(), |settings| {
        settings.profiles = vec![named.to_owned()];
    })
    .await
}

#[tokio::test]
async fn a_profile_of_the_instance_is_followed_by_its_type_alone() {
    let practice = enforcing(true).await;
    let refused = "Patient must have 'birthDate' (profile born)";
    practice
        .ask("POST /Patient", PATIENT)
        .await
        .refuses(400, refused);
    let issues = practice
        .ask("POST /Patient/$validate", PATIENT)
        .await
        .issues();
    assert!(
        issues.iter().any(|issue| issue.contains(refused)),
        "{issues:?}"
    );
    let born = PATIENT.replace("\"active\":true", "\"birthDate\":\"1990\"");
    practice.create("Patient", &born).await;
    practice
        .create("Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)
        .await;
}

/// Another version than the one that is loaded is about the same type.
#[tokio::test]
async fn a_version_that_is_not_loaded_keeps_out_its_type_alone() {
    let practice = enforcing_as(true, "http://example.org/born|2").await;
    let refused =
        "Patient must follow the profile http://example.org/born|2; the versions loaded here are";
    practice
        .ask("POST /Patient", PATIENT)
        .await
        .refuses(400, refused);
    practice
        .create("Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)
        .await;
}

#[tokio::test]
async fn what_must_be_followed_and_is_not_loaded_lets_nothing_in() {
    let practice = enforcing(false).await;
    let refused =
        "Patient must follow the profile http://example.org/born, which is not loaded here";
    practice
        .ask("POST /Patient", PATIENT)
        .await
        .refuses(400, refused);
}
