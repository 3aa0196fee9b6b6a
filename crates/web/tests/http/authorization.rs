//! The authorization server's endpoints over HTTP.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use serde_json::json;

use super::practice::{HOST, Practice};

#[tokio::test]
async fn a_token_by_basic_and_by_form() {
    let practice = Practice::open().await;
    let basic = STANDARD.encode(format!("{}:{}", practice.client_id, practice.client_secret));
    let request = Request::post("/demo/auth/token")
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = practice
        .send(
            request
                .body(Body::from("grant_type=client_credentials"))
                .unwrap(),
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let token = answer.json();
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 36_000);
    assert_eq!(token["scope"], "system/*.cruds");
}

#[tokio::test]
async fn errors_are_oauth_documents() {
    let practice = Practice::open().await;
    let (id, secret) = (&practice.client_id, &practice.client_secret);
    let check = async |form: String, status: u16, code: &str| {
        let answer = practice.form("/demo/auth/token/", &form).await;
        assert_eq!(answer.status, status, "{form} {answer:?}");
        assert_eq!(answer.json()["error"], code, "{form}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
    };
    check(
        format!("client_id={id}&client_secret={secret}"),
        400,
        "invalid_request",
    )
    .await;
    check(
        format!("grant_type=password&client_id={id}&client_secret={secret}"),
        400,
        "unsupported_grant_type",
    )
    .await;
    check(
        format!("grant_type=client_credentials&client_id={id}&client_secret=x"),
        401,
        "invalid_client",
    )
    .await;
    check(
        "grant_type=client_credentials".to_owned(),
        401,
        "invalid_client",
    )
    .await;
    check(
        format!(
            "grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=nonsense"
        ),
        400,
        "invalid_scope",
    )
    .await;
    let no_form = Request::post("/demo/auth/token/").header("content-type", "application/json");
    let answer = practice.send(no_form.body(Body::from("{}")).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["error"]),
        (400, &json!("invalid_request"))
    );
}

#[tokio::test]
async fn a_token_can_be_looked_at_and_ended() {
    let practice = Practice::open().await;
    let (id, secret) = (&practice.client_id, &practice.client_secret);
    let form = format!(
        "client_id={id}&client_secret={secret}&token={}",
        practice.token
    );
    let active = practice.form("/demo/auth/introspect/", &form).await.json();
    assert_eq!(active["active"], true, "{active}");
    assert_eq!(active["client_id"], id.as_str());
    let unknown = format!("client_id={id}&client_secret={secret}&token=invalid_token_value");
    let inactive = practice.form("/demo/auth/introspect", &unknown).await;
    assert_eq!(inactive.json(), json!({ "active": false }));

    for path in ["/demo/auth/revoke/", "/demo/auth/revoke_token/"] {
        assert_eq!(practice.form(path, &form).await.status, 200);
    }
    practice
        .ask("GET /Patient", "")
        .await
        .refuses(401, "Authentication failed");
    assert_eq!(
        practice.form("/demo/auth/introspect", &form).await.json(),
        json!({ "active": false })
    );
}

#[tokio::test]
async fn discovery_names_configured_addresses_whatever_the_host_says() {
    let practice = Practice::open().await;
    for path in [
        "/demo/fhir/.well-known/smart-configuration",
        "/demo/auth/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/demo/auth",
    ] {
        let request = Request::get(path)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example");
        let answer = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(
            answer.json()["token_endpoint"],
            format!("{HOST}/demo/auth/token/"),
            "{path}"
        );
    }
}
