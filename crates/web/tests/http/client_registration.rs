//! Apps that register themselves (RFC 7591) and keep their registration (RFC 7592).

use axum::body::Body;
use cresset_base::{Clock, Limits};
use cresset_store::user::Role;
use cresset_store::{AuditAsk, ClientRegistration, InstanceSettings, Registrants};
use http::Request;
use serde_json::{Value, json};

use super::launch::{CALLBACK, Keep, TestApp};
use super::practice::{Answer, HOST, Practice};

const REGISTER: &str = "/demo/auth/register/";
const ALLOWED: &str = "launch/patient openid fhirUser offline_access patient/Patient.rs \
                       patient/Condition.rs patient/Observation.rs";

fn allowing(who: Registrants) -> ClientRegistration {
    ClientRegistration {
        scopes: ALLOWED.to_owned(),
        who,
    }
}

async fn practice(who: Registrants, limits: Limits) -> Practice {
    Practice::with(limits, |settings| {
        settings.client_registration = Some(allowing(who));
    })
    .await
}

async fn for_anybody() -> Practice {
    practice(Registrants::Anybody, Limits::default()).await
}

fn diary() -> Value {
    json!({
        "client_name": "Diary",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": ALLOWED,
        "logo_uri": "https://app.example/logo.png",
        "a_member_of_the_future": true,
    })
}

/// The same with these members instead; null leaves one out.
fn changed(members: &Value) -> Value {
    let mut metadata = diary();
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => metadata.as_object_mut().unwrap().remove(name),
            value => metadata
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    metadata
}

/// A request with a token, where there is one, and a body, where there is one.
async fn ask(practice: &Practice, line: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    practice.send(request.body(body).unwrap()).await
}

async fn register(practice: &Practice, metadata: &Value) -> Answer {
    ask(practice, &format!("POST {REGISTER}"), None, Some(metadata)).await
}

/// What a new registration is answered.
async fn registered(practice: &Practice, metadata: &Value) -> Value {
    let answer = register(practice, metadata).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The path of a registration, whose address is absolute.
fn path_of(told: &Value) -> String {
    let address = text(told, "registration_client_uri");
    address.strip_prefix(HOST).unwrap().to_owned()
}

#[tokio::test]
async fn nothing_of_it_is_there_unless_it_is_set() {
    let practice = Practice::open().await;
    assert_eq!(register(&practice, &diary()).await.status, 404);
    for method in ["GET", "DELETE"] {
        let line = format!("{method} {REGISTER}app_x");
        assert_eq!(ask(&practice, &line, None, None).await.status, 404);
    }
    let line = format!("PUT {REGISTER}app_x");
    assert_eq!(
        ask(&practice, &line, None, Some(&diary())).await.status,
        404
    );
    let metadata = "GET /demo/auth/.well-known/oauth-authorization-server";
    let metadata = practice.stranger(metadata).await.json();
    assert!(metadata.get("registration_endpoint").is_none());
}

#[tokio::test]
async fn every_discovery_document_says_where_apps_register() {
    let practice = for_anybody().await;
    for document in [
        "/demo/fhir/.well-known/smart-configuration",
        "/demo/auth/.well-known/oauth-authorization-server",
        "/demo/auth/.well-known/openid-configuration",
    ] {
        let document = practice.stranger(&format!("GET {document}")).await.json();
        assert_eq!(
            document["registration_endpoint"],
            format!("{HOST}{REGISTER}")
        );
    }
}

#[tokio::test]
async fn an_app_registers_itself_and_a_person_who_is_told_so_allows_it() {
    let practice = for_anybody().await;
    let patient = r#"{"resourceType":"Patient","id":"p1"}"#;
    practice.ask("PUT /Patient/p1", patient).await;
    practice.person(Role::Patient, "ann", "p1").await;
    for (method, has_secret) in [("client_secret_post", true), ("none", false)] {
        let metadata = changed(&json!({"token_endpoint_auth_method": method}));
        let told = registered(&practice, &metadata).await;
        assert_eq!(told["client_name"], "Diary");
        assert_eq!(told["redirect_uris"], json!([CALLBACK]));
        assert_eq!(told["response_types"], json!(["code"]));
        assert_eq!(told["scope"], ALLOWED);
        assert_eq!(told.get("client_secret").is_some(), has_secret, "{told}");
        assert!(told.get("logo_uri").is_none(), "nobody has looked at it");
        let app = TestApp {
            at: "demo",
            client_id: text(&told, "client_id").to_owned(),
            secret: told["client_secret"].as_str().map(str::to_owned),
        };
        let mut ann = practice.browser_of("ann").await;
        let (_, page) = ann.consent_page(&app.address(&[])).await;
        let html = page.html();
        assert!(html.contains("It registered itself here: nobody has checked"));
        let code = ann.allow(&app.address(&[]), Keep::All).await.code();
        let tokens = app.redeem(&practice, &code).await.json();
        assert_eq!(tokens["patient"], "p1", "{tokens}");
        assert!(tokens["refresh_token"].is_string());
    }
}

#[tokio::test]
async fn an_app_signs_with_the_keys_it_registers() {
    let practice = for_anybody().await;
    let metadata = changed(&json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://app.example/jwks.json",
    }));
    let told = registered(&practice, &metadata).await;
    assert!(told.get("client_secret").is_none());
    assert_eq!(told["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(told["jwks_uri"], "https://app.example/jwks.json");
}

/// The instance's settings are the most an app gets, and without a person it gets nothing.
#[tokio::test]
async fn scopes_are_bounded_by_the_instance() {
    let practice = for_anybody().await;
    let wide = changed(&json!({"scope": "patient/*.cruds user/*.rs openid"}));
    let told = registered(&practice, &wide).await;
    let mut scopes: Vec<_> = text(&told, "scope").split(' ').collect();
    scopes.sort_unstable();
    assert_eq!(
        scopes,
        [
            "openid",
            "patient/Condition.rs",
            "patient/Observation.rs",
            "patient/Patient.rs"
        ]
    );
    let told = registered(&practice, &changed(&json!({"scope": null}))).await;
    assert_eq!(told["scope"], ALLOWED);
}

#[tokio::test]
async fn what_is_wrong_with_metadata_is_said_and_nothing_is_registered() {
    let practice = for_anybody().await;
    let before = practice.store.list_apps().await.unwrap().len();
    for (members, code) in [
        (
            json!({"redirect_uris": ["http://app.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://app.example/#x"]}),
            "invalid_redirect_uri",
        ),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": null}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": CALLBACK}),
            "invalid_client_metadata",
        ),
        (json!({"client_name": null}), "invalid_client_metadata"),
        (json!({"client_name": "a\nb"}), "invalid_client_metadata"),
        (
            json!({"client_name": "a".repeat(201)}),
            "invalid_client_metadata",
        ),
        (
            json!({"grant_types": ["client_credentials"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"grant_types": ["implicit"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"grant_types": ["refresh_token"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"response_types": ["token"]}),
            "invalid_client_metadata",
        ),
        (json!({"scope": "system/*.rs"}), "invalid_client_metadata"),
        (
            json!({"scope": "patient/*.everything"}),
            "invalid_client_metadata",
        ),
        (
            json!({"token_endpoint_auth_method": "tls_client_auth"}),
            "invalid_client_metadata",
        ),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
        ),
        (
            json!({"jwks_uri": "https://app.example/jwks"}),
            "invalid_client_metadata",
        ),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}}),
            "invalid_client_metadata",
        ),
        (
            json!({"token_endpoint_auth_method": "none", "jwks_uri": "https://app.example/jwks"}),
            "invalid_client_metadata",
        ),
        (
            json!({"software_statement": "e30.e30."}),
            "unapproved_software_statement",
        ),
    ] {
        let answer = register(&practice, &changed(&members)).await;
        assert_eq!(answer.status, 400, "{members}: {answer:?}");
        assert_eq!(answer.json()["error"], code, "{members}: {answer:?}");
    }
    for body in [
        "",
        "[]",
        "[\"Diary\"]",
        "{",
        r#"{"scope":"openid","scope":"openid"}"#,
    ] {
        let request = Request::post(REGISTER).header("content-type", "application/json");
        let answer = practice.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert_eq!(answer.json()["error"], "invalid_client_metadata", "{body}");
    }
    let form = practice.form(REGISTER, "client_name=Diary").await;
    assert_eq!(form.status, 400);
    assert_eq!(practice.store.list_apps().await.unwrap().len(), before);
}

/// The way of an operator: a token that lets one app register itself.
async fn initial_token(practice: &Practice) -> String {
    let settings = InstanceSettings {
        client_registration: Some(allowing(Registrants::Invited)),
        ..InstanceSettings::new(practice.clock.now())
    };
    let auth = practice.auth_with(&settings);
    let token = auth.initial_access_token(14).await.unwrap();
    token.expose().clone()
}

#[tokio::test]
async fn an_initial_access_token_registers_one_app() {
    let practice = practice(Registrants::Invited, Limits::default()).await;
    let line = format!("POST {REGISTER}");
    let token = initial_token(&practice).await;
    let nobody = register(&practice, &diary()).await;
    assert_eq!(nobody.status, 401);
    // RFC 6750 §3.1: whoever sent nothing is told no error.
    assert_eq!(
        nobody.header("www-authenticate"),
        "Bearer realm=\"cresset\""
    );
    let wrong = format!("cri_{}", "a".repeat(43));
    let refused = ask(&practice, &line, Some(&wrong), Some(&diary())).await;
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    // What is refused uses up nothing.
    let bad = changed(&json!({"client_name": null}));
    assert_eq!(
        ask(&practice, &line, Some(&token), Some(&bad)).await.status,
        400
    );
    let answer = ask(&practice, &line, Some(&token), Some(&diary())).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let again = ask(&practice, &line, Some(&token), Some(&diary())).await;
    assert_eq!(again.status, 401, "it is used up");
    let late = initial_token(&practice).await;
    practice.clock.advance_seconds(14 * 24 * 60 * 60);
    let refused = ask(&practice, &line, Some(&late), Some(&diary())).await;
    assert_eq!(refused.status, 401, "it has ended");
}

#[tokio::test]
async fn an_app_reads_changes_and_ends_its_registration() {
    let practice = for_anybody().await;
    let told = registered(&practice, &diary()).await;
    let other = registered(&practice, &diary()).await;
    let token = text(&told, "registration_access_token");
    let (path, id) = (path_of(&told), text(&told, "client_id"));
    let get = format!("GET {path}");
    for strange in [None, Some(text(&other, "registration_access_token"))] {
        assert_eq!(ask(&practice, &get, strange, None).await.status, 401);
    }
    let read = ask(&practice, &get, Some(token), None).await;
    assert_eq!(read.status, 200);
    assert_eq!(read.json()["client_name"], "Diary");
    assert_eq!(read.json()["registration_access_token"], token);
    assert!(
        read.json().get("client_secret").is_none(),
        "only its hash is kept"
    );

    let put = format!("PUT {path}");
    for bad in [
        json!({}),
        json!({"client_id": text(&other, "client_id")}),
        json!({"client_id": id, "client_secret": "mine"}),
        json!({"client_id": id, "registration_access_token": token}),
        json!({"client_id": id, "client_id_issued_at": 0}),
        json!({"client_id": id, "grant_types": ["client_credentials"]}),
    ] {
        let answer = ask(&practice, &put, Some(token), Some(&changed(&bad))).await;
        assert_eq!(answer.status, 400, "{bad}: {answer:?}");
    }
    let new = changed(&json!({
        "client_id": id, "client_secret": text(&told, "client_secret"),
        "client_name": "Diary 2", "scope": "patient/*.rs", "grant_types": null,
    }));
    let answer = ask(&practice, &put, Some(token), Some(&new)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer["client_name"], "Diary 2");
    assert_eq!(answer["grant_types"], json!(["authorization_code"]));
    assert!(
        !text(&answer, "scope").contains('*'),
        "never more than allowed"
    );

    let delete = format!("DELETE {path}");
    let strange = text(&other, "registration_access_token");
    assert_eq!(
        ask(&practice, &delete, Some(strange), None).await.status,
        401
    );
    assert_eq!(ask(&practice, &delete, Some(token), None).await.status, 204);
    assert_eq!(ask(&practice, &get, Some(token), None).await.status, 401);
    assert!(practice.store.lookup_app(id).await.unwrap().is_none());
    assert_noted(&practice, id).await;
}

async fn assert_noted(practice: &Practice, id: &str) {
    practice.store.settle().await.unwrap();
    let trail = practice.store.trail(&AuditAsk::newest(100)).await.unwrap();
    for (did, status) in [
        ("client-register", 201),
        ("client-read", 200),
        ("client-change", 200),
        ("client-delete", 204),
    ] {
        let is_it = |r: &cresset_store::AuditRecord| {
            r.interaction == did && r.status == status && r.app.as_deref() == Some(id)
        };
        assert!(trail.records.iter().any(|r| is_it(&r.record)), "{did}");
    }
}

/// What the practice decides about an app stands: the app cannot undo it.
#[tokio::test]
async fn an_app_that_the_practice_changed_is_the_practices() {
    let practice = for_anybody().await;
    practice.person(Role::Administrator, "boss", "1").await;
    let mut boss = practice.browser_of("boss").await;
    let told = registered(&practice, &diary()).await;
    let (id, path) = (text(&told, "client_id"), path_of(&told));
    let token = Some(text(&told, "registration_access_token"));
    let list = boss.get("/demo/auth/applications/").await.html();
    assert!(list.contains("registered itself, unverified"));

    let state = format!("/demo/auth/applications/{id}");
    let form_token = boss.get(&state).await.field("form_token");
    let of_form = ("form_token", form_token.as_str());
    let switch = format!("{state}/state");
    boss.post(&switch, &[of_form, ("state", "disabled")]).await;
    let update = changed(&json!({"client_id": id}));
    let put = format!("PUT {path}");
    assert_eq!(ask(&practice, &put, token, Some(&update)).await.status, 401);
    boss.post(&switch, &[of_form, ("state", "enabled")]).await;
    assert_eq!(ask(&practice, &put, token, Some(&update)).await.status, 200);

    let fields = [
        of_form,
        ("name", "Diary"),
        ("client_type", "confidential"),
        ("by_people", "yes"),
        ("redirect_uris", CALLBACK),
        ("scopes", "patient/Patient.rs"),
    ];
    let kept = boss.post(&format!("{state}/edit"), &fields).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    assert_eq!(ask(&practice, &put, token, Some(&update)).await.status, 401);
    let app = practice.store.lookup_app(id).await.unwrap().unwrap();
    assert_eq!(app.scopes, "patient/Patient.rs");
}

/// An app that could drop a secret that was replaced could have itself given another.
#[tokio::test]
async fn a_replaced_secret_ends_the_token_of_the_registration() {
    let practice = for_anybody().await;
    let told = registered(&practice, &diary()).await;
    let (id, path) = (text(&told, "client_id"), path_of(&told));
    practice.auth().rotate_secret(id).await.unwrap();
    let token = Some(text(&told, "registration_access_token"));
    let update = changed(&json!({"client_id": id, "token_endpoint_auth_method": "none"}));
    let put = format!("PUT {path}");
    assert_eq!(ask(&practice, &put, token, Some(&update)).await.status, 401);
}

#[tokio::test]
async fn who_does_not_refresh_is_not_given_what_asks_for_it() {
    let practice = for_anybody().await;
    let told = registered(
        &practice,
        &changed(&json!({"grant_types": null, "scope": null})),
    )
    .await;
    assert!(!text(&told, "scope").contains("offline_access"), "{told}");
    assert!(text(&told, "scope").contains("patient/Patient.rs"));
}

#[tokio::test]
async fn there_are_only_so_many_and_so_often() {
    let limits = Limits {
        self_registered_apps_max: 2,
        self_registrations_max: 4,
        ..Limits::default()
    };
    let practice = practice(Registrants::Anybody, limits).await;
    for _ in 0..2 {
        registered(&practice, &diary()).await;
    }
    let full = register(&practice, &diary()).await;
    assert_eq!(
        (full.status.as_u16(), full.json()["error"].as_str()),
        (403, Some("access_denied"))
    );
    assert_eq!(register(&practice, &json!({})).await.status, 400);
    let often = register(&practice, &diary()).await;
    assert_eq!(often.status, 429);
    assert_ne!(often.header("retry-after"), "");
}
