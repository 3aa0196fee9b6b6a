//! What every answer carries.

use axum::body::Body;
use cresset_store::grant::ClientType;
use http::Request;

use super::launch::{SCOPES, details};
use super::practice::Practice;

#[tokio::test]
async fn every_answer_has_a_correlation_id_and_is_not_sniffed() {
    let practice = Practice::open().await;
    for line in [
        "GET /",
        "GET /health",
        "GET /nowhere",
        "GET /demo/",
        "GET /demo/fhir/metadata",
        "GET /demo/fhir/Patient",
        "GET /unknown/fhir/metadata",
        "DELETE /",
        "OPTIONS /demo/fhir/Patient",
        "POST /demo/auth/token/",
        "GET /demo/auth/token/",
        "GET /assets/cresset.css",
    ] {
        let answer = practice.stranger(line).await;
        let id = answer.header("fumage-correlation-id");
        assert_eq!(id.len(), 32, "{line}");
        assert_eq!(answer.header("x-request-id"), id, "{line}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{line}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{line}");
    }
}

#[tokio::test]
async fn a_sane_request_id_is_echoed() {
    let practice = Practice::open().await;
    let check = async |sent: &str, echoed: bool| {
        let answer = practice
            .ask_with("GET /Patient/x", "", ("x-request-id", sent))
            .await;
        assert_eq!(answer.header("x-request-id") == sent, echoed, "{sent}");
        assert_eq!(answer.header("fumage-correlation-id").len(), 32);
    };
    check("abc-123:{x}", true).await;
    check(&"x".repeat(128), true).await;
    check(&"x".repeat(129), false).await;
    check("two words", false).await;
    check("", false).await;
}

#[tokio::test]
async fn protected_answers_are_not_kept() {
    let practice = Practice::open().await;
    for line in ["GET /Patient", "GET /Patient/x", "GET /Nothing"] {
        let answer = practice.ask(line, "").await;
        assert_eq!(answer.header("cache-control"), "no-store", "{line}");
        assert!(answer.header("vary").contains("Authorization"), "{line}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let practice = Practice::open().await;
    let id = practice
        .create("Patient", r#"{"resourceType":"Patient","active":true}"#)
        .await;
    let get = practice.ask(&format!("GET /Patient/{id}"), "").await;
    let head = practice.ask(&format!("HEAD /Patient/{id}"), "").await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
    let lost = practice.ask("HEAD /Patient/x", "").await;
    assert_eq!((lost.status.as_u16(), lost.body.len()), (404, 0));
}

#[tokio::test]
async fn other_origins_may_ask_without_credentials() {
    let practice = Practice::open().await;
    let preflight = practice.stranger("OPTIONS /demo/fhir/Patient/1").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert!(
        preflight
            .header("access-control-allow-methods")
            .contains("PUT")
    );
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("Authorization")
    );
    assert_eq!(
        preflight.header("allow"),
        "GET,HEAD,PUT,PATCH,DELETE,OPTIONS"
    );
    let of_type = practice.stranger("OPTIONS /demo/fhir/Patient").await;
    assert_eq!(
        of_type.header("allow"),
        "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS"
    );
    let token = practice.stranger("OPTIONS /demo/auth/token/").await;
    assert_eq!(token.header("access-control-allow-methods"), "POST,OPTIONS");
    assert_eq!(preflight.header("access-control-allow-credentials"), "");

    let answer = practice
        .ask_with("GET /Patient/x", "", ("origin", "https://app.example"))
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("access-control-expose-headers")
            .contains("ETag")
    );
    let page = practice.stranger("GET /").await;
    assert_eq!(page.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn where_tokens_are_made_only_origins_of_apps_may_read() {
    let practice = Practice::open().await;
    let mut of_public = details(ClientType::Public);
    of_public.redirect_uris = vec![
        "https://app.example/cb".to_owned(),
        "http://localhost:3000/cb".to_owned(),
        "com.example.app:/cb".to_owned(),
    ];
    let app = practice.people_app(SCOPES, of_public).await;
    let check = async |line: &str, origin: &str, expect: &str| {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path);
        let request = request.header("origin", origin).body(Body::empty());
        let answer = practice.send(request.unwrap()).await;
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, expect, "{line} {origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(
            answer.header("vary").contains("Origin"),
            expect != "*",
            "{line} {origin}"
        );
    };
    for endpoint in ["token/", "introspect/", "revoke/", "par/"] {
        for method in ["OPTIONS", "POST"] {
            let line = format!("{method} /demo/auth/{endpoint}");
            check(&line, "https://app.example", "https://app.example").await;
            check(&line, "http://localhost:4567", "http://localhost:4567").await;
            for foreign in [
                "https://evil.example",
                "https://app.example:8443",
                "https://app.example.evil.example",
                "http://app.example",
                "com.example.app:",
                "null",
            ] {
                check(&line, foreign, "").await;
            }
            let elsewhere = format!("{method} /other/auth/{endpoint}");
            check(&elsewhere, "https://app.example", "").await;
        }
    }
    for line in [
        "GET /demo/fhir/.well-known/smart-configuration",
        "GET /demo/auth/jwks",
        "OPTIONS /demo/fhir/Patient",
    ] {
        check(line, "https://evil.example", "*").await;
    }
    practice.auth().disable_app(&app.client_id).await.unwrap();
    practice.clock.advance_seconds(60);
    check("OPTIONS /demo/auth/token/", "https://app.example", "").await;
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let practice = Practice::open().await;
    let check = async |line: &str, allow: &str| {
        let answer = practice.ask(line, "").await;
        answer.refuses(405, "not-supported Operation is not supported");
        assert_eq!(answer.header("allow"), allow, "{line}");
    };
    check("POST /Patient/1", "GET,HEAD,PUT,PATCH,DELETE").await;
    check("BREW /Patient", "GET,HEAD,POST,PUT,PATCH,DELETE").await;
    check("POST /Patient/_history", "GET,HEAD").await;
    check("GET /Patient/_search", "POST").await;
    check("POST /metadata", "GET,HEAD").await;
    check("TRACE /Patient/1", "GET,HEAD,PUT,PATCH,DELETE").await;
    check("BREW /Patient/1", "GET,HEAD,PUT,PATCH,DELETE").await;
}
