//! A practice that wears `us-core`.

use cresset_base::Limits;

use super::Practice;

async fn us_core() -> Practice {
    Practice::with(Limits::default(), |settings| {
        "us-core".clone_into(&mut settings.rules);
    })
    .await
}

#[tokio::test]
async fn a_resource_must_follow_the_profile_meant_for_it() {
    let practice = us_core().await;
    let bare = r#"{"resourceType":"Patient","gender":"female","name":[{"family":"Bell"}]}"#;
    let answer = practice.ask("POST /Patient", bare).await;
    answer.refuses(
        400,
        "required Patient must have 'identifier' (profile us-core-patient)",
    );
    let whole = bare.replacen(
        "\"gender\"",
        r#""identifier":[{"system":"urn:x","value":"1"}],"gender""#,
        1,
    );
    practice.create("Patient", &whole).await;
    practice
        .create("Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)
        .await;
}

#[tokio::test]
async fn neither_a_transaction_nor_a_patch_gets_round_the_profile() {
    let practice = us_core().await;
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"resource":{"resourceType":"Patient","gender":"female","name":[{"family":"Bell"}]},"request":{"method":"POST","url":"Patient"}}]}"#;
    let answer = practice.ask("POST /", bundle).await;
    answer.refuses(400, "Patient must have 'identifier'");
    let whole = r#"{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}],"gender":"female","name":[{"family":"Bell"}]}"#;
    let id = practice.create("Patient", whole).await;
    let patch = axum::body::Body::from(r#"{"identifier":null}"#);
    let request = practice.request(&format!("PATCH /Patient/{id}"), "");
    let request = request.header("content-type", "application/merge-patch+json");
    let answer = practice.send(request.body(patch).unwrap()).await;
    answer.refuses(400, "Patient must have 'identifier'");
}

const POOR: &str = r#"{"resourceType":"Patient","id":"other","gender":"woman","contact":[{"gender":"male"}],
    "managingOrganization":{"reference":"Practitioner/1"}}"#;
const POOR_FAULTS: [&str; 5] = [
    "code-invalid Patient.gender must have a code of the value set",
    "invariant Patient.contact[0] must follow pat-1",
    "value Patient.managingOrganization must refer to Organization",
    "required Patient must have 'identifier' (profile us-core-patient)",
    "required Patient must have 'name' (profile us-core-patient)",
];

#[tokio::test]
async fn structure_codes_references_rules_and_profile_are_refused_in_one_answer() {
    let practice = us_core().await;
    let check = async |line: &str, status: u16, first: &[&str]| {
        let answer = practice.ask(line, POOR).await;
        assert_eq!(answer.status, status, "{answer:?}");
        let told = answer.json()["issue"].as_array().unwrap().clone();
        let is_error = told.iter().map(|issue| issue["severity"] == "error");
        let issues = answer.issues().into_iter().zip(is_error);
        let issues: Vec<_> = issues
            .filter_map(|(issue, is_error)| is_error.then_some(issue))
            .collect();
        let expect: Vec<_> = first.iter().chain(&POOR_FAULTS).collect();
        assert_eq!(issues.len(), expect.len(), "{line}: {issues:?}");
        for (issue, words) in issues.iter().zip(expect) {
            assert!(issue.contains(words), "{line}: {words} is not {issue}");
        }
    };
    check("POST /Patient", 400, &[]).await;
    check("PUT /Patient/p", 400, &["Logical Id in URL must match"]).await;
    check("POST /Patient/$validate", 200, &[]).await;
    check(
        "POST /Patient/p/$validate?mode=update",
        200,
        &["Logical Id in URL must match"],
    )
    .await;
}
