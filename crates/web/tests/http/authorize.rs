//! The authorization endpoint and the consent page.

use axum::body::Body;
use cresset_store::grant::{AppDetails, ClientType, Pkce};
use cresset_store::user::Role;
use http::Request;

use super::launch::{CALLBACK, Keep, SCOPES, Sent, TestApp, details};
use super::people::PASSWORD;
use super::practice::{HOST, Practice};

const LABORATORY: &str =
    "Observation?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

async fn demo() -> (Practice, TestApp) {
    let practice = Practice::open().await;
    let patient = r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Lee","given":["Ann"]}],"birthDate":"1980-02-03"}"#;
    practice.ask("PUT /Patient/p1", patient).await;
    practice.person(Role::Patient, "ann", "p1").await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    (practice, app)
}

#[tokio::test]
async fn a_patient_signs_in_allows_and_the_app_gets_a_code() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser();
    let sent = browser.get(&app.address(&[("login_hint", "ann")])).await;
    let consent = sent.location().to_owned();
    let sign_in = browser.get(&consent).await.location().to_owned();
    assert!(
        sign_in.starts_with("/demo/sign-in?to=%2Fdemo%2Fconsent%2Fcrh_"),
        "{sign_in}"
    );
    assert!(sign_in.ends_with("&login=ann"), "{sign_in}");
    let back = browser.sign_in_at(&sign_in, "ann", PASSWORD).await;
    assert_eq!(back.location(), consent);
    let page = browser.get(&consent).await;
    let html = page.html();
    for words in [
        "Sunrise asks for access",
        "your health record",
        "Sunrise Health",
        "Nobody has checked who makes it.",
        "Measurements and lab results",
        "Lab results",
        "for 90 days after each use",
        "Connected apps",
    ] {
        assert!(html.contains(words), "{words} {html}");
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://app.example;"),
        "{policy}"
    );
    assert!(page.headers.get("access-control-allow-origin").is_none());
    assert_eq!(
        page.ticked(),
        ["Patient", "Condition", "Observation", "identity", "offline"]
    );
    let token = page.field("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("decision", "allow"),
        ("patient", "p1"),
        ("keep", "Patient"),
    ];
    let first = browser.post(&consent, &fields).await;
    Sent::of(&first).code();
    let second = browser.post(&consent, &fields).await;
    assert_eq!(second.status, 400, "one answer to one request");
    assert!(second.html().contains("was answered already"));
}

#[tokio::test]
async fn the_endpoint_takes_post_and_sends_no_cors_headers() {
    let (practice, app) = demo().await;
    let request = Request::post("/demo/auth/authorize/")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://app.example")
        .header("sec-fetch-site", "cross-site");
    let answer = practice
        .send(request.body(Body::from(app.request(&[]))).unwrap())
        .await;
    assert!(answer.location().starts_with("/demo/consent/crh_"));
    assert!(answer.headers.get("access-control-allow-origin").is_none());
}

/// Errors before app and address are certain are shown and go nowhere.
#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_certain() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser();
    let evil = "https://evil.example/cb";
    for (changed, words) in [
        (vec![("client_id", "app_unknown")], "is not registered"),
        (vec![("client_id", "")], "client_id is missing"),
        (vec![("redirect_uri", "")], "redirect_uri is missing"),
        (vec![("redirect_uri", evil)], "not registered with"),
        (
            vec![("redirect_uri", "https://app.example/cb/")],
            "not registered with",
        ),
        (
            vec![("redirect_uri", "https://app.example/cb?x=1")],
            "not registered with",
        ),
    ] {
        let answer = browser.get(&app.address(&changed)).await;
        assert_eq!(answer.status, 400, "{changed:?}");
        assert!(
            answer.html().contains(words),
            "{changed:?} {}",
            answer.html()
        );
    }
    let twice = format!("{}&redirect_uri={CALLBACK}", app.address(&[]));
    assert_eq!(browser.get(&twice).await.status, 400);
    let request = Request::post("/demo/auth/authorize/?client_id=x")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = practice
        .send(request.body(Body::from(app.request(&[]))).unwrap())
        .await;
    assert_eq!(answer.status, 400, "one in each is twice");
    let auth = practice.serving_auth().await;
    auth.disable_app(&app.client_id).await.unwrap();
    assert_eq!(browser.get(&app.address(&[])).await.status, 400);
}

#[tokio::test]
async fn everything_else_is_told_to_the_app() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser();
    let other_base = format!("{HOST}/other/fhir");
    let short = "a".repeat(42);
    for (changed, error) in [
        (
            vec![("response_type", "token")],
            "unsupported_response_type",
        ),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge", short.as_str())], "invalid_request"),
        (vec![("aud", other_base.as_str())], "invalid_request"),
        (
            vec![("aud", "https://inferno.healthit.gov/invalid_aud")],
            "invalid_request",
        ),
        (vec![("resource", other_base.as_str())], "invalid_target"),
        (vec![("scope", "")], "invalid_scope"),
        (vec![("scope", "patient/Observation.sr")], "invalid_scope"),
        (
            vec![("scope", "patient/Observation.rs?category:not=x")],
            "invalid_scope",
        ),
        (vec![("scope", "system/*.rs")], "invalid_scope"),
        (vec![("scope", "patient/Immunization.rs")], "invalid_scope"),
        (vec![("request", "x.y.z")], "request_not_supported"),
        (
            vec![("request_uri", "https://evil.example/r")],
            "request_uri_not_supported",
        ),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("launch", "guessed")], "invalid_request"),
    ] {
        let answer = browser.get(&app.address(&changed)).await;
        assert_eq!(Sent::of(&answer).get("error"), error, "{changed:?}");
    }
    let with_slash = format!("{HOST}/demo/fhir/");
    let answer = browser.get(&app.address(&[("aud", &with_slash)])).await;
    assert!(answer.location().starts_with("/demo/consent/"));
}

#[tokio::test]
async fn a_confidential_app_may_be_exempt_from_pkce() {
    let (practice, _) = demo().await;
    let exempt = AppDetails {
        pkce: Pkce::Exempt,
        ..details(ClientType::Confidential)
    };
    let app = practice.people_app(SCOPES, exempt).await;
    let mut browser = practice.browser_of("ann").await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = browser
        .allow(&app.address(&without), Keep::All)
        .await
        .code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    assert_eq!(app.token(&practice, &form).await.status, 200);
    let code = browser
        .allow(&app.address(&without), Keep::All)
        .await
        .code();
    let answer = app.redeem(&practice, &code).await;
    assert_eq!(
        answer.json()["error"],
        "invalid_grant",
        "a verifier nobody asked for"
    );
}

/// C20: the token holds what was kept and says so.
#[tokio::test]
async fn the_token_holds_exactly_what_was_kept() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let check = async |browser: &mut super::people::Browser<'_>, kept: &[&str], scope: &str| {
        let code = browser
            .allow(&app.address(&[]), Keep::Only(kept))
            .await
            .code();
        let tokens = app.redeem(&practice, &code).await.json();
        assert_eq!(tokens["scope"], scope, "{tokens}");
        tokens
    };
    let tokens = check(
        &mut browser,
        &["Patient", "Observation", LABORATORY],
        &format!(
            "launch/patient patient/Patient.rs patient/{}",
            LABORATORY.replace('?', ".rs?")
        ),
    )
    .await;
    assert_eq!(tokens["patient"], "p1");
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    let token = tokens["access_token"].as_str().unwrap();
    for (path, expect) in [
        ("/Patient/p1", 200),
        ("/Patient", 200),
        ("/Observation", 200),
        ("/Condition", 403),
    ] {
        let request = Request::get(format!("/demo/fhir{path}"))
            .header("authorization", format!("Bearer {token}"));
        let answer = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, expect, "{path}");
    }
    check(
        &mut browser,
        &["Condition"],
        "launch/patient patient/Condition.rs",
    )
    .await;
    let all = ["identity", "offline", "Patient", "Condition", "Observation"];
    let tokens = check(&mut browser, &all, SCOPES).await;
    assert!(
        tokens["refresh_token"]
            .as_str()
            .unwrap()
            .starts_with("crr_")
    );
}

#[tokio::test]
async fn refusing_and_keeping_nothing_are_the_same() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let nothing = browser.allow(&app.address(&[]), Keep::Only(&[])).await;
    assert_eq!(nothing.get("error"), "access_denied");
    let (path, page) = browser.consent_page(&app.address(&[])).await;
    let token = page.field("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("decision", "refuse"),
        ("keep", "Patient"),
    ];
    let refused = Sent::of(&browser.post(&path, &fields).await);
    assert_eq!(refused.get("error"), "access_denied");
    assert_eq!(refused.get("code"), "");
}

/// C12, C14 and C15: what the browser sends decides nothing but what is kept.
#[tokio::test]
async fn a_consent_is_one_persons_in_one_browser() {
    let (practice, app) = demo().await;
    practice.person(Role::Patient, "bob", "p2").await;
    let mut ann = practice.browser_of("ann").await;
    let mut bob = practice.browser_of("bob").await;
    let (path, page) = ann.consent_page(&app.address(&[])).await;
    let ann_token = page.field("form_token");
    assert_eq!(bob.get(&path).await.status, 400, "it is Ann's to consider");
    let bob_token = bob.get("/demo/account").await.field("form_token");
    let allow = |token: &str| {
        super::people::encoded(&[
            ("form_token", token),
            ("decision", "allow"),
            ("keep", "Patient"),
        ])
    };
    let post = |site: &str| {
        Request::post(&path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site.to_owned())
    };
    let cross_site = ann.send(post("cross-site"), allow(&ann_token)).await;
    assert_eq!(cross_site.status, 403);
    let stolen_token = bob.send(post("same-origin"), allow(&ann_token)).await;
    assert_eq!(stolen_token.status, 403);
    let foreign_handle = bob.send(post("same-origin"), allow(&bob_token)).await;
    assert_eq!(foreign_handle.status, 400);
    let fields = [
        ("form_token", ann_token.as_str()),
        ("decision", "allow"),
        ("keep", "Patient"),
        ("keep", "Immunization"),
        ("scope", "patient/*.cruds"),
        ("client_id", "app_other"),
        ("redirect_uri", "https://evil.example/cb"),
        ("patient", "p1"),
    ];
    let code = Sent::of(&ann.post(&path, &fields).await).code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["scope"], "launch/patient patient/Patient.rs");
    assert_eq!(tokens["patient"], "p1");
}

#[tokio::test]
async fn a_request_waits_a_quarter_of_an_hour() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    let path = browser.get(&app.address(&[])).await.location().to_owned();
    practice.clock.advance_seconds(899);
    assert_eq!(browser.get(&path).await.status, 200);
    practice.clock.advance_seconds(1);
    assert_eq!(browser.get(&path).await.status, 400);
    assert_eq!(browser.get("/demo/consent/crh_guessed").await.status, 400);
}

#[tokio::test]
async fn prompt_and_max_age_ask_for_a_fresh_sign_in() {
    let (practice, app) = demo().await;
    let mut browser = practice.browser_of("ann").await;
    practice.clock.advance_seconds(600);
    for (name, value, fresh) in [
        ("prompt", "login", false),
        ("prompt", "consent", true),
        ("max_age", "599", false),
        ("max_age", "600", true),
        ("max_age", "0", false),
    ] {
        let (path, page) = browser.consent_page(&app.address(&[(name, value)])).await;
        assert_eq!(page.status, if fresh { 200 } else { 303 }, "{name}={value}");
        if !fresh {
            let mut again = practice.browser();
            let sign_in = page.location().to_owned();
            let back = again.sign_in_at(&sign_in, "ann", PASSWORD).await;
            assert_eq!(back.location(), path);
            assert_eq!(again.get(&path).await.status, 200, "{name}={value}");
        }
    }
}

#[tokio::test]
async fn without_a_word_only_what_was_allowed_before() {
    let (practice, app) = demo().await;
    let silent = app.address(&[("prompt", "none")]);
    let ask = async |browser: &mut super::people::Browser<'_>, address: &str| {
        let (_, answer) = browser.consent_page(address).await;
        Sent::of(&answer)
    };
    let sent = ask(&mut practice.browser(), &silent).await;
    assert_eq!(sent.get("error"), "login_required");
    let mut browser = practice.browser_of("ann").await;
    assert_eq!(
        ask(&mut browser, &silent).await.get("error"),
        "consent_required"
    );
    let kept = ["identity", "offline", "Patient", "Condition"];
    browser
        .allow(&app.address(&[]), Keep::Only(&kept))
        .await
        .code();
    assert_eq!(
        ask(&mut browser, &silent).await.get("error"),
        "consent_required"
    );
    let fewer = "launch/patient openid patient/Patient.rs";
    let fewer = app.address(&[("prompt", "none"), ("scope", fewer)]);
    let code = ask(&mut browser, &fewer).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["scope"], "launch/patient openid patient/Patient.rs");
}

/// Staff and proxies say whose record it is; the choice is checked and kept here.
#[tokio::test]
async fn a_proxy_and_staff_choose_a_patient() {
    let (practice, app) = demo().await;
    for (id, family) in [("p2", "Moss"), ("p3", "Reed")] {
        let body = format!(
            r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}","given":["Kim"]}}]}}"#
        );
        practice.ask(&format!("PUT /Patient/{id}"), &body).await;
    }
    practice.person(Role::Proxy, "joe", "p1 p2").await;
    practice.person(Role::Clinician, "roe", "d1").await;
    for (login, sees, may, may_not) in [("joe", "Moss", "p2", "p3"), ("roe", "Reed", "p3", "p9")] {
        let mut browser = practice.browser_of(login).await;
        let (path, answer) = browser.consent_page(&app.address(&[])).await;
        let choice = format!("{path}/patient");
        assert_eq!(answer.location(), choice, "{login}");
        let page = browser.get(&choice).await;
        assert!(page.html().contains(sees), "{login} {}", page.html());
        let token = page.field("form_token");
        let mut choose = async |patient: &str| {
            let fields = [("form_token", token.as_str()), ("patient", patient)];
            browser.post(&choice, &fields).await.location().to_owned()
        };
        assert_eq!(choose(may_not).await, choice, "{login}");
        assert_eq!(choose(may).await, path, "{login}");
        let page = browser.get(&path).await.html();
        assert!(page.contains(&format!("Kim {sees}")), "{login} {page}");
        let token = browser.get(&path).await.field("form_token");
        let fields = [
            ("form_token", token.as_str()),
            ("decision", "allow"),
            ("patient", may),
            ("keep", "Patient"),
        ];
        let code = Sent::of(&browser.post(&path, &fields).await).code();
        let tokens = app.redeem(&practice, &code).await.json();
        assert_eq!(tokens["patient"], may, "{login}");
    }
    let mut joe = practice.browser_of("joe").await;
    let (path, _) = joe.consent_page(&app.address(&[])).await;
    let page = joe.get(&format!("{path}/patient?name=Reed")).await.html();
    assert!(!page.contains("Reed"), "a proxy finds nobody else");
}

/// J14: an app gets no more than the person has.
#[tokio::test]
async fn a_role_bounds_what_can_be_allowed() {
    let (practice, _) = demo().await;
    let scopes = "openid launch/patient user/Patient.rs user/Condition.rs patient/Patient.rs";
    let app = practice
        .people_app(scopes, details(ClientType::Public))
        .await;
    practice.person(Role::FrontDesk, "desk", "d1").await;
    practice.person(Role::Operator, "ops", "d2").await;
    let address = app.address(&[("scope", scopes)]);
    let mut ann = practice.browser_of("ann").await;
    let (_, page) = ann.consent_page(&address).await;
    assert_eq!(page.ticked(), ["Patient", "identity"]);
    let code = ann.allow(&address, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["scope"], "launch/patient openid patient/Patient.rs");
    let user_only = app.address(&[("scope", "openid user/Patient.rs user/Condition.rs")]);
    let mut desk = practice.browser_of("desk").await;
    let code = desk.allow(&user_only, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["scope"], "openid user/Patient.rs");
    let mut ops = practice.browser_of("ops").await;
    let no_one = app.address(&[("scope", "user/Patient.rs")]);
    let (_, answer) = ops.consent_page(&no_one).await;
    assert_eq!(Sent::of(&answer).get("error"), "access_denied");
}

#[tokio::test]
async fn what_an_app_calls_itself_is_inert() {
    let (practice, _) = demo().await;
    let hostile = AppDetails {
        organization: Some("<script>alert(1)</script>\"'".to_owned()),
        ..details(ClientType::Public)
    };
    let app = practice.people_app(SCOPES, hostile).await;
    let mut browser = practice.browser_of("ann").await;
    let (_, page) = browser.consent_page(&app.address(&[])).await;
    assert!(!page.html().contains("<script"), "{}", page.html());
}
