//! Codes of bindings are judged by the terminology that is loaded.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_model::{Bounds, parse};
use cresset_store::LoadedSystem;
use cresset_store::code_systems::{CodeSystemLoader, Row};
use cresset_validate::{Profiles, Validator};
use serde_json::{Value, json};

use super::practice::Practice;

const SNOMED: &str = "http://snomed.info/sct";

/// A condition whose code must come from this value set, if the practice knows the profile.
fn condition(code: &str) -> String {
    json!({"resourceType": "Condition", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "meta": {"profile": ["http://example.org/ailment"]}})
    .to_string()
}

fn ailment(strength: &str) -> Value {
    json!({"resourceType": "StructureDefinition", "url": "http://example.org/ailment",
        "type": "Condition", "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Condition",
        "differential": {"element": [{"id": "Condition.code", "path": "Condition.code",
            "binding": {"strength": strength, "valueSet": "http://example.org/ailments|1"}}]}})
}

/// Everything below 64572001.
fn ailments() -> Value {
    json!({"resourceType": "ValueSet", "id": "ailments", "url": "http://example.org/ailments",
        "version": "1", "status": "active", "compose": {"include": [{"system": SNOMED,
            "filter": [{"property": "concept", "op": "is-a", "value": "64572001"}]}]}})
}

/// A practice whose packages hold these definitions.
async fn knowing(package: &[Value]) -> Practice {
    let mut profiles = Profiles::us_core();
    let trees: Vec<_> = package
        .iter()
        .map(|one| parse(one.to_string().as_bytes(), Bounds::default()).unwrap())
        .collect();
    profiles.add_all(
        &trees
            .iter()
            .map(cresset_model::Tree::root)
            .collect::<Vec<_>>(),
    );
    let validator = Arc::new(Validator::new(profiles));
    let made = move |_: &_, _: &_| validator.clone();
    Practice::judging(Arc::new(made), Limits::default(), |_| {}).await
}

/// 37796009 is a 64572001; 386661006 is not.
fn load_snomed(practice: &Practice) {
    let mut loader = practice.directory.code_system_loader().unwrap();
    let system = LoadedSystem {
        url: SNOMED.to_owned(),
        name: "SNOMED CT".to_owned(),
        version: Some("1".to_owned()),
    };
    loader.begin(&system).unwrap();
    let concept = |code: &str| Row::Concept {
        code: code.to_owned(),
        active: true,
    };
    let rows = [
        concept("64572001"),
        concept("37796009"),
        concept("386661006"),
        Row::Parent {
            code: "37796009".to_owned(),
            parent: "64572001".to_owned(),
        },
    ];
    loader.keep(&rows, ("a", "", 1)).unwrap();
    loader.finish().unwrap();
}

const OUTSIDE: &str = "code-invalid Condition.code must have a code of the value set http://example.org/ailments|1 (profile ailment)";
const NOT_CHECKED: &str =
    "Condition.code was not checked: the value set http://example.org/ailments|1 is not loaded";

async fn outcome(practice: &Practice, code: &str) -> Vec<String> {
    let answer = practice
        .ask("POST /Condition/$validate", &condition(code))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.issues()
}

#[tokio::test]
async fn a_code_is_judged_once_its_system_and_value_set_are_loaded() {
    let practice = knowing(&[ailment("required")]).await;
    let said = |issues: &[String], words: &str| issues.iter().any(|issue| issue.contains(words));
    // Nobody knows the value set: the form alone is checked, and the outcome says so.
    practice.create("Condition", &condition("386661006")).await;
    assert!(said(&outcome(&practice, "386661006").await, NOT_CHECKED));
    // The value set is known and its code system is not.
    practice.create("ValueSet", &ailments().to_string()).await;
    practice.create("Condition", &condition("386661006")).await;
    assert!(said(&outcome(&practice, "386661006").await, NOT_CHECKED));
    load_snomed(&practice);
    let answer = practice
        .ask("POST /Condition", &condition("386661006"))
        .await;
    answer.refuses(400, OUTSIDE);
    assert!(said(&outcome(&practice, "386661006").await, OUTSIDE));
    practice.create("Condition", &condition("37796009")).await;
    let issues = outcome(&practice, "37796009").await;
    assert!(!said(&issues, "Condition.code"), "{issues:?}");
    // Faults of terminology stand beside those of structure.
    let both =
        condition("386661006").replacen("\"subject\"", "\"onsetDateTime\":\"soon\",\"subject\"", 1);
    let issues = practice.ask("POST /Condition", &both).await.issues();
    assert!(
        said(&issues, OUTSIDE) && said(&issues, "onsetDateTime"),
        "{issues:?}"
    );
}

#[tokio::test]
async fn terminology_of_a_package_counts_with_what_the_operator_loaded() {
    let practice = knowing(&[ailment("extensible"), ailments()]).await;
    load_snomed(&practice);
    practice.create("Condition", &condition("386661006")).await;
    let issues = outcome(&practice, "386661006").await;
    let words = "Condition.code should have a code of the value set http://example.org/ailments";
    assert!(
        issues.iter().any(|issue| issue.contains(words)),
        "{issues:?}"
    );
    let issues = outcome(&practice, "37796009").await;
    assert!(
        !issues.iter().any(|i| i.contains("Condition.code")),
        "{issues:?}"
    );
    let line = "GET /ValueSet/$validate-code?url=http://example.org/ailments&system=http://snomed.info/sct&code=37796009";
    let answer = practice.ask(line, "").await.json();
    assert_eq!(answer["parameter"][0]["valueBoolean"], true, "{answer}");
}

#[tokio::test]
async fn codes_of_a_package_stand_above_each_other() {
    let system = json!({"resourceType": "CodeSystem", "url": SNOMED, "status": "active",
        "content": "complete", "concept": [
            {"code": "64572001", "concept": [{"code": "1", "concept": [{"code": "37796009"}]}]},
            {"code": "386661006"},
            {"code": "2", "property": [{"code": "parent", "valueCode": "1"}]}]});
    let practice = knowing(&[ailment("required"), ailments(), system]).await;
    practice.create("Condition", &condition("37796009")).await;
    practice.create("Condition", &condition("2")).await;
    let answer = practice
        .ask("POST /Condition", &condition("386661006"))
        .await;
    answer.refuses(400, OUTSIDE);
}

#[tokio::test]
async fn uploaded_code_systems_judge_codes_and_only_of_those_who_may_search_them() {
    let colours = json!({"resourceType": "CodeSystem", "id": "c", "url": SNOMED, "status": "active",
        "content": "complete", "concept": [{"code": "64572001", "concept": [{"code": "37796009"}]}]});
    let practice = knowing(&[ailment("required")]).await;
    for (line, body) in [
        ("PUT /CodeSystem/c", colours),
        ("PUT /ValueSet/ailments", ailments()),
    ] {
        assert_eq!(practice.ask(line, &body.to_string()).await.status, 201);
    }
    let answer = practice
        .ask("POST /Condition", &condition("386661006"))
        .await;
    answer.refuses(400, OUTSIDE);
    practice.create("Condition", &condition("37796009")).await;
    // Who may not search terminology has none to be judged by.
    let mut practice = practice;
    practice.token = practice.token_for("system/Condition.cruds").await;
    practice.create("Condition", &condition("386661006")).await;
}

#[tokio::test]
async fn value_sets_that_include_each_other_for_ever_come_to_an_end() {
    let practice = knowing(&[ailment("required")]).await;
    let many = vec![json!({"valueSet": ["http://example.org/ailments"]}); 20];
    let circle = json!({"resourceType": "ValueSet", "id": "v", "url": "http://example.org/ailments",
        "version": "1", "status": "active", "compose": {"include": many}});
    practice.create("ValueSet", &circle.to_string()).await;
    let issues = outcome(&practice, "1").await;
    assert!(issues.iter().any(|i| i.contains(NOT_CHECKED)), "{issues:?}");
}
