//! Addresses and methods that are not on the map. Under a FHIR base even these are told only to
//! callers with a token, so that a stranger learns nothing from the difference.

use axum::extract::{FromRequestParts, Request, State};
use cresset_fhir::Kind;
use http::Method;

use crate::app::App;
use crate::cors;
use crate::extract::Ask;
use crate::failure::Failure;

/// 404.
pub(crate) async fn nothing_here(State(app): State<App>, request: Request) -> Failure {
    match identified(&app, request).await {
        Ok(()) => Failure::new(Kind::NotFound, "There is nothing at this address"),
        Err(failure) => failure,
    }
}

/// 405; the router adds `Allow`.
pub(crate) async fn wrong_method(State(app): State<App>, request: Request) -> Failure {
    match identified(&app, request).await {
        Ok(()) => Failure::new(Kind::NotSupported, "Operation is not supported"),
        Err(failure) => failure,
    }
}

/// Under a FHIR base: passes only requests with a token.
async fn identified(app: &App, request: Request) -> Result<(), Failure> {
    let is_public = request.uri().path().ends_with("/metadata");
    let is_preflight = request.method() == Method::OPTIONS;
    if cors::is_fhir(request.uri().path()) && !is_public && !is_preflight {
        let (mut parts, _) = request.into_parts();
        Ask::from_request_parts(&mut parts, app).await?;
    }
    Ok(())
}
