//! Cross-origin access (the Fetch standard): any web app may ask, none gets the browser's cookies.
//!
//! A FHIR base and an authorization server know a caller by its bearer token or its secret, which a
//! page must hold to send. So `*` gives away nothing; credentials are never allowed.

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::path;

const SENT: HeaderValue = HeaderValue::from_static(
    "Accept, Authorization, Content-Encoding, Content-Type, DPoP, If-Match, If-Modified-Since, If-None-Exist, \
     If-None-Match, If-Unmodified-Since, Prefer, Range, X-Request-Id, X-Security-Context",
);
const READ: HeaderValue = HeaderValue::from_static(
    "Accept-Ranges, Content-Disposition, Content-Location, Content-Range, DPoP-Nonce, ETag, Last-Modified, Location, Retry-After, WWW-Authenticate, X-Progress, X-Request-Id, \
     fumage-correlation-id",
);

/// Whether other origins may ask at this path: FHIR bases and what of an authorization server is
/// for apps; not pages, and not where people are sent (RFC 9700 §2.6).
pub fn is_open(path: &str) -> bool {
    let mut parts = path::parts(path).skip(2);
    let is_endpoint =
        parts.next() == Some("auth") && parts.next().is_some_and(|part| !PAGES.contains(&part));
    is_fhir(path) || is_endpoint || path.starts_with("/.well-known/")
}

/// What lies under an authorization server and is for browsers.
const PAGES: [&str; 3] = ["applications", "authorize", "registrations"];

/// Whether a path lies under a FHIR base.
pub fn is_fhir(path: &str) -> bool {
    path::parts(path).nth(2) == Some("fhir")
}

/// The answer to `OPTIONS`, a preflight or not. `allow` are the methods the map has for the path.
pub fn options(allow: Option<&HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let methods = allow
        .and_then(|allow| allow.to_str().ok())
        .unwrap_or_default();
    let separator = if methods.is_empty() { "" } else { "," };
    if let Ok(methods) = HeaderValue::try_from(format!("{methods}{separator}OPTIONS")) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
        headers.insert(ALLOW, methods);
    }
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, SENT);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Lets a page of any origin read this answer; `asked` when one of them asks.
pub fn allow(asked: bool, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if asked {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    }
}
