//! Cross-origin access (the Fetch standard): which web apps may read an answer; none gets the browser's
//! cookies.
//!
//! What is public, and a FHIR base, which knows a caller by the bearer token that a page must hold to
//! send, any may read. Where tokens are made and ended, only the apps of the practice
//! (SMART App Launch 2.2, docs/adr/0087-origins-of-apps.md).

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::app::App;
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

/// What of an authorization server an app asks that is registered already.
const OF_APPS: [&str; 6] = [
    "introspect",
    "par",
    "revoke",
    "revoke_token",
    "token",
    "userinfo",
];

/// The pages of which origins may read an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Those of this server.
    Own,
    /// Any.
    Any,
    /// The one that asks, of several that may.
    Asking,
    /// Those that may; the one that asks, if one does, is none of them.
    Others,
}

/// Who may read what is answered at this path to a page of this origin. At the base of a front an app is
/// of one of several practices, and a preflight names none: there any may.
pub async fn readers(app: &App, path: &str, origin: Option<&HeaderValue>) -> Readers {
    if !is_open(path) {
        return Readers::Own;
    }
    let mut parts = path::parts(path).skip(1);
    let (name, area, endpoint) = (parts.next(), parts.next(), parts.next());
    let is_of_apps = area == Some("auth") && endpoint.is_some_and(|part| OF_APPS.contains(&part));
    let Some(name) = name.filter(|_| is_of_apps) else {
        return Readers::Any;
    };
    let Some(origin) = origin.and_then(|origin| origin.to_str().ok()) else {
        return Readers::Others;
    };
    let Ok(instance) = app.instances().open(name).await else {
        return Readers::Others;
    };
    if instance.is_front() {
        return Readers::Any;
    }
    match instance.auth.is_origin_of_an_app(origin).await {
        Ok(true) => Readers::Asking,
        Ok(false) => Readers::Others,
        Err(error) => {
            tracing::warn!(instance = name, %error, "the origins of apps are not known");
            Readers::Others
        }
    }
}

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

/// Lets those pages read this answer who may; `origin` is of the one that asks.
pub fn allow(readers: Readers, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    if matches!(readers, Readers::Asking | Readers::Others) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    let allowed = match readers {
        Readers::Own | Readers::Others => return,
        Readers::Any => HeaderValue::from_static("*"),
        Readers::Asking => match origin {
            Some(origin) => origin.clone(),
            None => return,
        },
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if origin.is_some() {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    }
}
