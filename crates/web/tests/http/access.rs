//! Who is let in.

use axum::body::Body;
use http::Request;

use super::practice::Practice;

/// Every endpoint and method as nobody: what is public answers, the rest wants a token or a client.
#[tokio::test]
async fn strangers_see_what_is_public_and_nothing_else() {
    let practice = Practice::open().await;
    let public = [
        ("GET /", 200),
        ("GET /docs", 200),
        ("GET /docs/Patient", 200),
        ("GET /docs/Nothing", 404),
        ("GET /health", 200),
        ("GET /assets/cresset.css", 200),
        ("GET /assets/nothing", 404),
        ("GET /demo", 308),
        ("GET /demo/", 200),
        ("GET /demo/fhir/metadata", 200),
        ("GET /demo/fhir/.well-known/smart-configuration", 200),
        ("GET /demo/auth/.well-known/oauth-authorization-server", 200),
        ("GET /.well-known/oauth-authorization-server/demo/auth", 200),
        ("GET /nobody/fhir/metadata", 404),
        ("GET /nobody/fhir/Patient", 404),
        ("GET /nobody/", 404),
        ("POST /demo/auth/token/", 400),
        ("POST /demo/auth/token", 400),
        ("POST /demo/auth/revoke/", 400),
        ("POST /demo/auth/revoke_token/", 400),
        ("POST /demo/auth/introspect/", 400),
        ("GET /demo/auth/token/", 405),
        ("GET /demo/auth/nothing/", 404),
    ];
    for (line, expect) in public {
        assert_eq!(practice.stranger(line).await.status, expect, "{line}");
    }
    let paths = [
        "",
        "/",
        "/Patient",
        "/Patient/_search",
        "/Patient/x",
        "/Patient/x/_history",
        "/Patient/x/_history/1",
        "/Nothing",
        "/Nothing/x",
        "/a/b/c/d/e",
        "/Patient/%2e",
        "/$export",
        "/Patient/x/$everything",
    ];
    for path in paths {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            let line = format!("{method} /demo/fhir{path}");
            let answer = practice.stranger(&line).await;
            assert_eq!(answer.status, 401, "{line}");
            assert!(
                answer
                    .header("www-authenticate")
                    .starts_with("Bearer realm="),
                "{line}"
            );
            if method != "HEAD" {
                answer.refuses(401, "unknown Authentication failed");
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_taken_from_one_header_only() {
    let practice = Practice::open().await;
    let check = async |values: &[&str], expect: u16, challenge: &str| {
        let mut request = Request::get("/demo/fhir/Patient");
        for value in values {
            request = request.header("authorization", *value);
        }
        let answer = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, expect, "{values:?}");
        assert!(
            answer.header("www-authenticate").contains(challenge),
            "{answer:?}"
        );
    };
    let good = format!("Bearer {}", practice.token);
    check(&[&good], 200, "").await;
    check(&[&good.replace("Bearer", "bearer")], 200, "").await;
    check(&[&good, &good], 400, "invalid_request").await;
    check(&["Bearer"], 400, "invalid_request").await;
    check(&["Bearer x"], 401, "invalid_token").await;
    check(&[&good[..good.len() - 1]], 401, "invalid_token").await;
    check(
        &[&format!("Bearer {}", "x".repeat(8_000))],
        401,
        "invalid_token",
    )
    .await;
    check(&["Basic eDp5"], 401, "Bearer").await;
    let in_url = format!("/demo/fhir/Patient?access_token={}", practice.token);
    assert_eq!(
        practice.stranger(&format!("GET {in_url}")).await.status,
        401
    );
    let in_form = format!("access_token={}", practice.token);
    assert_eq!(
        practice
            .form("/demo/fhir/Patient/_search", &in_form)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_token_ends_and_belongs_to_one_practice() {
    let practice = Practice::open().await;
    let elsewhere = Request::get("/other/fhir/Patient")
        .header("authorization", format!("Bearer {}", practice.token));
    let answer = practice.send(elsewhere.body(Body::empty()).unwrap()).await;
    answer.refuses(401, "Authentication failed");
    assert_eq!(practice.ask("GET /Patient", "").await.status, 200);
    practice.clock.advance_seconds(36_001);
    let expired = practice.ask("GET /Patient", "").await;
    expired.refuses(401, "expired");
    assert!(
        expired
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
}

#[tokio::test]
async fn scopes_decide_what_can_be_done() {
    let mut practice = Practice::open().await;
    let id = practice
        .create("Patient", r#"{"resourceType":"Patient","active":true}"#)
        .await;
    practice.token = practice
        .token_for("system/Patient.r system/Observation.s")
        .await;
    let body = r#"{"resourceType":"Patient","active":true}"#;
    assert_eq!(
        practice.ask(&format!("GET /Patient/{id}"), "").await.status,
        200
    );
    assert_eq!(
        practice
            .ask(&format!("GET /Patient/{id}/_history"), "")
            .await
            .status,
        200
    );
    assert_eq!(practice.ask("GET /Observation", "").await.status, 200);
    for line in [
        "GET /Patient",
        "GET /Observation/x",
        "POST /Patient",
        "DELETE /Patient/x",
        "GET /Encounter/x",
    ] {
        let answer = practice
            .ask(line, if line.starts_with("POST") { body } else { "" })
            .await;
        answer.refuses(403, "forbidden Authorization failed");
        assert!(
            answer
                .header("www-authenticate")
                .contains("insufficient_scope"),
            "{line}"
        );
    }
}
