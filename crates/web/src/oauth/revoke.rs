//! `POST /[instance]/auth/revoke/`

use axum::extract::State;
use axum::response::Response;
use cresset_auth::Asker;
use http::StatusCode;

use super::answer::{OauthForm, recorded, refused};
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
    let asker = Asker::default();
    let answer = form
        .ask(&asker, async |request| instance.auth.revoke(request).await)
        .await;
    let answer = match answer {
        Ok(()) => render::empty(StatusCode::OK),
        Err(error) => refused(error),
    };
    recorded(
        (&app, &instance),
        &occasion,
        ("token-revoke", &asker),
        answer,
    )
    .await
}
