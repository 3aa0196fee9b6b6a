//! `POST /[instance]/auth/token/`

use axum::response::Response;
use http::StatusCode;

use super::answer::{OauthForm, document, refused};
use crate::extract::Instance;
use crate::failure::Failure;

/// Exchanges a grant for an access token (RFC 6749 §3.2).
pub(crate) async fn token(
    Instance(instance): Instance,
    form: OauthForm,
) -> Result<Response, Failure> {
    let answer = form
        .ask(async |request| instance.auth.token(request).await)
        .await;
    Ok(match answer {
        Ok(token) => document(StatusCode::OK, token.body().expose().clone()),
        Err(error) => refused(error),
    })
}
