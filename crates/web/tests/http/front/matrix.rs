//! Who gets what answer at a front: every route of the map with every method it takes.

use axum::body::Body;
use cresset_store::user::Role;

use super::{FRONT, practices, tokens};
use crate::http::access_matrix::{address, request, routes, table};
use crate::http::backend::backend;
use crate::http::canaries;

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    Nobody,
    /// Staff of a practice behind it, signed in there.
    Staff,
    /// An app that one practice registered at the front.
    AppOfDemo,
    /// The same of the other.
    AppOfOther,
    /// An app that a practice registered at its own base.
    OwnApp,
    /// An app of the front itself.
    AppOfFront,
}

const EVERYBODY: [(Who, &str); 6] = [
    (Who::Nobody, "nobody"),
    (Who::Staff, "staff"),
    (Who::AppOfDemo, "demo's"),
    (Who::AppOfOther, "other's"),
    (Who::OwnApp, "own base"),
    (Who::AppOfFront, "front's"),
];

/// The answers one of them gets, in the order of the routes.
async fn answers(who: Who, routes: &[(&'static str, String)]) -> Vec<u16> {
    let practice = practices().await;
    let [demo, other] = tokens(&practice).await;
    let token = match who {
        Who::Nobody | Who::Staff => None,
        Who::AppOfDemo => Some(demo),
        Who::AppOfOther => Some(other),
        Who::OwnApp => Some(practice.token.clone()),
        Who::AppOfFront => {
            let app = backend(&practice.auth_of(FRONT).await).await;
            Some(app.token_at(&practice, FRONT).await)
        }
    };
    let mut browser = practice.browser();
    if matches!(who, Who::Staff) {
        practice.person(Role::Administrator, "me", "1").await;
        browser = practice.browser_of("me").await;
    }
    let mut statuses = Vec::new();
    for (method, path) in routes {
        let path = address(path).replace("/demo", "/clinics");
        let (mut request, body) = request(method, &path);
        if let Some(token) = &token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = if path.contains("/fhir") {
            practice.send(request.body(Body::from(body)).unwrap()).await
        } else {
            let request = request.header("sec-fetch-site", "same-origin");
            browser.send(request, body).await
        };
        statuses.push(answer.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn every_route_of_a_front_gives_everybody_the_answer_that_was_decided() {
    let routes = routes();
    let mut columns = Vec::new();
    for (who, name) in EVERYBODY {
        columns.push((name, answers(who, &routes).await));
    }
    insta::assert_snapshot!("access_matrix_of_a_front", table(&routes, &columns));
}

/// What each practice holds after the other's app did all it could is its own.
#[tokio::test]
async fn whatever_an_app_does_at_the_front_the_other_practice_stays_as_it_was() {
    let practice = practices().await;
    let [demo, other] = tokens(&practice).await;
    for (method, path) in routes() {
        let path = address(&path).replace("/demo", "/clinics");
        let (request, body) = request(method, &path);
        let request = request.header("authorization", format!("Bearer {demo}"));
        practice.send(request.body(Body::from(body)).unwrap()).await;
    }
    let line = "GET /clinics/fhir/Patient/a";
    assert_eq!(practice.bearing(&demo, line, "").await.status, 410);
    let kept = practice.bearing(&other, line, "").await;
    assert_eq!(kept.json()["name"][0]["family"], canaries::of("other", "a"));
    assert_eq!(kept.json()["meta"]["versionId"], "1");
}
