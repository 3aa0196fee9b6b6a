//! The token endpoint as an app meets it: RFC 6749 §4.4 and §5.

use std::collections::HashSet;

use crate::instance::{Instance, basic, instance, plain, shown};
use cresset_auth::{AppError, AuthError, GrantType, NewApp, Registered};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn demo() -> (Instance, Registered) {
    let demo = instance("demo", 1);
    let app = demo.app("system/*.rs user/Observation.cruds").await;
    (demo, app)
}

/// Posts `form` and `headers`, in which `ID` and `SECRET` stand for the app's, and compares what
/// comes back: the scope, or status and code.
#[track_caller]
fn check(headers: &[&str], form: &[(&str, &str)], expect: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let got = runtime.block_on(async {
        let (demo, app) = demo().await;
        let fill = |text: &str| {
            text.replace("ID", &app.app.client_id)
                .replace("SECRET", plain(&app))
        };
        let headers: Vec<String> = headers
            .iter()
            .map(|h| match h.strip_prefix("basic ").map(fill) {
                Some(both) => both
                    .split_once(':')
                    .map_or(both.clone(), |(i, s)| basic(i, s)),
                None => (*h).to_owned(),
            })
            .collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let form: Vec<(&str, String)> = form.iter().map(|(n, v)| (*n, fill(v))).collect();
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        demo.post(&headers, &form).await
    });
    let got = got.map_or_else(|error| shown(&error), |token| token.scope);
    assert_eq!(got, expect, "{headers:?} {form:?}");
}

const ALL: &str = "system/*.rs user/Observation.cruds";

#[test]
fn the_secret_comes_by_basic_or_in_the_form() {
    check(&["basic ID:SECRET"], &[GRANT], ALL);
    check(
        &[],
        &[GRANT, ("client_id", "ID"), ("client_secret", "SECRET")],
        ALL,
    );
    // The name in the form as well is one method still, if it is the same.
    check(&["basic ID:SECRET"], &[GRANT, ("client_id", "ID")], ALL);
    check(
        &["basic ID:SECRET"],
        &[GRANT, ("client_id", "other")],
        "400 invalid_request",
    );
}

#[test]
fn two_methods_at_once_are_refused() {
    let secret = ("client_secret", "SECRET");
    check(
        &["basic ID:SECRET"],
        &[GRANT, ("client_id", "ID"), secret],
        "400 invalid_request",
    );
    check(
        &["basic ID:SECRET"],
        &[GRANT, secret],
        "400 invalid_request",
    );
    check(
        &["basic ID:SECRET", "basic ID:SECRET"],
        &[GRANT],
        "400 invalid_request",
    );
}

#[test]
fn an_app_that_does_not_authenticate_is_not_served() {
    check(&[], &[GRANT], "401 invalid_client");
    check(&[], &[GRANT, ("client_id", "ID")], "401 invalid_client");
    check(
        &[],
        &[GRANT, ("client_id", "ID"), ("client_secret", "")],
        "401 invalid_client",
    );
    check(
        &[],
        &[GRANT, ("client_id", "ID"), ("client_secret", "wrong")],
        "401 invalid_client",
    );
    check(
        &[],
        &[GRANT, ("client_secret", "SECRET")],
        "401 invalid_client",
    );
    check(&["basic ID:wrong"], &[GRANT], "401 invalid_client");
    check(&["basic nobody:SECRET"], &[GRANT], "401 invalid_client");
    check(&["basic id:SECRET"], &[GRANT], "401 invalid_client");
    check(&["basic ID:SECRET "], &[GRANT], "401 invalid_client");
    for header in [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic aWQ",
        "Bearer x",
        "basic",
        "Digest a=b",
    ] {
        check(&[header], &[GRANT], "401 invalid_client");
    }
    let jwt = (
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    check(
        &[],
        &[GRANT, jwt, ("client_assertion", "a.b.c")],
        "401 invalid_client",
    );
}

#[test]
fn each_parameter_stands_once() {
    check(&["basic ID:SECRET"], &[GRANT, GRANT], "400 invalid_request");
    check(
        &["basic ID:SECRET"],
        &[GRANT, ("scope", "system/*.rs"), ("scope", "")],
        "400 invalid_request",
    );
    check(
        &["basic ID:SECRET"],
        &[GRANT, ("x", "1"), ("x", "1")],
        "400 invalid_request",
    );
    let many: Vec<String> = (0..100).map(|n| format!("p{n}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|n| (n.as_str(), "1")).collect();
    check(
        &["basic ID:SECRET"],
        &[&[GRANT][..], &many].concat(),
        "400 invalid_request",
    );
}

#[test]
fn the_grant_must_be_named_and_offered() {
    check(&["basic ID:SECRET"], &[], "400 invalid_request");
    check(
        &["basic ID:SECRET"],
        &[("grant_type", "")],
        "400 invalid_request",
    );
    for other in [
        "password",
        "implicit",
        "Refresh_Token",
        "Client_Credentials",
        "x",
    ] {
        check(
            &["basic ID:SECRET"],
            &[("grant_type", other)],
            "400 unsupported_grant_type",
        );
    }
}

#[track_caller]
fn asked(scope: &str, expect: &str) {
    check(&["basic ID:SECRET"], &[GRANT, ("scope", scope)], expect);
}

#[test]
fn what_is_granted_is_what_is_both_asked_and_registered() {
    asked("", ALL);
    asked("system/*.rs", "system/*.rs");
    asked("system/*.read", "system/*.read");
    asked(
        "system/Patient.read user/Observation.read",
        "system/Patient.read user/Observation.read",
    );
    asked("system/*.cruds", "system/*.rs");
    asked("system/Patient.*", "system/Patient.rs");
    asked("user/*.cruds", "user/Observation.cruds");
    asked("user/Observation.write", "user/Observation.write");
    asked(
        "openid launch/patient system/Patient.r patient/Patient.r",
        "system/Patient.r",
    );
    let labs = "user/Observation.rs?category=http://c|laboratory";
    asked(labs, labs);
    for nothing in [
        "user/Patient.rs",
        "system/Patient.cud",
        "openid",
        "patient/Observation.rs",
    ] {
        asked(nothing, "400 invalid_scope");
    }
}

#[test]
fn malformed_scopes_are_named_and_none_is_ignored() {
    for wrong in [
        "system/*.rs ",
        "system/*.sr",
        "SYSTEM/*.rs",
        "system/Nothing.rs",
        "system/*.rs admin",
        "user/Observation.rs?category:not=laboratory",
        "user/Observation.rs?patient=1",
    ] {
        asked(wrong, "400 invalid_scope");
    }
    asked(&vec!["system/*.rs"; 10_000].join(" "), "400 invalid_scope");
    asked(&"x".repeat(1 << 20), "400 invalid_scope");
}

#[tokio::test]
async fn basic_values_may_be_percent_encoded_or_raw() {
    let (demo, app) = demo().await;
    let percent = |text: &str| {
        text.bytes()
            .fold(String::new(), |all, b| all + &format!("%{b:02X}"))
    };
    let encoded = percent(plain(&app));
    let id = percent(&app.app.client_id).to_lowercase();
    assert!(demo.post(&[&basic(&id, &encoded)], &[GRANT]).await.is_ok());
    assert!(
        demo.post(&[&basic(&id, &format!("{encoded}%"))], &[GRANT])
            .await
            .is_err()
    );
    assert!(demo.post(&[&basic(&id, "%zz")], &[GRANT]).await.is_err());
}

#[tokio::test]
async fn the_answer_is_what_the_standard_says() {
    let (demo, app) = demo().await;
    let token = demo.token(&app, "system/Patient.rs").await.unwrap();
    let body: serde_json::Value = serde_json::from_str(token.body().expose()).unwrap();
    let members: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        members,
        ["access_token", "expires_in", "scope", "token_type"]
    );
    assert_eq!(body["access_token"], token.access_token.expose().as_str());
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 36_000);
    assert_eq!(body["scope"], "system/Patient.rs");
}

fn refused(error: AuthError) -> (String, Option<&'static str>) {
    match error {
        AuthError::Refused(refusal) => (refusal.body(), refusal.challenge()),
        other => (other.to_string(), None),
    }
}

#[tokio::test]
async fn unknown_disabled_and_wrong_secret_look_the_same() {
    let (demo, app) = demo().await;
    let off = demo.app("system/*.rs").await;
    demo.server.disable_app(&off.app.client_id).await.unwrap();
    let tries = [
        basic("app_AAAAAAAAAAAAAAAAAAAAAA", plain(&app)),
        basic(
            &app.app.client_id,
            "crs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        basic(&off.app.client_id, plain(&off)),
    ];
    let mut answers = HashSet::new();
    for header in &tries {
        answers.insert(refused(demo.post(&[header], &[GRANT]).await.unwrap_err()));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (_, challenge) = answers.into_iter().next().unwrap();
    assert_eq!(challenge, Some("Basic realm=\"cresset\""));
    let form = [GRANT, ("client_id", "x"), ("client_secret", "y")];
    assert_eq!(refused(demo.post(&[], &form).await.unwrap_err()).1, None);
}

/// Headers and form.
type Try<'t> = (&'t [&'t str], &'t [(&'t str, &'t str)]);

#[tokio::test]
async fn every_description_is_fit_for_the_wire_and_says_what_to_change() {
    let (demo, app) = demo().await;
    let good = basic(&app.app.client_id, plain(&app));
    let tries: [Try<'_>; 8] = [
        (&[], &[]),
        (&[], &[("grant_type", "password")]),
        (&[], &[GRANT]),
        (&["Basic x"], &[GRANT]),
        (&[&good], &[GRANT, GRANT]),
        (&[&good], &[GRANT, ("scope", "user/\"\\é<script>.rs")]),
        (&[&good], &[GRANT, ("scope", "user/Patient.rs")]),
        (&[&good], &[GRANT, ("client_secret", "x")]),
    ];
    for (headers, form) in tries {
        let AuthError::Refused(refusal) = demo.post(headers, form).await.unwrap_err() else {
            unreachable!("{form:?}")
        };
        // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
        let legal = |c: char| (' '..='~').contains(&c) && c != '"' && c != '\\';
        assert!(refusal.description.chars().all(legal), "{refusal}");
        assert!(refusal.description.len() > 20, "{refusal}");
    }
}

#[tokio::test]
async fn repeated_failures_are_slowed_and_never_shut_the_app_out() {
    let (demo, app) = demo().await;
    let wrong = basic(&app.app.client_id, "guess");
    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(shown(&demo.post(&[&wrong], &[GRANT]).await.unwrap_err()));
    }
    assert_eq!(
        answers
            .iter()
            .filter(|a| *a == "401 invalid_client")
            .count(),
        20
    );
    assert_eq!(answers.last().map(String::as_str), Some("429"));
    assert!(demo.token(&app, "").await.is_ok());
    assert_eq!(
        shown(&demo.post(&[&basic("x", "y")], &[GRANT]).await.unwrap_err()),
        "401 invalid_client"
    );
    demo.clock.advance_seconds(60);
    assert_eq!(
        shown(&demo.post(&[&wrong], &[GRANT]).await.unwrap_err()),
        "401 invalid_client"
    );
}

#[tokio::test]
async fn nothing_plain_is_stored_and_no_two_are_alike() {
    let (demo, app) = demo().await;
    let mut tokens = HashSet::new();
    for _ in 0..1_000 {
        tokens.insert(demo.plain_token(&app).await);
    }
    assert_eq!(tokens.len(), 1_000);
    assert!(
        tokens
            .iter()
            .all(|t| t.len() == 57 && t.starts_with("crt_"))
    );
    let stored = format!(
        "{:?} {:?}",
        demo.server.list_apps().await.unwrap(),
        demo.memory.tokens.lock()
    );
    assert!(!stored.contains(plain(&app)));
    assert!(tokens.iter().all(|t| !stored.contains(t.as_str())));
    assert!(!format!("{app:?}").contains(plain(&app)));
}

#[tokio::test]
async fn a_rotated_secret_replaces_the_old_one() {
    let (demo, app) = demo().await;
    let token = demo.plain_token(&app).await;
    let fresh = demo.server.rotate_secret(&app.app.client_id).await.unwrap();
    assert_eq!(
        shown(&demo.token(&app, "").await.unwrap_err()),
        "401 invalid_client"
    );
    let header = basic(&app.app.client_id, fresh.expose());
    assert!(demo.post(&[&header], &[GRANT]).await.is_ok());
    assert!(demo.lets_in(&token).await);
    let unknown = demo.server.rotate_secret("nobody").await;
    assert!(matches!(unknown, Err(AppError::Unknown)));
}

#[tokio::test]
async fn registration_takes_only_what_can_be_used() {
    let demo = instance("demo", 3);
    let new = |name: &str, scopes: &str, grants: &[GrantType]| NewApp {
        patient_tokens: false,
        details: cresset_store::grant::AppDetails::default(),
        name: name.to_owned(),
        scopes: scopes.to_owned(),
        grant_types: grants.to_vec(),
    };
    let grants = &[GrantType::ClientCredentials][..];
    for (app, expect) in [
        (
            new("", "system/*.rs", grants),
            "an app's name is 1 to 200 printable characters",
        ),
        (
            new("a\nb", "system/*.rs", grants),
            "an app's name is 1 to 200 printable characters",
        ),
        (
            new("A", "", grants),
            "an app needs at least one scope, for example 'system/*.rs'",
        ),
        (
            new("A", "system/*.rs", &[]),
            "an app needs at least one grant, for example client_credentials",
        ),
        (
            new("A", "patient/*.rs", grants),
            "the app's grants cannot give the scope 'patient/*.rs'",
        ),
        (
            new("A", "openid system/*.rs", grants),
            "the app's grants cannot give the scope 'openid'",
        ),
    ] {
        assert_eq!(
            demo.server.register_app(app).await.unwrap_err().to_string(),
            expect
        );
    }
    assert!(
        demo.server
            .register_app(new("A", "system/*.sr", grants))
            .await
            .is_err()
    );
    assert!(demo.server.list_apps().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_app_uses_only_its_own_grants() {
    let (demo, app) = demo().await;
    let mut stored = app.app.clone();
    stored.grant_types.clear();
    cresset_store::grant::Grants::update_app(demo.memory.as_ref(), stored, None)
        .await
        .unwrap();
    assert_eq!(
        shown(&demo.token(&app, "").await.unwrap_err()),
        "400 unauthorized_client"
    );
}
