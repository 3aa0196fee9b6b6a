//! A failure as a page for a browser.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::lost::no_such_page;
use super::page::page;
use crate::correlation::Correlation;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "failed.html")]
struct Failed<'a> {
    text: &'a str,
    correlation: &'a str,
}

/// What happened, what to do, and the id to quote.
pub(crate) fn failed(failure: &Failure, correlation: &Correlation) -> Result<Response, Failure> {
    if failure.status() == StatusCode::NOT_FOUND {
        return no_such_page();
    }
    let template = Failed {
        text: failure.text(),
        correlation: correlation.as_str(),
    };
    page(failure.status(), &template)
}
