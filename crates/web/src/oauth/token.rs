//! `POST /[instance]/auth/token/`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use cresset_auth::Asker;
use http::StatusCode;

use super::answer::{OauthForm, document, noting, recorded, refused};
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
    let name = match form.get("grant_type") {
        Some("refresh_token") => "refresh",
        _ => "token",
    };
    let asker = Arc::new(Asker::default());
    let note = noting(&app, &occasion, (name, &asker));
    let request = form.ask(&asker, async |request| instance.auth.token(request).await);
    let answer = note.along(request).await;
    let answer = match answer {
        Ok(token) => document(StatusCode::OK, token.body().expose().clone()),
        Err(error) => refused(error),
    };
    if note.is_kept() {
        return Ok(answer);
    }
    recorded((&app, &instance), &occasion, (name, &asker), answer).await
}
