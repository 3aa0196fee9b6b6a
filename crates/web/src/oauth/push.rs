//! `POST /[instance]/auth/par/`

use axum::response::{IntoResponse, Response};
use cresset_fhir::Kind;
use http::StatusCode;

use super::answer::{OauthForm, document, refused};
use crate::extract::{Instance, Peer};
use crate::failure::Failure;

/// Takes an authorization request ahead of the browser (RFC 9126).
pub(crate) async fn push(Instance(instance): Instance, peer: Peer, form: OauthForm) -> Response {
    let address = peer.subscriber().to_string();
    let answer = form
        .ask(async |request| instance.auth.push(request, &address).await)
        .await;
    match answer {
        Ok(Some(pushed)) => document(StatusCode::CREATED, pushed.body()),
        Ok(None) => {
            let text = "This practice takes no authorization requests ahead";
            Failure::new(Kind::NotFound, text).into_response()
        }
        Err(error) => refused(error),
    }
}
