//! What an instance's authorization server offers where its settings say so.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cresset_base::Limits;
use cresset_store::AuthorizationOptions;
use cresset_store::grant::ClientType;
use cresset_store::user::Role;

use super::launch::{CALLBACK, Keep, SCOPES, Sent, TestApp, details};
use super::people::encoded;
use super::practice::{Answer, HOST, Practice};

async fn with(options: AuthorizationOptions, client_type: ClientType) -> (Practice, TestApp) {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.authorization = options;
    })
    .await;
    for id in ["p1", "p2"] {
        let body = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
        practice.ask(&format!("PUT /Patient/{id}"), &body).await;
    }
    practice.person(Role::Patient, "ann", "p1").await;
    practice.person(Role::Clinician, "roe", "d1").await;
    let scopes = format!("launch {SCOPES}");
    let app = practice.people_app(&scopes, details(client_type)).await;
    (practice, app)
}

fn named(patient: &str) -> String {
    format!(r#"{{"patient":"{patient}"}}"#)
}

/// The launch of the older dialect opens what the person may open, and nothing else.
#[tokio::test]
async fn an_app_names_the_patient_within_the_persons_rights() {
    let options = AuthorizationOptions {
        named_launch: true,
        ..AuthorizationOptions::default()
    };
    let (practice, app) = with(options, ClientType::Public).await;
    let scope = format!("launch {SCOPES}");
    let address = |launch: &str| app.address(&[("launch", launch), ("scope", &scope)]);
    for (login, patient, launch) in [
        ("ann", "p1", STANDARD.encode(named("p1"))),
        ("roe", "p2", URL_SAFE_NO_PAD.encode(named("p2"))),
    ] {
        let mut browser = practice.browser_of(login).await;
        let code = browser.allow(&address(&launch), Keep::All).await.code();
        let tokens = app.redeem(&practice, &code).await.json();
        assert_eq!(tokens["patient"], patient, "{tokens}");
        assert_eq!(tokens["scope"], scope);
    }
    for (login, patient) in [("ann", "p2"), ("roe", "p9")] {
        let mut browser = practice.browser_of(login).await;
        let (_, answer) = browser
            .consent_page(&address(&STANDARD.encode(named(patient))))
            .await;
        assert_eq!(
            Sent::of(&answer).get("error"),
            "access_denied",
            "{login} {patient}"
        );
    }
    let mut ann = practice.browser_of("ann").await;
    for nothing in [
        r#"{"patient":"p1","scope":"system/*.rs"}"#,
        r#"{"patient":"../p1"}"#,
        r#"{"encounter":"e1"}"#,
        "p1",
    ] {
        let sent = Sent::of(&ann.get(&address(&STANDARD.encode(nothing))).await);
        assert_eq!(sent.get("error"), "invalid_request", "{nothing}");
    }
}

#[tokio::test]
async fn nothing_of_it_is_there_unless_it_is_set() {
    let (practice, app) = with(AuthorizationOptions::default(), ClientType::Confidential).await;
    let mut ann = practice.browser_of("ann").await;
    let launch = STANDARD.encode(named("p1"));
    let sent = Sent::of(&ann.get(&app.address(&[("launch", &launch)])).await);
    assert_eq!(sent.get("error"), "invalid_request");
    assert_eq!(push(&practice, &app, &[]).await.status, 404);
    let address = app.address(&[("request_uri", "urn:ietf:params:oauth:request_uri:crq_x")]);
    let sent = Sent::of(&ann.get(&address).await);
    assert_eq!(sent.get("error"), "request_uri_not_supported");
    let metadata = metadata(&practice).await;
    assert!(
        metadata
            .get("pushed_authorization_request_endpoint")
            .is_none()
    );
}

async fn metadata(practice: &Practice) -> serde_json::Value {
    let path = "GET /demo/auth/.well-known/oauth-authorization-server";
    practice.stranger(path).await.json()
}

async fn push(practice: &Practice, app: &TestApp, changed: &[(&str, &str)]) -> Answer {
    let secret = app.secret.as_deref().unwrap_or_default();
    let mut changed = changed.to_vec();
    if !changed.iter().any(|(name, _)| *name == "client_secret") {
        changed.push(("client_secret", secret));
    }
    practice
        .form("/demo/auth/par/", &app.request(&changed))
        .await
}

async fn with_pushed(client_type: ClientType) -> (Practice, TestApp) {
    let options = AuthorizationOptions {
        pushed_requests: true,
        ..AuthorizationOptions::default()
    };
    with(options, client_type).await
}

fn address_of(client_id: &str, pushed: &Answer) -> String {
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let pushed = pushed.json();
    assert_eq!(pushed["expires_in"], 60);
    let uri = pushed["request_uri"].as_str().unwrap();
    let pairs = [
        ("client_id", client_id),
        ("request_uri", uri),
        // Nothing beside the reference counts.
        ("scope", "patient/Patient.rs"),
        ("redirect_uri", "https://evil.example/cb"),
    ];
    format!("/demo/auth/authorize/?{}", encoded(&pairs))
}

/// G01 to G04: what was sent ahead is asked, once, for the app that sent it.
#[tokio::test]
async fn a_request_is_sent_ahead() {
    for client_type in [ClientType::Confidential, ClientType::Public] {
        let (practice, app) = with_pushed(client_type).await;
        let endpoint = format!("{HOST}/demo/auth/par/");
        let metadata = metadata(&practice).await;
        assert_eq!(metadata["pushed_authorization_request_endpoint"], endpoint);
        let mut ann = practice.browser_of("ann").await;
        let pushed = push(&practice, &app, &[]).await;
        assert_eq!(pushed.header("cache-control"), "no-store");
        let address = address_of(&app.client_id, &pushed);
        let code = ann.allow(&address, Keep::All).await.code();
        let tokens = app.redeem(&practice, &code).await.json();
        assert_eq!(tokens["scope"], SCOPES, "{tokens}");
        assert_eq!(ann.get(&address).await.status, 400, "it is used up");
    }
}

#[tokio::test]
async fn a_request_sent_ahead_is_one_apps_for_a_minute() {
    let (practice, app) = with_pushed(ClientType::Confidential).await;
    let other = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut ann = practice.browser_of("ann").await;
    let pushed = push(&practice, &app, &[]).await;
    assert_eq!(
        ann.get(&address_of(&other.client_id, &pushed)).await.status,
        400
    );
    let pushed = push(&practice, &app, &[]).await;
    practice.clock.advance_seconds(60);
    assert_eq!(
        ann.get(&address_of(&app.client_id, &pushed)).await.status,
        400
    );
    let guessed = format!("urn:ietf:params:oauth:request_uri:crq_{}", "a".repeat(43));
    let guessed = app.address(&[("request_uri", &guessed)]);
    assert_eq!(ann.get(&guessed).await.status, 400);
}

#[tokio::test]
async fn what_is_wrong_is_said_before_a_browser_is_sent() {
    let (practice, app) = with_pushed(ClientType::Confidential).await;
    for (changed, status, error) in [
        (("client_secret", "crs_wrong"), 401, "invalid_client"),
        (
            ("redirect_uri", "https://evil.example/cb"),
            400,
            "invalid_request",
        ),
        (("redirect_uri", ""), 400, "invalid_request"),
        (("scope", "patient/Immunization.rs"), 400, "invalid_scope"),
        (("code_challenge_method", "plain"), 400, "invalid_request"),
        (("request_uri", "urn:x"), 400, "invalid_request"),
        (("response_type", "token"), 400, "invalid_request"),
    ] {
        let answer = push(&practice, &app, &[changed]).await;
        assert_eq!(answer.status, status, "{changed:?}");
        assert_eq!(answer.json()["error"], error, "{changed:?}");
    }
    let twice = format!("{}&redirect_uri={CALLBACK}", app.request(&[]));
    assert_eq!(practice.form("/demo/auth/par/", &twice).await.status, 400);
}
