//! Bytes as answers.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::pretty::pretty;
use cresset_store::Version;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::http_date;

/// The one format of FHIR answers.
pub const FHIR_JSON: HeaderValue = HeaderValue::from_static("application/fhir+json");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const VARIES: HeaderValue = HeaderValue::from_static("Accept, Authorization");

/// Headers of an ordinary answer: room for them is made once.
const HEADERS: usize = 12;

/// How a FHIR answer is laid out (`_pretty`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// As stored.
    Compact,
    /// Indented for people.
    Pretty,
}

/// A FHIR answer that nobody may keep.
pub fn fhir(status: StatusCode, body: Bytes, layout: Layout) -> Response {
    let body = match layout {
        Layout::Compact => body,
        Layout::Pretty => Bytes::from(pretty(&body)),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(CONTENT_TYPE, FHIR_JSON);
    protect(headers);
    response
}

/// An answer without a body that nobody may keep.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    protect(response.headers_mut());
    response
}

/// A JSON document that is not a resource (OAuth, discovery).
pub fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// Marks an answer as one caller's alone.
pub fn protect(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(VARY, VARIES);
}

/// Writes `ETag` and `Last-Modified` of a version.
pub fn version_headers(version: &Version, headers: &mut HeaderMap) {
    if let Ok(tag) = HeaderValue::try_from(format!("W/\"{}\"", version.version)) {
        headers.insert(ETAG, tag);
    }
    if let Some(date) = http_date::header(version.last_updated) {
        headers.insert(LAST_MODIFIED, date);
    }
}
