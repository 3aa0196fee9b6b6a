//! Addresses where nothing is.

use askama::Template;
use axum::response::{IntoResponse, Response};
use cresset_fhir::Kind;
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};

use super::page::page;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "lost.html")]
struct Lost;

/// A page for a browser, an `OperationOutcome` for everybody else.
pub async fn lost(headers: HeaderMap) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = if accept.contains("text/html") {
        no_such_page()
    } else {
        Err(Failure::new(Kind::NotFound, "There is nothing at this address"))
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// 405 for a page.
pub async fn wrong_method() -> Failure {
    Failure::new(Kind::NotSupported, "Operation is not supported")
}

/// The page that says that there is none.
pub(super) fn no_such_page() -> Result<Response, Failure> {
    page(StatusCode::NOT_FOUND, &Lost)
}
