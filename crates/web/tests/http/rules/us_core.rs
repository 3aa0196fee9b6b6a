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
