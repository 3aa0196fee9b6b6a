//! Who gets in: bearer tokens and the token endpoint.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, RequestBuilder};

use crate::client::Client;
use crate::resources::patient;
use crate::server::{Server, Setup};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn nobody_reaches_only_what_is_public() {
    let server = Server::start(&[Setup::of("alpha")]).await;
    let nobody = server.nobody("alpha");
    for public in ["metadata", ".well-known/smart-configuration"] {
        nobody.get(public).await.expect_status(200);
    }
    for (method, path) in [
        ("GET", "Patient"),
        ("HEAD", "Patient"),
        ("POST", "Patient"),
        ("POST", "Patient/_search"),
        ("GET", "Patient/1"),
        ("PUT", "Patient/1"),
        ("DELETE", "Patient/1"),
        ("GET", "Patient/1/_history"),
        ("GET", "Patient/1/_history/1"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = nobody.send(nobody.request(method.clone(), path)).await;
        assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text);
        assert!(
            answer.header("www-authenticate").starts_with("Bearer"),
            "{:?}",
            answer.headers
        );
        if method != Method::HEAD {
            answer.issues();
        }
    }
}

#[tokio::test]
async fn a_token_is_taken_from_one_place_in_one_form() {
    let (_server, client) = Server::alone().await;
    let token = client.token.clone().expect("a token");
    let ask = || client.plain(Method::GET, "/fhir/Patient");
    client
        .send(ask().header(AUTHORIZATION, format!("Bearer {token}")))
        .await
        .expect_status(200);
    for header in [
        "Bearer",
        "Bearer ",
        "Basic eDp5",
        "Bearer a b",
        "Bearer \u{e4}",
        &token,
        &format!("Bearer {token}x"),
        &format!("Bearer {}", token.get(1..).expect("a tail")),
    ] {
        assert_refused(&client, ask().header(AUTHORIZATION, header), header).await;
    }
    let both = ask()
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(AUTHORIZATION, format!("Bearer {token}"));
    assert_refused(&client, both, "two headers").await;
    assert_refused(
        &client,
        client.plain(Method::GET, &format!("/fhir/Patient?access_token={token}")),
        "in the address",
    )
    .await;
    let form = client
        .plain(Method::POST, "/fhir/Patient/_search")
        .form(&[("access_token", token.as_str())]);
    assert_refused(&client, form, "in a form").await;
    let long = format!("Bearer {}", "x".repeat(16 << 10));
    assert_refused(&client, ask().header(AUTHORIZATION, long), "16 kB").await;
    // What is too long to be headers at all is refused before there is a request to correlate.
    let megabyte = format!("Bearer {}", "x".repeat(1 << 20));
    if let Ok(answer) = ask().header(AUTHORIZATION, megabyte).send().await {
        assert_eq!(answer.status().as_u16(), 431);
    }
}

async fn assert_refused(client: &Client, request: RequestBuilder, why: &str) {
    let answer = client.send(request).await;
    assert!(
        [400, 401].contains(&answer.status),
        "{why}: {} {}",
        answer.status,
        answer.text
    );
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    let server = Server::start(&[Setup::of("alpha")]).await;
    let app = server.app("alpha");
    let nobody = server.nobody("alpha");
    let basic = |path: &str| {
        nobody
            .plain(Method::POST, path)
            .basic_auth(&app.client_id, Some(&app.client_secret))
    };
    let answer = nobody
        .send(basic("/auth/token/").form(&[GRANT]))
        .await
        .expect_status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let client = nobody.bearing(&token);
    client.get("Patient").await.expect_status(200);
    let known = nobody
        .send(basic("/auth/introspect/").form(&[("token", &token)]))
        .await
        .expect_status(200);
    assert_eq!(known.json()["active"], true);
    nobody
        .send(basic("/auth/revoke/").form(&[("token", &token)]))
        .await
        .expect_status(200);
    client.get("Patient").await.expect_status(401);
    let unknown = nobody
        .send(basic("/auth/introspect/").form(&[("token", &token)]))
        .await
        .expect_status(200);
    assert_eq!(unknown.text, r#"{"active":false}"#);
}

#[tokio::test]
async fn a_token_ends_when_it_says() {
    let lasts_a_second = ["--token-lifetime", "1"];
    let server = Server::start(&[Setup {
        settings: &lasts_a_second,
        ..Setup::of("alpha")
    }])
    .await;
    let client = server.caller("alpha", "system/Patient.rs").await;
    let begun = Instant::now();
    loop {
        let answer = client.get("Patient").await;
        if answer.status == 401 {
            assert!(
                answer.header("www-authenticate").contains("invalid_token"),
                "{:?}",
                answer.headers
            );
            return;
        }
        answer.expect_status(200);
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "the token does not end"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_token_request_that_is_wrong_says_what_to_change() {
    let server = Server::start(&[Setup {
        scopes: "system/Patient.rs",
        ..Setup::of("alpha")
    }])
    .await;
    let app = server.app("alpha");
    let nobody = server.nobody("alpha");
    let ask = || nobody.plain(Method::POST, "/auth/token/");
    let basic = |secret: &str| ask().basic_auth(&app.client_id, Some(secret));
    let secret = app.client_secret.as_str();
    for (request, status, error) in [
        (ask().form(&[GRANT]), 401, "invalid_client"),
        (basic("wrong").form(&[GRANT]), 401, "invalid_client"),
        (
            ask().basic_auth("nobody", Some(secret)).form(&[GRANT]),
            401,
            "invalid_client",
        ),
        (basic(secret).form(&[("a", "b")]), 400, "invalid_request"),
        (
            basic(secret).form(&[("grant_type", "password")]),
            400,
            "unsupported_grant_type",
        ),
        (basic(secret).form(&[GRANT, GRANT]), 400, "invalid_request"),
        (
            basic(secret).form(&[GRANT, ("scope", "system/Patient.sr")]),
            400,
            "invalid_scope",
        ),
        (
            basic(secret).form(&[GRANT, ("scope", "system/Observation.rs")]),
            400,
            "invalid_scope",
        ),
        (
            basic(secret).form(&[
                GRANT,
                ("client_id", &app.client_id),
                ("client_secret", secret),
            ]),
            400,
            "invalid_request",
        ),
    ] {
        let answer = nobody.send(request).await;
        let json = answer.json();
        assert_eq!(
            (answer.status, json["error"].as_str()),
            (status, Some(error)),
            "{}",
            answer.text
        );
        assert!(
            json["error_description"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{}",
            answer.text
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_app_look_the_same() {
    let server = Server::start(&[Setup::of("alpha")]).await;
    let app = server.app("alpha");
    let nobody = server.nobody("alpha");
    let answer = async |id: &str| {
        let asked = nobody
            .plain(Method::POST, "/auth/token/")
            .basic_auth(id, Some("wrong"))
            .form(&[GRANT]);
        nobody.send(asked).await
    };
    let (wrong, unknown) = (
        answer(&app.client_id).await,
        answer("00000000-0000-0000-0000-000000000000").await,
    );
    assert_eq!((wrong.status, &wrong.text), (unknown.status, &unknown.text));
    let names = |answer: &crate::client::Answer| {
        answer
            .headers
            .keys()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&wrong), names(&unknown));
}

#[tokio::test]
async fn an_omitted_scope_is_what_the_app_may_have() {
    let server = Server::start(&[Setup {
        scopes: "system/Patient.rs system/Observation.r",
        ..Setup::of("alpha")
    }])
    .await;
    let app = server.app("alpha");
    let nobody = server.nobody("alpha");
    let form = [
        GRANT,
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.as_str()),
    ];
    let answer = nobody
        .send(nobody.plain(Method::POST, "/auth/token/").form(&form))
        .await
        .expect_status(200)
        .json();
    let granted: BTreeSet<_> = answer["scope"]
        .as_str()
        .expect("scopes")
        .split(' ')
        .map(str::to_owned)
        .collect();
    assert_eq!(
        granted,
        ["system/Patient.rs", "system/Observation.r"]
            .map(str::to_owned)
            .into()
    );
    assert_eq!(
        (answer["token_type"].as_str(), answer["expires_in"].as_u64()),
        (Some("Bearer"), Some(36_000))
    );
}

#[tokio::test]
async fn no_plain_secret_or_token_is_on_the_disk() {
    let server = Server::start(&[Setup::of("alpha")]).await;
    let app = server.app("alpha");
    let client = server.caller("alpha", "system/*.cruds").await;
    client
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201);
    let token = client.token.clone().expect("a token");
    for file in server.files() {
        for secret in [token.as_str(), app.client_secret.as_str()] {
            assert!(
                !file
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes()),
                "a secret is on the disk"
            );
        }
    }
}
