//! `POST /[instance]/auth/introspect/`

use axum::extract::State;
use axum::response::Response;
use cresset_auth::Asker;
use http::StatusCode;

use super::answer::{OauthForm, document, recorded, refused};
use crate::app::App;
use crate::audit::Occasion;
use crate::extract::Instance;
use crate::failure::Failure;

/// Says what a token is (RFC 7662).
pub(crate) async fn introspect(
    State(app): State<App>,
    Instance(at): Instance,
    occasion: Occasion,
    form: OauthForm,
) -> Result<Response, Failure> {
    let instance = form.practice(&app, at).await?;
    let asker = Asker::default();
    let answer = form
        .ask(&asker, async |request| {
            instance.auth.introspect(request).await
        })
        .await;
    let answer = match answer {
        Ok(introspection) => document(StatusCode::OK, introspection.body()),
        Err(error) => refused(error),
    };
    recorded((&app, &instance), &occasion, ("introspect", &asker), answer).await
}
