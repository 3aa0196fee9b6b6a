//! `POST /[instance]/auth/revoke/`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use cresset_auth::Asker;
use http::StatusCode;

use super::answer::{OauthForm, noting, recorded, refused};
use crate::app::App;
use crate::audit::Occasion;
use crate::extract::Instance;
use crate::failure::Failure;
use crate::render;

/// Ends a token (RFC 7009).
pub(crate) async fn revoke(
    State(app): State<App>,
    Instance(at): Instance,
    occasion: Occasion,
    form: OauthForm,
) -> Result<Response, Failure> {
    let instance = form.practice(&app, at).await?;
    let asker = Arc::new(Asker::default());
    let note = noting(&app, &occasion, ("token-revoke", &asker));
    let request = form.ask(&asker, async |request| instance.auth.revoke(request).await);
    let answer = note.along(request).await;
    let answer = match answer {
        Ok(()) => render::empty(StatusCode::OK),
        Err(error) => refused(error),
    };
    if note.is_kept() {
        return Ok(answer);
    }
    recorded(
        (&app, &instance),
        &occasion,
        ("token-revoke", &asker),
        answer,
    )
    .await
}
