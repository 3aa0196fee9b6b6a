//! Who gets what answer where: every route of the map, with every method it takes, asked by
//! everybody. The routes are read from the map itself, so a new one is in the table, and without a
//! verdict that somebody looked at this test fails.

use std::fmt::Write;

use axum::body::Body;
use cresset_store::user::Role;
use http::Request;

use super::backend::backend;
use super::canaries;
use super::practice::Practice;

const MAP: &str = include_str!("../../src/router.rs");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    Nobody,
    PatientA,
    PatientB,
    Clinician,
    Administrator,
    Operator,
    Backend,
    OtherPractice,
}

const EVERYBODY: [(Who, &str); 8] = [
    (Who::Nobody, "nobody"),
    (Who::PatientA, "patient a"),
    (Who::PatientB, "patient b"),
    (Who::Clinician, "clinician"),
    (Who::Administrator, "admin"),
    (Who::Operator, "operator"),
    (Who::Backend, "backend"),
    (Who::OtherPractice, "other"),
];

/// Every route of the map with the methods it takes, reads before changes and deletions last.
pub(crate) fn routes() -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for part in MAP.split(".route(").skip(1) {
        let path = part.split('"').nth(1).unwrap();
        // Up to where the next statement or comment begins.
        let handlers = part.split('"').nth(2).unwrap();
        let handlers = handlers.split("//").next().unwrap();
        let before = found.len();
        for method in METHODS {
            let call = format!("{method}(");
            let mut calls = handlers.match_indices(&call);
            let is_call = |at: usize| {
                let earlier = handlers[..at].chars().next_back();
                earlier.is_none_or(|c| !c.is_alphanumeric() && c != '_')
            };
            if calls.any(|(at, _)| is_call(at)) {
                found.push((method, path.to_owned()));
            }
        }
        assert!(found.len() > before, "no method for {path}");
    }
    let rank = |method: &str| METHODS.iter().position(|m| *m == method);
    found.sort_by_key(|(method, path)| (rank(method), path.clone()));
    found.dedup();
    found
}

/// An address of a route: patient a wherever it names a resource.
pub(crate) fn address(path: &str) -> String {
    let mut address = path.to_owned();
    for (name, value) in [
        ("instance", "demo"),
        ("type", "Patient"),
        ("id", "a"),
        ("version", "1"),
        ("client_id", "app_x"),
        ("file", "cresset.css"),
    ] {
        address = address.replace(&format!("{{{name}}}"), value);
    }
    // Whatever else a route names does not exist.
    while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
        address.replace_range(from..=to, "x");
    }
    address
}

pub(crate) fn request(method: &str, address: &str) -> (http::request::Builder, String) {
    let request = Request::builder()
        .method(method.to_uppercase().as_str())
        .uri(address);
    let is_form = !address.contains("/fhir") || address.ends_with("/_search");
    let (media_type, body) = match method {
        "get" | "delete" => return (request, String::new()),
        "post" if is_form => ("application/x-www-form-urlencoded", ""),
        "patch" => (
            "application/json-patch+json",
            r#"[{"op":"add","path":"/active","value":true}]"#,
        ),
        "post" if address.ends_with("/Patient") => {
            ("application/fhir+json", r#"{"resourceType":"Patient"}"#)
        }
        "put" => (
            "application/fhir+json",
            r#"{"resourceType":"Patient","id":"a"}"#,
        ),
        _ if address.ends_with("$graphql") => ("application/graphql", "{__typename}"),
        _ => (
            "application/fhir+json",
            r#"{"resourceType":"Bundle","type":"transaction","entry":[]}"#,
        ),
    };
    (request.header("content-type", media_type), body.to_owned())
}

/// The answers one of them gets, in the order of the routes.
async fn answers(who: Who, routes: &[(&'static str, String)]) -> Vec<u16> {
    let practice = Practice::open().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    for id in ["a", "b"] {
        practice
            .ask(&format!("PUT /Patient/{id}"), &patient("demo", id))
            .await;
    }
    let token = match who {
        Who::PatientA => Some(practice.token_for("patient/*.cruds&patient=a").await),
        Who::PatientB => Some(practice.token_for("patient/*.cruds&patient=b").await),
        Who::Backend => Some(practice.token.clone()),
        Who::OtherPractice => Some(token_of_other(&practice).await),
        Who::Nobody | Who::Clinician | Who::Administrator | Who::Operator => None,
    };
    let role = match who {
        Who::PatientA => Some((Role::Patient, "a")),
        Who::PatientB => Some((Role::Patient, "b")),
        Who::Clinician => Some((Role::Clinician, "c")),
        Who::Administrator => Some((Role::Administrator, "d")),
        Who::Operator => Some((Role::Operator, "o")),
        Who::Nobody | Who::Backend | Who::OtherPractice => None,
    };
    let mut browser = practice.browser();
    let mut form_token = String::new();
    if let Some((role, id)) = role {
        practice.person(role, "me", id).await;
        browser = practice.browser_of("me").await;
        form_token = browser.get("/demo/account").await.field("form_token");
    }
    let mut statuses = Vec::new();
    for (method, path) in routes {
        let (mut request, mut body) = request(method, &address(path));
        if let Some(token) = &token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = if path.contains("/fhir") {
            practice.send(request.body(Body::from(body)).unwrap()).await
        } else {
            // A page of the practice sent it, which changes nothing for whoever is not signed in.
            request = request.header("sec-fetch-site", "same-origin");
            if method == &"post" {
                body = format!("form_token={form_token}");
            }
            browser.send(request, body).await
        };
        statuses.push(answer.status.as_u16());
    }
    statuses
}

/// One with a canary, for which every answer is searched.
fn patient(practice: &str, id: &str) -> String {
    let mark = canaries::of(practice, id);
    format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{mark}"}}]}}"#)
}

/// A token of an app of the practice next door that may do everything there.
async fn token_of_other(practice: &Practice) -> String {
    let app = backend(&practice.auth_of("other").await).await;
    let token = app.token_at(practice, "other").await;
    let body = patient("other", "a");
    let kept = practice.bearing(&token, "PUT /other/fhir/Patient/a", &body);
    assert_eq!(kept.await.status, 201);
    let own = practice
        .bearing(&token, "GET /other/fhir/Patient", "")
        .await;
    assert_eq!(own.status, 200, "it works at home");
    token
}

#[tokio::test]
async fn every_route_gives_everybody_the_answer_that_was_decided() {
    let routes = routes();
    let mut columns = Vec::new();
    for (who, name) in EVERYBODY {
        columns.push((name, answers(who, &routes).await));
    }
    insta::assert_snapshot!("access_matrix", table(&routes, &columns));
}

/// The verdicts, a line for each route and a column for each who asks.
pub(crate) fn table(routes: &[(&'static str, String)], columns: &[(&str, Vec<u16>)]) -> String {
    let widest = routes.iter().map(|(_, path)| path.len()).max().unwrap();
    let mut table = format!("{:6} {:widest$}", "", "");
    for (name, _) in columns {
        write!(table, " {name:>9}").unwrap();
    }
    for (row, (method, path)) in routes.iter().enumerate() {
        write!(table, "\n{:6} {path:widest$}", method.to_uppercase()).unwrap();
        for (_, column) in columns {
            write!(table, " {:>9}", column[row]).unwrap();
        }
    }
    table
}
