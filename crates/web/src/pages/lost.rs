//! The page that says that there is none.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::page::page;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "lost.html")]
struct Lost;

/// 404 for a browser.
pub(super) fn no_such_page() -> Result<Response, Failure> {
    page(StatusCode::NOT_FOUND, &Lost)
}
