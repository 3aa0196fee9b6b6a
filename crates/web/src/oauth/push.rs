//! `POST /[instance]/auth/par/`

use axum::extract::State;
use axum::response::Response;
use cresset_auth::Asker;
use cresset_fhir::Kind;
use http::StatusCode;

use super::answer::{OauthForm, document, recorded, refused};
use crate::app::App;
use crate::audit::Occasion;
use crate::extract::{Instance, Peer};
use crate::failure::Failure;

/// Takes an authorization request ahead of the browser (RFC 9126).
pub(crate) async fn push(
    State(app): State<App>,
    Instance(at): Instance,
    (peer, occasion): (Peer, Occasion),
    form: OauthForm,
) -> Result<Response, Failure> {
    let instance = form.practice(&app, at).await?;
    let address = peer.subscriber().to_string();
    let asker = Asker::default();
    let answer = form
        .ask(&asker, async |request| {
            instance.auth.push(request, &address).await
        })
        .await;
    let answer = match answer {
        Ok(Some(pushed)) => document(StatusCode::CREATED, pushed.body()),
        Ok(None) => {
            let text = "This practice takes no authorization requests ahead";
            return Err(Failure::new(Kind::NotFound, text));
        }
        Err(error) => refused(error),
    };
    recorded((&app, &instance), &occasion, ("push", &asker), answer).await
}
