//! Content as itself: whole, or the part a caller asks for (RFC 9110 §14).

use axum::body::Body;
use axum::response::Response;
use cresset_fhir::content::Content;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::extract::Range;
use crate::render;

/// R4 §2.44.1: the resource whose readers may read a `Binary`.
pub(crate) const SECURITY_CONTEXT: HeaderName = HeaderName::from_static("x-security-context");

/// Whatever the content claims to be, it runs nothing and is shown by nobody's page.
const HARMLESS: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// The part of a body a request asks for.
enum Part {
    Whole,
    /// First and last byte.
    Range(usize, usize),
    Unsatisfiable,
}

/// The content, or the part that is asked for.
pub(crate) fn content(content: Content, range: &Range) -> Response {
    let length = content.bytes.len();
    let (status, body, range) = match part(range, length) {
        Part::Whole => (StatusCode::OK, content.bytes, None),
        Part::Range(first, last) => (
            StatusCode::PARTIAL_CONTENT,
            content.bytes.slice(first..=last),
            Some(format!("bytes {first}-{last}/{length}")),
        ),
        Part::Unsatisfiable => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            bytes::Bytes::new(),
            Some(format!("bytes */{length}")),
        ),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let media_type = HeaderValue::try_from(content.media_type);
    let octets = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, media_type.unwrap_or(octets));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(CONTENT_SECURITY_POLICY, HARMLESS);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let readers = content.security_context.map(HeaderValue::try_from);
    for (name, value) in [
        (CONTENT_RANGE, range.map(HeaderValue::try_from)),
        (SECURITY_CONTEXT, readers),
    ] {
        if let Some(Ok(value)) = value {
            headers.insert(name, value);
        }
    }
    render::protect(headers);
    response
}

/// One range is served; several give the whole, as RFC 9110 §14.2 allows.
fn part(Range(range): &Range, length: usize) -> Part {
    let range = range
        .as_ref()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("bytes="))
        .and_then(|value| value.trim().split_once('-'));
    let Some((first, last)) = range else {
        return Part::Whole;
    };
    let number = |text: &str| text.parse::<usize>().ok();
    match (first, last) {
        ("", suffix) => match number(suffix) {
            Some(0) => Part::Unsatisfiable,
            Some(_) if length == 0 => Part::Unsatisfiable,
            Some(suffix) => Part::Range(length.saturating_sub(suffix), length - 1),
            None => Part::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), _) if first >= length => Part::Unsatisfiable,
            (Some(first), Some(last)) if first <= last => Part::Range(first, last.min(length - 1)),
            (Some(first), None) if last.is_empty() => Part::Range(first, length - 1),
            _ => Part::Whole,
        },
    }
}
