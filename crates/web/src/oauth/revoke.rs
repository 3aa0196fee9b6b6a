//! `POST /[instance]/auth/revoke/`

use axum::response::Response;
use http::StatusCode;

use super::answer::{OauthForm, refused};
use crate::extract::Instance;
use crate::failure::Failure;
use crate::render;

/// Ends a token (RFC 7009).
pub(crate) async fn revoke(
    Instance(instance): Instance,
    form: OauthForm,
) -> Result<Response, Failure> {
    let answer = form
        .ask(async |request| instance.auth.revoke(request).await)
        .await;
    Ok(match answer {
        Ok(()) => render::empty(StatusCode::OK),
        Err(error) => refused(error),
    })
}
