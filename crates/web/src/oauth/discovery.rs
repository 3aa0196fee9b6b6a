//! The documents from which an app learns where to ask for a token.

use axum::extract::{Path, State};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::extract::Instance;
use crate::failure::Failure;
use crate::render;

/// `GET [base]/.well-known/smart-configuration` (SMART App Launch 2.2 §4).
pub(crate) async fn smart_configuration(Instance(instance): Instance) -> Response {
    public(instance.auth.smart_configuration())
}

/// `GET /.well-known/oauth-authorization-server/[instance]/auth` (RFC 8414 §3), and under the issuer.
pub(crate) async fn server_metadata(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let instance = app.instances().open(&name).await?;
    Ok(public(instance.auth.authorization_server_metadata()))
}

pub(super) fn public(document: &str) -> Response {
    let mut response = render::json(StatusCode::OK, document.as_bytes().to_vec());
    response.headers_mut().insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}
