//! The documents from which an app learns where to ask for a token.

use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use crate::extract::Instance;
use crate::render;

/// `GET [base]/.well-known/smart-configuration` (SMART App Launch 2.2 §4).
pub async fn smart_configuration(Instance(instance): Instance) -> Response {
    public(instance.auth.smart_configuration())
}

/// `GET /.well-known/oauth-authorization-server/[instance]/auth` (RFC 8414 §3), and under the issuer.
pub async fn server_metadata(Instance(instance): Instance) -> Response {
    public(instance.auth.authorization_server_metadata())
}

fn public(document: &str) -> Response {
    let mut response = render::json(StatusCode::OK, document.as_bytes().to_vec());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
