//! Addresses and methods that are not on the map. Under a FHIR base even these are told only to
//! callers with a token, so that a stranger learns nothing from the difference.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use cresset_fhir::Kind;
use http::header::ACCEPT;

use crate::app::App;
use crate::cors;
use crate::extract::Ask;
use crate::failure::Failure;
use crate::pages;

/// 404, as a page for a browser.
pub(crate) async fn nothing_here(
    State(app): State<App>,
    request: Request,
) -> Result<Response, Failure> {
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    let wants_page = accept.is_some_and(|accept| accept.contains("text/html"));
    if wants_page && !cors::is_open(request.uri().path()) {
        return pages::no_such_page();
    }
    identified(&app, request).await?;
    Err(Failure::new(
        Kind::NotFound,
        "There is nothing at this address",
    ))
}

/// 405; the router adds `Allow`.
pub(crate) async fn wrong_method(State(app): State<App>, request: Request) -> Response {
    match identified(&app, request).await {
        Ok(()) => Failure::new(Kind::NotSupported, "Operation is not supported").into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// Under a FHIR base: passes only requests with a token.
async fn identified(app: &App, request: Request) -> Result<(), Failure> {
    let is_public = request.uri().path().ends_with("/metadata");
    if cors::is_fhir(request.uri().path()) && !is_public {
        let (mut parts, _) = request.into_parts();
        Ask::from_request_parts(&mut parts, app).await?;
    }
    Ok(())
}
