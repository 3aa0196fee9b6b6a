//! People at their practice, and apps that ask them at the front.

use cresset_auth::{GrantType, NewApp};
use cresset_store::grant::{AppDetails, ClientType};
use cresset_store::user::Role;
use serde_json::{Value, json};

use super::{FRONT, HOST, Practice, practices, practices_set};
use crate::http::launch::{Keep, SCOPES, Sent, TestApp, details};
use crate::http::people::{Browser, PASSWORD, encoded};
use crate::http::practice::Answer;
use crate::http::token_family::claims_at;

/// An app that people use, registered by `demo` at the front.
async fn people_app(practice: &Practice, scopes: &str, details: AppDetails) -> TestApp {
    let new = NewApp {
        name: "Sunrise".to_owned(),
        scopes: scopes.to_owned(),
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        patient_tokens: false,
        details,
    };
    let auth = practice.auth_at_front("demo").await;
    let registered = auth.register_app(new).await.unwrap();
    TestApp {
        at: FRONT,
        client_id: registered.app.client_id,
        secret: registered.secret.map(|secret| secret.expose().clone()),
    }
}

async fn with_ann() -> (Practice, TestApp) {
    let practice = practices().await;
    let patient = r#"{"resourceType":"Patient","id":"p1","birthDate":"1980-02-03"}"#;
    practice.ask("PUT /Patient/p1", patient).await;
    practice.person(Role::Patient, "ann", "p1").await;
    let app = people_app(&practice, SCOPES, details(ClientType::Confidential)).await;
    (practice, app)
}

async fn introspect(practice: &Practice, app: &TestApp, at: &str, token: &str) -> Answer {
    let form = encoded(&[
        ("client_id", &app.client_id),
        ("client_secret", app.secret.as_deref().unwrap()),
        ("token", token),
    ]);
    practice
        .form(&format!("/{at}/auth/introspect/"), &form)
        .await
}

fn access(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

#[tokio::test]
async fn a_patient_signs_in_at_the_practice_that_registered_the_app() {
    let (practice, app) = with_ann().await;
    let mut browser = practice.browser();
    let consent = browser.get(&app.address(&[])).await.location().to_owned();
    assert!(
        consent.starts_with("/demo/consent/crh_0d0d0d0d0d0d0d0d0d0d0d0d."),
        "{consent}"
    );
    let sign_in = browser.get(&consent).await.location().to_owned();
    assert!(sign_in.starts_with("/demo/sign-in?"), "{sign_in}");
    let back = browser.sign_in_at(&sign_in, "ann", PASSWORD).await;
    assert_eq!(back.location(), consent);
    let tokens = app.tokens(&practice, &mut browser).await;
    assert_eq!(tokens["patient"], "p1");
    let style = format!("{HOST}/clinics/auth/smart-style.json");
    assert_eq!(tokens["smart_style_url"], style);
    let read = practice.bearing(access(&tokens), "GET /clinics/fhir/Patient/p1", "");
    assert_eq!(read.await.status, 200);
    let at_home = practice.bearing(access(&tokens), "GET /demo/fhir/Patient/p1", "");
    assert_eq!(at_home.await.status, 401);

    let user = practice.store.find_user("ann").await.unwrap().unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let claims = claims_at(&practice, FRONT, id_token).await;
    assert_eq!(claims["iss"], format!("{HOST}/clinics/auth"));
    assert_eq!(claims["sub"], user.id);
    let own = format!("{HOST}/clinics/fhir/Patient/p1");
    assert_eq!(claims["fhirUser"], own);
    let info = practice.bearing(access(&tokens), "GET /clinics/auth/userinfo", "");
    assert_eq!(info.await.json()["fhirUser"], own);
    let at_home = practice.bearing(access(&tokens), "GET /demo/auth/userinfo", "");
    assert_eq!(at_home.await.status, 401);
}

#[tokio::test]
async fn tokens_are_refreshed_introspected_and_revoked_at_the_front() {
    let (practice, app) = with_ann().await;
    let mut browser = practice.browser_of("ann").await;
    let first = app.tokens(&practice, &mut browser).await;
    let refresh = first["refresh_token"].as_str().unwrap();
    let at_home = TestApp {
        at: "demo",
        client_id: app.client_id.clone(),
        secret: app.secret.clone(),
    };
    assert_eq!(at_home.refresh(&practice, refresh).await.status, 401);
    let second = app.refresh(&practice, refresh).await;
    assert_eq!(second.status, 200, "it was not used up: {second:?}");
    let second = second.json();
    let active = introspect(&practice, &app, FRONT, access(&second)).await;
    let active = active.json();
    assert_eq!(active["iss"], format!("{HOST}/clinics/auth"));
    assert_eq!(active["aud"], format!("{HOST}/clinics/fhir"));
    let elsewhere = introspect(&practice, &app, "demo", access(&second)).await;
    assert_eq!(elsewhere.status, 401);

    let form = encoded(&[
        ("client_id", &app.client_id),
        ("client_secret", app.secret.as_deref().unwrap()),
        ("token", second["refresh_token"].as_str().unwrap()),
    ]);
    assert_eq!(practice.form("/demo/auth/revoke/", &form).await.status, 401);
    let line = "GET /clinics/fhir/Patient/p1";
    assert_eq!(
        practice.bearing(access(&second), line, "").await.status,
        200
    );
    let revoked = practice.form("/clinics/auth/revoke/", &form).await;
    assert_eq!(revoked.status, 200);
    assert_eq!(
        practice.bearing(access(&second), line, "").await.status,
        401
    );
    let inactive = introspect(&practice, &app, FRONT, access(&second)).await;
    assert_eq!(inactive.json(), json!({ "active": false }));
}

/// A request that was sent ahead is the practice's that the app is registered with.
#[tokio::test]
async fn a_request_is_sent_ahead_to_the_front() {
    let practice = practices_set(|_, of| of.authorization.pushed_requests = true).await;
    let app = people_app(&practice, SCOPES, details(ClientType::Public)).await;
    let pushed = practice.form("/clinics/auth/par/", &app.request(&[])).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let reference = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let address = |at: &str| {
        let query = encoded(&[("client_id", &app.client_id), ("request_uri", &reference)]);
        format!("/{at}/auth/authorize/?{query}")
    };
    let mut browser = practice.browser();
    assert_eq!(browser.get(&address("demo")).await.status, 400);
    let consent = browser.get(&address(FRONT)).await.location().to_owned();
    assert!(
        consent.starts_with("/demo/consent/crh_0d0d0d0d0d0d0d0d0d0d0d0d."),
        "{consent}"
    );
}

/// What ends at the practice's own pages ends at the front at once.
#[tokio::test]
async fn a_person_ends_at_the_practice_what_an_app_does_at_the_front() {
    let (practice, app) = with_ann().await;
    let mut browser = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut browser).await;
    let line = "GET /clinics/fhir/Patient/p1";
    assert_eq!(
        practice.bearing(access(&tokens), line, "").await.status,
        200
    );
    let page = browser.get("/demo/connected-apps").await;
    assert!(page.html().contains("Sunrise"), "{page:?}");
    let fields = [
        ("form_token", page.field("form_token")),
        ("client_id", app.client_id.clone()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let done = browser.post("/demo/connected-apps", &fields).await;
    assert_eq!(done.status, 303, "{done:?}");
    assert_eq!(
        practice.bearing(access(&tokens), line, "").await.status,
        401
    );
}

#[tokio::test]
async fn an_app_asks_with_the_audience_of_the_base_it_asks_at() {
    let (practice, app) = with_ann().await;
    let mut browser = practice.browser();
    for base in ["demo", "other"] {
        let aud = format!("{HOST}/{base}/fhir");
        let answer = browser.get(&app.address(&[("aud", &aud)])).await;
        let sent = Sent::by(FRONT, &answer);
        assert_eq!(sent.get("error"), "invalid_request", "{base}");
    }
    // At another base nobody knows it, and no one is sent anywhere.
    for at in ["demo", "other"] {
        let elsewhere = app.address(&[]).replacen(FRONT, at, 1);
        let answer = browser.get(&elsewhere).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.html().contains("is not registered"), "{answer:?}");
    }
    let own = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let at_front = own.address(&[]).replacen("demo", FRONT, 1);
    let mut told = vec![browser.get(&at_front).await.html()];
    for guess in [
        "app_x",
        "app_0d0d0d0d0d0d0d0d0d0d0d0d.x",
        "app_0e0e0e0e0e0e0e0e0e0e0e0e.x",
        "app_000000000000000000000000.x",
    ] {
        let address = app.address(&[("client_id", guess)]);
        told.push(browser.get(&address).await.html());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
}

/// The address to which the chart page sends the browser.
async fn launched(browser: &mut Browser<'_>, app: &TestApp) -> Answer {
    let page = browser.get("/demo/chart/p1").await;
    let form_token = page.field("form_token");
    let fields = [
        ("form_token", form_token.as_str()),
        ("client_id", app.client_id.as_str()),
    ];
    browser.post("/demo/chart/p1/launch", &fields).await
}

#[tokio::test]
async fn an_app_of_the_front_is_launched_from_a_chart() {
    const LAUNCH: &str = "launch openid fhirUser patient/Patient.rs user/Condition.rs";
    let (practice, _) = with_ann().await;
    practice.person(Role::Clinician, "roe", "7").await;
    let launched_at = AppDetails {
        launch_url: Some("https://app.example/launch".to_owned()),
        ..details(ClientType::Public)
    };
    let app = people_app(&practice, LAUNCH, launched_at).await;
    let mut roe = practice.browser_of("roe").await;
    let sent = launched(&mut roe, &app).await;
    let (_, query) = sent.location().split_once('?').unwrap();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let pairs: Vec<_> = pairs.into_owned().collect();
    assert_eq!(pairs[0], ("iss".to_owned(), format!("{HOST}/clinics/fhir")));
    let address = app.address(&[("scope", LAUNCH), ("launch", &pairs[1].1)]);
    let code = roe.allow(&address, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["patient"], "p1", "{tokens}");
}

/// An administrator of a practice behind a front registers apps there, or at its own base.
#[tokio::test]
async fn an_administrator_says_where_an_app_asks() {
    let practice = practices().await;
    practice.person(Role::Administrator, "boss", "1").await;
    let mut boss = practice.browser_of("boss").await;
    let form = boss.get("/demo/auth/applications/register/").await;
    assert!(form.html().contains("/clinics/fhir"), "{form:?}");
    let form_token = form.field("form_token");
    for (base, at) in [("front", FRONT), ("own", "demo")] {
        let fields = [
            ("form_token", form_token.as_str()),
            ("base", base),
            ("name", "Reports"),
            ("client_type", "confidential"),
            ("by_itself", "yes"),
            ("scopes", "system/*.rs"),
        ];
        let page = boss
            .post("/demo/auth/applications/register/", &fields)
            .await;
        assert_eq!(page.status, 200, "{page:?}");
        let shown = format!("{HOST}/{at}/fhir");
        assert!(page.html().contains(&shown), "{page:?}");
        assert!(page.html().contains(&format!("{HOST}/{at}/auth/token/")));
    }
}

/// The texts that a page shows to be copied.
fn shown(page: &Answer) -> Vec<String> {
    let html = page.html();
    let parts = html.split("<code class=\"once\">").skip(1);
    let texts = parts.map(|part| part.split('<').next().unwrap().to_owned());
    texts.collect()
}

async fn send(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form_token = browser.get("/demo/sign-in").await;
    let form_token = match form_token.status.as_u16() {
        200 => form_token.field("form_token"),
        // Whoever is signed in has a page of their own.
        _ => browser.get("/demo/account").await.field("form_token"),
    };
    let own = [("form_token", form_token.as_str())];
    browser.post(path, &[&own[..], fields].concat()).await
}

/// A developer with a link of the practice gets what is good at the front.
#[tokio::test]
async fn a_registration_link_leads_to_an_app_of_the_front() {
    let practice = practices().await;
    practice.person(Role::Administrator, "boss", "1").await;
    let mut boss = practice.browser_of("boss").await;
    let wish = [("note", "Ann of Beacon"), ("days", "14")];
    let made = send(&mut boss, "/demo/auth/registrations/", &wish).await;
    let link = shown(&made).remove(0);
    let link = link.strip_prefix(HOST).unwrap();
    let mut ann = practice.browser();
    let asked = [
        ("name", "Beacon"),
        ("organization", "Beacon Health"),
        ("client_type", "confidential"),
        ("by_itself", "yes"),
        ("scopes", "system/Patient.rs"),
        ("purpose", "Reminds patients"),
        ("contact", "Ann Lee"),
        ("email", "ann@beacon.example"),
    ];
    let sent = send(&mut ann, link, &asked).await;
    let status = sent.location().to_owned();
    let html = boss.get("/demo/auth/registrations/").await.html();
    let at = html.find("/demo/auth/registrations/reg_").unwrap();
    let one = html[at..].split('"').next().unwrap();
    let approve = format!("{one}/approve");
    let done = send(&mut boss, &approve, &[("scopes", "system/Patient.rs")]).await;
    assert_eq!(done.status, 303, "{done:?}");
    let page = send(&mut ann, &status, &[]).await;
    let base = format!("<code>{HOST}/clinics/fhir</code>");
    assert!(page.html().contains(&base), "{page:?}");
    let [client_id, secret] = &shown(&page)[..] else {
        panic!("{page:?}");
    };
    assert!(
        client_id.starts_with("app_0d0d0d0d0d0d0d0d0d0d0d0d."),
        "{client_id}"
    );
    let form = encoded(&[
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret),
    ]);
    let token = practice.form("/clinics/auth/token/", &form).await;
    assert_eq!(token.json()["scope"], "system/Patient.rs", "{token:?}");
    assert_eq!(practice.form("/demo/auth/token/", &form).await.status, 401);
}
