//! Codes, refresh tokens and what ends them.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::Secret;
use cresset_store::grant::{AppDetails, ClientType};
use cresset_store::user::{Ending, Role, User};
use http::Request;
use serde_json::{Value, json};

use super::launch::{CALLBACK, Keep, SCOPES, TestApp, VERIFIER, challenge, details};
use super::people::{Browser, encoded};
use super::practice::{Answer, HOST, Practice};

const DAY_S: u32 = 24 * 60 * 60;

async fn demo() -> (Practice, TestApp) {
    let practice = Practice::open().await;
    practice
        .ask("PUT /Patient/p1", r#"{"resourceType":"Patient","id":"p1"}"#)
        .await;
    practice.person(Role::Patient, "ann", "p1").await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Confidential))
        .await;
    (practice, app)
}

async fn read(practice: &Practice, token: &Value) -> u16 {
    let token = token["access_token"].as_str().unwrap();
    let request =
        Request::get("/demo/fhir/Patient/p1").header("authorization", format!("Bearer {token}"));
    practice
        .send(request.body(Body::empty()).unwrap())
        .await
        .status
        .as_u16()
}

fn refresh_of(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

fn refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["error"], error, "{answer:?}");
}

async fn introspect(practice: &Practice, app: &TestApp, token: &str) -> Value {
    let form = encoded(&[
        ("client_id", &app.client_id),
        ("client_secret", app.secret.as_deref().unwrap()),
        ("token", token),
    ]);
    practice.form("/demo/auth/introspect/", &form).await.json()
}

/// Every token of the family is dead.
async fn is_dead(practice: &Practice, app: &TestApp, tokens: &Value) -> bool {
    let access = tokens["access_token"].as_str().unwrap();
    let inactive = introspect(practice, app, access).await == json!({ "active": false });
    let refresh = app.refresh(practice, refresh_of(tokens)).await;
    read(practice, tokens).await == 401 && inactive && refresh.status == 400
}

#[tokio::test]
async fn the_answer_is_what_smart_says() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let code = browser
        .allow(&app.address(&[("nonce", "n-0S6")]), Keep::All)
        .await
        .code();
    let answer = app.redeem(&practice, &code).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 36_000);
    assert_eq!(tokens["scope"], SCOPES);
    assert_eq!(tokens["patient"], "p1");
    assert_eq!(tokens["need_patient_banner"], true);
    assert_eq!(
        tokens["smart_style_url"],
        format!("{HOST}/demo/auth/smart-style.json")
    );
    assert_eq!(read(&practice, &tokens).await, 200);
    let user = practice.store.find_user("ann").await.unwrap().unwrap();
    let active = introspect(&practice, &app, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(active["active"], true, "{active}");
    assert_eq!(active["sub"], user.id);
    assert_eq!(active["scope"], SCOPES);
    assert_eq!(active["patient"], "p1");
    assert_eq!(active["fhirUser"], format!("{HOST}/demo/fhir/Patient/p1"));
    let claims = claims(&practice, tokens["id_token"].as_str().unwrap()).await;
    let now = cresset_base::Clock::now(&practice.clock).as_second();
    assert_eq!(
        claims,
        json!({
            "iss": format!("{HOST}/demo/auth"), "aud": app.client_id, "sub": user.id,
            "iat": now, "exp": now + 3_600, "auth_time": now, "nonce": "n-0S6",
            "amr": ["pwd"],
            "fhirUser": format!("{HOST}/demo/fhir/Patient/p1"),
        })
    );
}

/// The claims of an `id_token` after its signature was checked with the published key.
pub(crate) async fn claims(practice: &Practice, token: &str) -> Value {
    claims_at(practice, "demo", token).await
}

/// The same of the issuer at the addresses of this instance.
pub(crate) async fn claims_at(practice: &Practice, at: &str, token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&decoded(parts[0])).unwrap();
    assert_eq!(header["alg"], "RS256");
    let jwks = practice.stranger(&format!("GET /{at}/auth/jwks")).await;
    let jwks = jwks.json();
    let keys = jwks["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    assert!(key.get("d").is_none(), "a private part is published");
    let part = |name: &str| decoded(key[name].as_str().unwrap());
    let public = aws_lc_rs::signature::RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    };
    let text = format!("{}.{}", parts[0], parts[1]);
    public
        .verify(
            &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256,
            text.as_bytes(),
            &decoded(parts[2]),
        )
        .unwrap();
    serde_json::from_slice(&decoded(parts[1])).unwrap()
}

#[tokio::test]
async fn a_key_stays_published_while_its_tokens_live() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut browser).await;
    let kids = async || {
        let jwks = practice.stranger("GET /demo/auth/jwks").await.json();
        let keys = jwks["keys"].as_array().unwrap().clone();
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let before = kids().await;
    practice.clock.advance_seconds(90 * DAY_S);
    let after = kids().await;
    assert_eq!((before.len(), after.len()), (1, 2));
    assert_eq!(before[0], after[1]);
    claims(&practice, tokens["id_token"].as_str().unwrap()).await;
    practice.clock.advance_seconds(90 * DAY_S);
    assert!(!kids().await.contains(&before[0]));
}

#[tokio::test]
async fn userinfo_says_what_the_token_may_know() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut browser).await;
    let ask = async |token: &str| {
        let request =
            Request::get("/demo/auth/userinfo").header("authorization", format!("Bearer {token}"));
        practice.send(request.body(Body::empty()).unwrap()).await
    };
    let answer = ask(tokens["access_token"].as_str().unwrap()).await;
    let user = practice.store.find_user("ann").await.unwrap().unwrap();
    let own = format!("{HOST}/demo/fhir/Patient/p1");
    assert_eq!(answer.json(), json!({ "sub": user.id, "fhirUser": own }));
    assert_eq!(
        ask(&practice.token).await.status,
        403,
        "nobody stands behind it"
    );
    let nothing = ask("crt_nonsense").await;
    assert_eq!(nothing.status, 401);
    assert!(nothing.header("www-authenticate").contains("invalid_token"));
}

/// D02: one success, and after a second use nothing that the code gave works.
#[tokio::test]
async fn a_code_that_comes_again_ends_what_it_gave() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let code = browser.allow(&app.address(&[]), Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(read(&practice, &tokens).await, 200);
    practice.clock.advance_seconds(30);
    refused(&app.redeem(&practice, &code).await, "invalid_grant");
    assert!(is_dead(&practice, &app, &tokens).await);
}

#[tokio::test]
async fn of_fifty_at_once_one_gets_tokens() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let code = browser.allow(&app.address(&[]), Keep::All).await.code();
    let mut answers = Vec::new();
    let tries = (0..50).map(|_| app.redeem(&practice, &code));
    for answer in join_all(tries).await {
        answers.push(answer.status.as_u16());
    }
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        1,
        "{answers:?}"
    );
    let tokens = app.tokens(&practice, &mut browser).await;
    let tries = (0..50).map(|_| app.refresh(&practice, refresh_of(&tokens)));
    let statuses = join_all(tries)
        .await
        .into_iter()
        .map(|answer| answer.status.as_u16());
    assert_eq!(statuses.filter(|status| *status == 200).count(), 1);
    assert_eq!(read(&practice, &tokens).await, 401, "the family is dead");
}

/// Polls futures side by side on this task.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        running.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                done.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done
}

/// D03, D05, D09: what must go with a code.
#[tokio::test]
async fn a_code_is_good_for_its_app_address_and_verifier_for_a_minute() {
    let (practice, app) = demo().await;
    let other = practice
        .people_app(SCOPES, details(ClientType::Confidential))
        .await;
    let mut browser = practice.browser_of("ann").await;
    let long = "v".repeat(129);
    let challenge = challenge();
    let ok = ("code_verifier", VERIFIER);
    for (who, redirect_uri, verifier) in [
        (&other, CALLBACK, ok),
        (&app, "https://app.example/other", ok),
        (&app, "", ok),
        (&app, CALLBACK, ("code_verifier", "")),
        (
            &app,
            CALLBACK,
            (
                "code_verifier",
                "another-verifier-of-more-than-forty-three-chars",
            ),
        ),
        (&app, CALLBACK, ("code_verifier", challenge.as_str())),
        (&app, CALLBACK, ("code_verifier", &VERIFIER[..42])),
        (&app, CALLBACK, ("code_verifier", long.as_str())),
    ] {
        let code = browser.allow(&app.address(&[]), Keep::All).await.code();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect_uri),
            verifier,
        ];
        refused(&who.token(&practice, &form).await, "invalid_grant");
        refused(&app.redeem(&practice, &code).await, "invalid_grant");
    }
    let code = browser.allow(&app.address(&[]), Keep::All).await.code();
    practice.clock.advance_seconds(60);
    refused(&app.redeem(&practice, &code).await, "invalid_grant");
    refused(&app.redeem(&practice, "BAD_CODE").await, "invalid_grant");
    let code = browser.allow(&app.address(&[]), Keep::All).await.code();
    practice.clock.advance_seconds(59);
    let nobody = TestApp {
        at: "demo",
        client_id: "BAD_CLIENT_ID".to_owned(),
        secret: None,
    };
    let silent = TestApp {
        at: "demo",
        client_id: app.client_id.clone(),
        secret: None,
    };
    for stranger in [nobody, silent] {
        let answer = stranger.redeem(&practice, &code).await;
        assert_eq!(answer.status, 401, "a confidential app proves itself");
        assert_eq!(answer.json()["error"], "invalid_client");
    }
    assert_eq!(app.redeem(&practice, &code).await.status, 200);
    let elsewhere = practice.form("/other/auth/token/", "grant_type=authorization_code&code=x");
    assert_eq!(elsewhere.await.status, 401);
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_its_reuse_ends_the_family() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let first = app.tokens(&practice, &mut browser).await;
    let second = app.refresh(&practice, refresh_of(&first)).await.json();
    assert_eq!(second["scope"], SCOPES);
    assert_eq!(second["patient"], "p1");
    assert_ne!(refresh_of(&first), refresh_of(&second));
    assert_eq!(read(&practice, &first).await, 200);
    let third = app.refresh(&practice, refresh_of(&second)).await.json();
    refused(
        &app.refresh(&practice, refresh_of(&first)).await,
        "invalid_grant",
    );
    for tokens in [&first, &second, &third] {
        assert!(is_dead(&practice, &app, tokens).await);
    }
}

/// E05: whose app was cut off is told, once.
#[tokio::test]
async fn the_person_is_told_of_a_refresh_token_that_came_again() {
    let (practice, app) = demo().await;
    let ann = practice.store.find_user("ann").await.unwrap().unwrap();
    let reachable = User {
        email: Some("ann@example.org".to_owned()),
        ..ann
    };
    let changed = practice
        .store
        .update_user(reachable, Ending::Nothing, None)
        .await;
    assert!(changed.unwrap());
    let mut browser = practice.browser_of("ann").await;
    let first = app.tokens(&practice, &mut browser).await;
    app.refresh(&practice, refresh_of(&first)).await;
    for _ in 0..3 {
        app.refresh(&practice, refresh_of(&first)).await;
    }
    practice.app.instances().deliver_mail().await;
    let letters = practice.letters(1).await;
    let letter = letters[0].replace("=\r\n", "");
    for part in [
        "To: ann@example.org",
        "Sunrise",
        "was disconnected",
        "/demo/connected-apps",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
}

/// D15: fewer may be had, more may not, and the next one may have all again.
#[tokio::test]
async fn a_refresh_narrows_and_never_widens() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let kept = ["offline", "Patient", "Condition"];
    let code = browser
        .allow(&app.address(&[]), Keep::Only(&kept))
        .await
        .code();
    let tokens = app.redeem(&practice, &code).await.json();
    let granted = "launch/patient offline_access patient/Patient.rs patient/Condition.rs";
    assert_eq!(tokens["scope"], granted);
    let with = async |token: &str, scope: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        app.token(&practice, &form).await
    };
    for wider in [
        "patient/Observation.rs",
        "patient/*.rs",
        "patient/Patient.cruds",
        "openid",
    ] {
        refused(&with(refresh_of(&tokens), wider).await, "invalid_scope");
    }
    let narrow = with(refresh_of(&tokens), "patient/Patient.r").await.json();
    assert_eq!(narrow["scope"], "patient/Patient.r");
    let whole = with(refresh_of(&narrow), granted).await.json();
    assert_eq!(whole["scope"], granted);
}

/// E03: renewed for as long with each use; 0 days for ever.
#[tokio::test]
async fn a_refresh_token_lives_as_long_as_the_practice_says() {
    let (practice, app) = demo().await;
    let for_ever = AppDetails {
        refresh_days: Some(0),
        ..details(ClientType::Public)
    };
    let eternal = practice.people_app(SCOPES, for_ever).await;
    let mut browser = practice.browser_of("ann").await;
    let mut tokens = app.tokens(&practice, &mut browser).await;
    let kept = eternal.tokens(&practice, &mut browser).await;
    for _ in 0..3 {
        practice.clock.advance_seconds(89 * DAY_S);
        tokens = app.refresh(&practice, refresh_of(&tokens)).await.json();
    }
    practice.clock.advance_seconds(90 * DAY_S);
    refused(
        &app.refresh(&practice, refresh_of(&tokens)).await,
        "invalid_grant",
    );
    practice.clock.advance_seconds(3_650 * DAY_S);
    assert_eq!(
        eternal.refresh(&practice, refresh_of(&kept)).await.status,
        200
    );
}

/// E06: of another app it is nothing, and the owner's lives on.
#[tokio::test]
async fn a_refresh_token_belongs_to_its_app() {
    let (practice, app) = demo().await;
    let other = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut browser = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut browser).await;
    refused(
        &other.refresh(&practice, refresh_of(&tokens)).await,
        "invalid_grant",
    );
    refused(
        &app.refresh(&practice, "crr_nonsense").await,
        "invalid_grant",
    );
    assert_eq!(
        app.refresh(&practice, refresh_of(&tokens)).await.status,
        200
    );
}

/// E11: a refresh token takes its access tokens along; another app's is left alone.
#[tokio::test]
async fn revoking_a_refresh_token_ends_the_family() {
    let (practice, app) = demo().await;
    let other = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut browser = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut browser).await;
    let revoke = async |app: &TestApp| {
        let mut form = vec![
            ("client_id", app.client_id.as_str()),
            ("token", refresh_of(&tokens)),
        ];
        form.extend(
            app.secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        practice
            .form("/demo/auth/revoke/", &encoded(&form))
            .await
            .status
            .as_u16()
    };
    assert_eq!(revoke(&other).await, 200);
    assert_eq!(read(&practice, &tokens).await, 200);
    assert_eq!(revoke(&app).await, 200);
    assert!(is_dead(&practice, &app, &tokens).await);
}

/// E14: whatever ends the person's trust ends the tokens, at once.
#[tokio::test]
async fn tokens_end_with_what_they_rest_on() {
    let (practice, app) = demo().await;
    let auth = practice.serving_auth().await;
    let tokens = async |browser: &mut Browser<'_>| {
        let tokens = app.tokens(&practice, browser).await;
        assert_eq!(read(&practice, &tokens).await, 200);
        tokens
    };
    let mut browser = practice.browser_of("ann").await;
    let with_page = tokens(&mut browser).await;
    browser.stop(&app.client_id).await;
    assert!(
        is_dead(&practice, &app, &with_page).await,
        "stopped by the patient"
    );

    let with_password = tokens(&mut browser).await;
    let same = Secret::new(super::people::PASSWORD.to_owned());
    auth.set_password("ann", same).await.unwrap();
    let dead = app.refresh(&practice, refresh_of(&with_password)).await;
    refused(&dead, "invalid_grant");

    let mut browser = practice.browser_of("ann").await;
    let with_person = tokens(&mut browser).await;
    auth.disable_user("ann").await.unwrap();
    refused(
        &app.refresh(&practice, refresh_of(&with_person)).await,
        "invalid_grant",
    );
    auth.enable_user("ann").await.unwrap();
    refused(
        &app.refresh(&practice, refresh_of(&with_person)).await,
        "invalid_grant",
    );
}

impl Browser<'_> {
    /// Stops an app on the page of connected apps.
    async fn stop(&mut self, client_id: &str) {
        let page = self.get("/demo/connected-apps").await;
        assert!(page.html().contains("Stop Sunrise"), "{}", page.html());
        let token = page.field("form_token");
        let fields = [("form_token", token.as_str()), ("client_id", client_id)];
        let answer = self.post("/demo/connected-apps", &fields).await;
        let page = self.get(answer.location()).await.html();
        assert!(
            page.contains("It is stopped.") && page.contains("No app is connected"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn connected_apps_are_ones_own() {
    let (practice, app) = demo().await;
    practice.person(Role::Patient, "bob", "p2").await;
    let mut ann = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut ann).await;
    let page = ann.get("/demo/connected-apps").await.html();
    for words in [
        "Sunrise",
        "Made by Sunrise Health",
        "Connected since",
        "Health problems",
    ] {
        assert!(page.contains(words), "{words} {page}");
    }
    let mut bob = practice.browser_of("bob").await;
    let page = bob.get("/demo/connected-apps").await;
    assert!(page.html().contains("No app is connected"));
    let token = page.field_or_empty("form_token");
    let token = if token.is_empty() {
        bob.get("/demo/account").await.field("form_token")
    } else {
        token
    };
    let fields = [
        ("form_token", token.as_str()),
        ("client_id", app.client_id.as_str()),
    ];
    bob.post("/demo/connected-apps", &fields).await;
    assert_eq!(
        read(&practice, &tokens).await,
        200,
        "only Ann stops what Ann allowed"
    );
}

impl Answer {
    fn field_or_empty(&self, name: &str) -> String {
        if self.html().contains(&format!("name=\"{name}\"")) {
            self.field(name)
        } else {
            String::new()
        }
    }
}

/// D18: random, of one length, no two alike, and never stored as they are.
#[tokio::test]
async fn codes_and_tokens_are_random() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..5 {
        let code = browser.allow(&app.address(&[]), Keep::All).await.code();
        let tokens = app.redeem(&practice, &code).await.json();
        for value in [
            &code,
            refresh_of(&tokens),
            tokens["access_token"].as_str().unwrap(),
        ] {
            // 256 random bits behind the tag; before those of a token the moment it was made.
            let moment = if value == code { 0 } else { 10 };
            assert_eq!(value.len(), 47 + moment, "{value}");
            assert!(seen.insert(value.to_owned()));
        }
    }
}
