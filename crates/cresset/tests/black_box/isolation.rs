//! Two instances in one process share nothing.

use reqwest::Method;

use crate::client::Client;
use crate::resources::patient_with_id;
use crate::server::{Server, Setup};

async fn two() -> (Server, Client, Client) {
    let server = Server::start(&[Setup::of("alpha"), Setup::of("beta")]).await;
    let alpha = server.caller("alpha", "system/*.cruds").await;
    let beta = server.caller("beta", "system/*.cruds").await;
    (server, alpha, beta)
}

#[tokio::test]
async fn a_token_of_one_is_unknown_at_the_other() {
    let (server, alpha, beta) = two().await;
    alpha
        .put(
            "Patient/one",
            patient_with_id("one", &cresset_testkit::canary("alpha", 1)),
        )
        .await
        .expect_status(201);
    let stranger = server
        .nobody("beta")
        .bearing(alpha.token.as_deref().expect("a token"));
    for path in [
        "Patient",
        "Patient/one",
        "Patient/one/_history",
        "Patient?_summary=count",
    ] {
        stranger.get(path).await.expect_status(401);
    }
    stranger
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(401);
    assert_eq!(
        (alpha.count("Patient").await, beta.count("Patient").await),
        (1, 0)
    );
}

#[tokio::test]
async fn an_app_of_one_is_unknown_at_the_other() {
    let server = Server::start(&[Setup::of("alpha"), Setup::of("beta")]).await;
    let app = server.app("alpha");
    let beta = server.nobody("beta");
    let asked = beta
        .plain(Method::POST, "/auth/token/")
        .basic_auth(&app.client_id, Some(&app.client_secret));
    let answer = beta
        .send(asked.form(&[("grant_type", "client_credentials")]))
        .await
        .expect_status(401);
    assert_eq!(answer.json()["error"], "invalid_client");
}

#[tokio::test]
async fn the_same_id_in_both_is_two_resources() {
    let (_server, alpha, beta) = two().await;
    for (client, owner) in [(&alpha, "alpha"), (&beta, "beta")] {
        client
            .put(
                "Patient/one",
                patient_with_id("one", &cresset_testkit::canary(owner, 1)),
            )
            .await
            .expect_status(201);
    }
    alpha
        .put(
            "Patient/one",
            patient_with_id("one", &cresset_testkit::canary("alpha", 2)),
        )
        .await
        .expect_status(200);
    assert_eq!(alpha.get("Patient/one").await.header("etag"), r#"W/"2""#);
    assert_eq!(beta.get("Patient/one").await.header("etag"), r#"W/"1""#);
    // L06: the same address again and again, with the other's entity tag: never the other's answer.
    for _ in 0..200 {
        for (client, tag, status) in [
            (&alpha, r#"W/"2""#, 304),
            (&beta, r#"W/"2""#, 200),
            (&alpha, r#"W/"1""#, 200),
            (&beta, r#"W/"1""#, 304),
        ] {
            let asked = client
                .request(Method::GET, "Patient/one")
                .header("If-None-Match", tag);
            client.send(asked).await.expect_status(status);
            assert_eq!(
                client.get("Patient?family=CANARY").await.entry_ids(),
                ["one"]
            );
        }
    }
    beta.delete("Patient/one").await.expect_status(204);
    alpha.get("Patient/one").await.expect_status(200);
    beta.get("Patient/one").await.expect_status(410);
}

#[tokio::test]
async fn a_page_link_of_one_means_nothing_at_the_other() {
    let (_server, alpha, beta) = two().await;
    for (client, owner) in [(&alpha, "alpha"), (&beta, "beta")] {
        for n in 0..4 {
            let id = format!("p{n}");
            client
                .put(
                    &format!("Patient/{id}"),
                    patient_with_id(&id, &cresset_testkit::canary(owner, n)),
                )
                .await
                .expect_status(201);
        }
    }
    let next = alpha
        .get("Patient?_count=2")
        .await
        .link("next")
        .expect("a next page");
    let moved = next.replacen("/alpha/", "/beta/", 1);
    let (_, path) = moved
        .split_once("/fhir/")
        .expect("an address below the base");
    beta.get(path).await.expect_status(400).issues();
    let tampered = next.replacen("_count=2", "_count=3", 1);
    if tampered != next {
        let (_, path) = tampered
            .split_once("/fhir/")
            .expect("an address below the base");
        assert!([200, 400].contains(&alpha.get(path).await.status));
    }
}

#[tokio::test]
async fn an_instance_that_is_not_there_is_not_found() {
    let (server, alpha, _beta) = two().await;
    let token = alpha.token.expect("a token");
    for name in [
        "gamma",
        "ALPHA",
        "alpha%2F..%2Fbeta",
        "..",
        "%2e%2e",
        "alpha%00",
    ] {
        let stranger = server.nobody(name).bearing(&token);
        let answer = stranger.get("Patient").await;
        assert!(
            [400, 404].contains(&answer.status),
            "{name}: {} {}",
            answer.status,
            answer.text
        );
    }
}
