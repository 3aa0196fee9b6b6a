//! `$validate` says what is wrong, and stores nothing.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_validate::{Profiles, Validator};

use super::practice::Practice;

const GOOD: &str = r#"{"resourceType":"Patient","id":"a","active":true,"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">A</div>"}}"#;

#[tokio::test]
async fn faults_come_as_an_outcome_and_nothing_is_stored() {
    let practice = Practice::open().await;
    let answer = practice
        .ask(
            "POST /Patient/$validate",
            r#"{"resourceType":"Patient","birthDate":"2023-02-30","nickname":"x"}"#,
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let issues = answer.issues();
    assert!(
        issues
            .iter()
            .any(|i| i.starts_with("value Patient.birthDate")),
        "{issues:?}"
    );
    assert!(
        issues.iter().any(|i| i.contains("'nickname'")),
        "{issues:?}"
    );
    let good = practice.ask("POST /Patient/$validate", GOOD).await;
    assert_eq!(
        good.json()["issue"][0]["severity"],
        "information",
        "{good:?}"
    );
    let wrapped = format!(
        r#"{{"resourceType":"Parameters","parameter":[{{"name":"resource","resource":{GOOD}}},{{"name":"mode","valueCode":"create"}}]}}"#
    );
    let answer = practice.ask("POST /Patient/$validate", &wrapped).await;
    assert_eq!(
        answer.json()["issue"][0]["severity"],
        "information",
        "{answer:?}"
    );
    assert_eq!(
        practice.ask("GET /Patient?_summary=count", "").await.json()["total"],
        0
    );
}

#[tokio::test]
async fn type_id_mode_and_profile_are_judged() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/a", GOOD).await;
    let check = async |line: &str, body: &str, words: &str| {
        let answer = practice.ask(line, body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let issues = answer.issues();
        assert!(
            issues.iter().any(|issue| issue.contains(words)),
            "{words} is not in {issues:?}"
        );
    };
    check("POST /Observation/$validate", GOOD, "not a Observation").await;
    check(
        "POST /Patient/b/$validate?mode=update",
        GOOD,
        "must match logical Id",
    )
    .await;
    check(
        "POST /Patient/a/$validate?mode=update",
        GOOD,
        "Nothing stands against it",
    )
    .await;
    check("GET /Patient/a/$validate", "", "Nothing stands against it").await;
    check(
        "GET /Patient/a/$validate?mode=delete",
        "",
        "Nothing stands against it",
    )
    .await;
    let us_core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
    check(
        &format!("POST /Patient/$validate?profile={us_core}"),
        GOOD,
        "must have 'name'",
    )
    .await;
    check(
        "POST /Patient/$validate?profile=http://example.org/none",
        GOOD,
        "not-found",
    )
    .await;
    practice
        .ask("POST /Patient/$validate", "{")
        .await
        .refuses(400, "not JSON");
    practice
        .ask("POST /Patient/$validate?mode=all", GOOD)
        .await
        .refuses(400, "mode must be");
    practice
        .ask("POST /Patient/$validate?mode=profile", GOOD)
        .await
        .refuses(400, "needs a profile");
    practice
        .ask("GET /Patient/none/$validate", "")
        .await
        .refuses(404, "none");
    practice
        .ask("POST /Nothing/$validate", GOOD)
        .await
        .refuses(404, "Unknown resource type");
}

#[tokio::test]
async fn the_profiles_of_the_instance_are_the_ones_that_count() {
    const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
    let bare = |_: &_, _: &_| Arc::new(Validator::new(Profiles::r4()));
    let without = Practice::judging(Arc::new(bare), Limits::default(), |_| {}).await;
    let line = format!("POST /Patient/$validate?profile={US_CORE}");
    let issues = without.ask(&line, GOOD).await.issues();
    assert!(
        issues.iter().any(|issue| issue.contains("not loaded here")),
        "{issues:?}"
    );
    let issues = Practice::open().await.ask(&line, GOOD).await.issues();
    assert!(
        issues
            .iter()
            .any(|issue| issue.contains("must have 'name'")),
        "{issues:?}"
    );
}
