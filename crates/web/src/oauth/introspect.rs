//! `POST /[instance]/auth/introspect/`

use axum::response::Response;
use http::StatusCode;

use super::answer::{OauthForm, document, refused};
use crate::extract::Instance;
use crate::failure::Failure;

/// Says what a token is (RFC 7662).
pub(crate) async fn introspect(
    Instance(instance): Instance,
    form: OauthForm,
) -> Result<Response, Failure> {
    let answer = form
        .ask(async |request| instance.auth.introspect(request).await)
        .await;
    Ok(match answer {
        Ok(introspection) => document(StatusCode::OK, introspection.body()),
        Err(error) => refused(error),
    })
}
