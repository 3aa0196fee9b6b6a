//! `POST /[instance]/auth/token/`

use axum::extract::State;
use axum::response::Response;
use cresset_auth::Asker;
use http::StatusCode;

use super::answer::{OauthForm, document, recorded, refused};
use crate::app::App;
use crate::audit::Occasion;
use crate::extract::Instance;
use crate::failure::Failure;

/// Exchanges a grant for an access token (RFC 6749 §3.2).
pub(crate) async fn token(
    State(app): State<App>,
    Instance(at): Instance,
    occasion: Occasion,
    form: OauthForm,
) -> Result<Response, Failure> {
    let instance = form.practice(&app, at).await?;
    let asker = Asker::default();
    let answer = form
        .ask(&asker, async |request| instance.auth.token(request).await)
        .await;
    let answer = match answer {
        Ok(token) => document(StatusCode::OK, token.body().expose().clone()),
        Err(error) => refused(error),
    };
    let name = match form.get("grant_type") {
        Some("refresh_token") => "refresh",
        _ => "token",
    };
    recorded((&app, &instance), &occasion, (name, &asker), answer).await
}
