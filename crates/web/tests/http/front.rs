//! Two practices behind a front: what is one's never reaches the other, and nothing is good at two bases.

mod matrix;
mod people;

use axum::body::Body;
use cresset_auth::AuthServer;
use cresset_store::InstanceSettings;
use http::Request;
use serde_json::Value;

use super::backend::{Backend, backend};
use super::canaries;
use super::practice::{Answer, HOST, Practice};

pub(super) const FRONT: &str = "clinics";
/// What tells `demo` and `other` apart there.
const MARKS: [(&str, &str); 2] = [
    ("demo", "0d0d0d0d0d0d0d0d0d0d0d0d"),
    ("other", "0e0e0e0e0e0e0e0e0e0e0e0e"),
];

fn mark(name: &str) -> &'static str {
    MARKS.iter().find(|(of, _)| *of == name).unwrap().1
}

/// `demo` and `other`, both with a patient, behind the front `clinics`.
async fn practices() -> Practice {
    practices_set(|_, _| {}).await
}

/// The same with settings of their own.
pub(super) async fn practices_set(set: impl Fn(&str, &mut InstanceSettings)) -> Practice {
    let practice = Practice::open().await;
    let new = || InstanceSettings::new(cresset_base::Clock::now(&practice.clock));
    let mut front = InstanceSettings {
        front: true,
        ..new()
    };
    set(FRONT, &mut front);
    let named = FRONT.parse().unwrap();
    practice.directory.create(&named, &front).unwrap();
    for (name, mark) in MARKS {
        let mut settings = InstanceSettings {
            behind: Some(FRONT.to_owned()),
            mark: Some(mark.to_owned()),
            ..new()
        };
        set(name, &mut settings);
        let name = name.parse().unwrap();
        let stored = practice.directory.set_instance_settings(&name, &settings);
        stored.unwrap();
    }
    practice
}

impl Practice {
    pub(super) async fn auth_at_front(&self, name: &str) -> AuthServer {
        let front = self.auth_of(FRONT).await;
        self.auth_of(name).await.behind(&front, mark(name))
    }
}

/// Tokens of an app at the front of each practice, which has a patient `a`.
async fn tokens(practice: &Practice) -> [String; 2] {
    let mut tokens = Vec::new();
    for (name, _) in MARKS {
        let app = backend(&practice.auth_at_front(name).await).await;
        let token = app.token_at(practice, FRONT).await;
        let body = format!(
            r#"{{"resourceType":"Patient","id":"a","name":[{{"family":"{}"}}]}}"#,
            canaries::of(name, "a")
        );
        let kept = practice.bearing(&token, "PUT /clinics/fhir/Patient/a", &body);
        let kept = kept.await;
        assert_eq!(kept.status, 201, "{kept:?}");
        let place = format!("{HOST}/clinics/fhir/Patient/a");
        assert!(kept.header("location").starts_with(&place), "{kept:?}");
        tokens.push(token);
    }
    tokens.try_into().unwrap()
}

fn families(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let entries = json["entry"].as_array().cloned().unwrap_or_default();
    let family = |entry: &Value| entry["resource"]["name"][0]["family"].to_string();
    entries.iter().map(family).collect()
}

#[tokio::test]
async fn what_is_asked_for_later_is_done_and_told_at_the_front() {
    let practice = practices().await;
    let tokens = tokens(&practice).await;
    for ((name, _), token) in MARKS.into_iter().zip(&tokens) {
        let request = Request::get("/clinics/fhir/Patient")
            .header("prefer", "respond-async")
            .header("authorization", format!("Bearer {token}"));
        let asked = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(asked.status, 202, "{asked:?}");
        let place = asked.header("content-location").to_owned();
        let place = place.strip_prefix(HOST).unwrap();
        assert!(place.starts_with("/clinics/fhir/_async/"), "{place}");
        let line = format!("GET {place}");
        let mut answer = practice.bearing(token, &line, "").await;
        while answer.status == 202 {
            tokio::task::yield_now().await;
            answer = practice.bearing(token, &line, "").await;
        }
        assert_eq!(answer.status, 200, "{answer:?}");
        let found = answer.json()["entry"][0]["resource"].clone();
        let entry = &found["entry"][0];
        assert_eq!(found["entry"].as_array().unwrap().len(), 1, "{found}");
        let family = canaries::of(name, "a");
        assert_eq!(entry["resource"]["name"][0]["family"], family.as_str());
        let full_url = entry["fullUrl"].as_str().unwrap();
        assert!(full_url.starts_with(&format!("{HOST}/clinics/fhir/")));
        for stranger in tokens.iter().filter(|other| *other != token) {
            assert_eq!(practice.bearing(stranger, &line, "").await.status, 404);
        }
    }
}

#[tokio::test]
async fn a_token_reaches_the_practice_of_its_app_and_no_other() {
    let practice = practices().await;
    for (token, (name, _)) in tokens(&practice).await.iter().zip(MARKS) {
        // Every answer is searched for canaries of the other practice, too.
        let own = canaries::of(name, "a");
        let read = practice.bearing(token, "GET /clinics/fhir/Patient/a", "");
        assert_eq!(read.await.json()["name"][0]["family"], own);
        let found = practice.bearing(token, "GET /clinics/fhir/Patient", "");
        assert_eq!(families(&found.await), [format!("\"{own}\"")]);
        let all = practice.bearing(token, "GET /clinics/fhir/_history", "");
        assert_eq!(families(&all.await), [format!("\"{own}\"")]);
        assert!(!token.contains(name), "{token}");
    }
}

#[tokio::test]
async fn links_lead_to_the_base_that_was_asked() {
    let practice = practices().await;
    let [token, other] = tokens(&practice).await;
    for _ in 0..3 {
        let body = r#"{"resourceType":"Patient"}"#;
        practice
            .bearing(&token, "POST /clinics/fhir/Patient", body)
            .await;
    }
    let page = practice.bearing(&token, "GET /clinics/fhir/Patient?_count=2", "");
    let page = page.await.json();
    let links = page["link"].as_array().unwrap();
    let base = format!("{HOST}/clinics/fhir/");
    for link in links {
        assert!(link["url"].as_str().unwrap().starts_with(&base), "{link}");
    }
    let full = page["entry"][0]["fullUrl"].as_str().unwrap();
    assert!(full.starts_with(&base), "{full}");
    let next = links.iter().find(|link| link["relation"] == "next");
    let next = next.unwrap()["url"].as_str().unwrap();
    let next = next.strip_prefix(HOST).unwrap();
    let second = practice.bearing(&token, &format!("GET {next}"), "").await;
    assert_eq!(second.json()["entry"].as_array().unwrap().len(), 2);
    let foreign = practice.bearing(&other, &format!("GET {next}"), "").await;
    assert_eq!(foreign.status, 400, "{foreign:?}");
    // A reference written with either of its bases leads to the same patient.
    for base in ["clinics", "demo"] {
        let body = format!(
            r#"{{"resourceType":"Basic","code":{{"text":"x"}},"subject":{{"reference":"{HOST}/{base}/fhir/Patient/a"}}}}"#
        );
        let kept = practice.bearing(&token, "POST /clinics/fhir/Basic", &body);
        assert_eq!(kept.await.status, 201);
    }
    let line = "GET /clinics/fhir/Basic?subject=Patient/a&_summary=count";
    let found = practice.bearing(&token, line, "").await;
    assert_eq!(found.json()["total"], 2, "{found:?}");
}

/// The body of a 401 without what differs in each.
fn refusal(answer: &Answer) -> (u16, String, Value) {
    let mut body = answer.json();
    if let Some(object) = body.as_object_mut() {
        object.remove("id");
        object.remove("issue").map(|issues| {
            let details = issues[0]["details"].clone();
            object.insert("issue".to_owned(), details)
        });
    }
    let challenge = answer.header("www-authenticate").to_owned();
    (answer.status.as_u16(), challenge, body)
}

#[tokio::test]
async fn nothing_is_good_at_two_bases() {
    let practice = practices().await;
    let [at_front, of_other] = tokens(&practice).await;
    let own = practice.token.clone();
    let swapped = at_front.replace(mark("demo"), mark("other"));
    let unmarked = at_front.replace(&format!("{}.", mark("demo")), "");
    let marked = own.replace("crt_", &format!("crt_{}.", mark("demo")));
    let guessed = format!("crt_000000000000000000000000.{}", "a".repeat(43));
    let unknown = format!("crt_{}.{}", mark("demo"), "a".repeat(43));
    let mut refusals = Vec::new();
    for (token, at) in [
        (&own, FRONT),
        (&marked, FRONT),
        (&swapped, FRONT),
        (&unmarked, FRONT),
        (&guessed, FRONT),
        (&unknown, FRONT),
        (&at_front, "demo"),
        (&unmarked, "demo"),
        (&at_front, "other"),
        (&of_other, "demo"),
        (&of_other, "other"),
    ] {
        let line = format!("GET /{at}/fhir/Patient/a");
        let answer = practice.bearing(token, &line, "").await;
        assert_eq!(answer.status, 401, "{token} at {at}: {answer:?}");
        refusals.push(refusal(&answer));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "all are told the same: {refusals:?}");
}

#[tokio::test]
async fn whoever_guesses_at_apps_is_told_the_same() {
    let practice = practices().await;
    let at_front = backend(&practice.auth_at_front("demo").await).await;
    let own = Backend {
        client_id: practice.client_id.clone(),
        secret: practice.client_secret.clone(),
    };
    let like = |client_id: &str, secret: &str| Backend {
        client_id: client_id.to_owned(),
        secret: secret.to_owned(),
    };
    let swapped = at_front.client_id.replace(mark("demo"), mark("other"));
    let guesses = [
        (FRONT, like(&own.client_id, &own.secret)),
        (FRONT, like(&swapped, &at_front.secret)),
        (FRONT, like(&at_front.client_id, "wrong")),
        (
            FRONT,
            like("app_0d0d0d0d0d0d0d0d0d0d0d0d.guessed", &at_front.secret),
        ),
        (
            FRONT,
            like("app_000000000000000000000000.guessed", &at_front.secret),
        ),
        (FRONT, like("app_guessed", &at_front.secret)),
        ("demo", like(&at_front.client_id, &at_front.secret)),
        ("other", like(&at_front.client_id, &at_front.secret)),
    ];
    let mut refusals = Vec::new();
    for (at, guess) in &guesses {
        for endpoint in ["token", "revoke", "introspect"] {
            let form = format!("{}&token=x", guess.form());
            let path = format!("/{at}/auth/{endpoint}/");
            refusals.push(refusal(&practice.form(&path, &form).await));
        }
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    let (status, _, body) = &refusals[0];
    assert_eq!((*status, &body["error"]), (401, &"invalid_client".into()));
    at_front.token_at(&practice, FRONT).await;
    own.token_at(&practice, "demo").await;
}

/// Two directories of one practice, as after a copy: whose a token is, is not certain.
#[tokio::test]
async fn a_mark_that_two_practices_have_leads_to_neither() {
    let same = |name: &str, settings: &mut InstanceSettings| {
        if name != FRONT {
            settings.mark = Some(mark("demo").to_owned());
        }
    };
    let practice = practices_set(same).await;
    let app = backend(&practice.auth_at_front("demo").await).await;
    let answer = practice.form("/clinics/auth/token/", &app.form()).await;
    assert_eq!(answer.json()["error"], "invalid_client");
}

/// What the front says must hold of whom it serves; and a practice that left it is not served there.
#[tokio::test]
async fn a_front_serves_those_who_stand_behind_it_and_are_like_it() {
    type Set = fn(&str, &mut InstanceSettings);
    let sets: [(Set, u16); 4] = [
        (|_, _| {}, 200),
        (|name, of| of.client_ids = name != "demo", 401),
        (
            |name, of| of.behind = of.behind.take().filter(|_| name != "demo"),
            401,
        ),
        (|name, of| of.front = name == "nobody", 401),
    ];
    for (at, (set, expect)) in sets.into_iter().enumerate() {
        let practice = practices_set(set).await;
        let app = backend(&practice.auth_at_front("demo").await).await;
        let answer = practice.form("/clinics/auth/token/", &app.form()).await;
        assert_eq!(answer.status, expect, "{at}: {answer:?}");
    }
}

#[tokio::test]
async fn documents_name_the_base_that_was_asked() {
    let practice = practices().await;
    let issuer = format!("{HOST}/clinics/auth");
    for path in [
        "/clinics/fhir/.well-known/smart-configuration",
        "/clinics/auth/.well-known/openid-configuration",
        "/clinics/auth/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/clinics/auth",
    ] {
        let document = practice.stranger(&format!("GET {path}")).await.json();
        assert_eq!(document["issuer"], issuer, "{path}");
        let token = document["token_endpoint"].as_str().unwrap();
        assert_eq!(token, format!("{issuer}/token/"), "{path}");
    }
    let statement = practice.stranger("GET /clinics/fhir/metadata").await.json();
    let base = format!("{HOST}/clinics/fhir");
    assert_eq!(statement["implementation"]["url"], base);
    let security = statement["rest"][0]["security"].to_string();
    assert!(
        security.contains(&format!("{issuer}/authorize/")),
        "{security}"
    );
    let page = practice.stranger("GET /clinics/").await.html();
    assert!(page.contains("Several practices share this base"), "{page}");
    assert!(page.contains(&base), "{page}");
    let api = practice.stranger("GET /clinics/fhir/openapi.json").await;
    assert_eq!(api.json()["servers"][0]["url"], base);
}

#[tokio::test]
async fn an_address_of_a_file_leads_to_the_practice_it_is_of() {
    let practice = practices().await;
    let [token, other] = tokens(&practice).await;
    let body = r#"{"resourceType":"DocumentReference","id":"d","status":"current",
        "subject":{"reference":"Patient/a"},
        "content":[{"attachment":{"contentType":"text/plain","data":"aGVsbG8="}}]}"#;
    let line = "PUT /clinics/fhir/DocumentReference/d";
    assert_eq!(practice.bearing(&token, line, body).await.status, 201);
    let line = "GET /clinics/fhir/DocumentReference/d/files/content";
    assert_eq!(practice.bearing(&other, line, "").await.status, 404);
    let sent = practice.bearing(&token, line, "").await;
    let address = sent.header("location").strip_prefix(HOST).unwrap();
    assert!(
        address.starts_with("/clinics/fhir/files/0d0d0d0d0d0d0d0d0d0d0d0d."),
        "{address}"
    );
    let file = practice.stranger(&format!("GET {address}")).await;
    assert_eq!(file.body, "hello");
    for elsewhere in [
        address.replace("/clinics/", "/demo/"),
        address.replace("0d0d0d0d0d0d0d0d0d0d0d0d.", "0e0e0e0e0e0e0e0e0e0e0e0e."),
        address.replace("0d0d0d0d0d0d0d0d0d0d0d0d.", ""),
    ] {
        let nothing = practice.stranger(&format!("GET {elsewhere}")).await;
        assert_eq!(nothing.status, 404, "{elsewhere}");
    }
}
