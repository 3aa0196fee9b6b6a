//! Media types: `Accept`, `_format`, `Content-Type`.

use cresset_fhir::{Fault, Kind};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Uri};

use crate::failure::Failure;

/// Ranges of `Accept` that are looked at.
const RANGES_MAX: usize = 64;

const READABLE: [&str; 3] = ["application/fhir+json", "application/json", "text/json"];

/// Checks that the caller takes JSON. `_format` outweighs `Accept` (R4 3.1.0.1.11).
///
/// # Errors
/// 400 for a `_format` that is no format, 406 for one that is not served.
pub fn acceptable(uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
    let format = uri.query().and_then(|query| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("_format="))
    });
    if let Some(format) = format {
        return known_format(format);
    }
    let mut ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(RANGES_MAX)
        .peekable();
    if ranges.peek().is_none() || ranges.any(is_json_range) {
        return Ok(());
    }
    Err(Failure::new(
        Kind::NotAcceptable,
        "The server answers with application/fhir+json only",
    ))
}

fn known_format(format: &str) -> Result<(), Failure> {
    // A '+' of a media type arrives as itself, as a space, or escaped.
    let format = format
        .replace("%2B", "+")
        .replace("%2b", "+")
        .replace("%2F", "/")
        .replace("%2f", "/");
    let format = format.replace("%20", "+").to_ascii_lowercase();
    let essence = format.split(';').next().unwrap_or_default();
    if essence == "json" || READABLE.contains(&essence) {
        return Ok(());
    }
    let text = "Invalid response format specified for '_format' parameter";
    Err(Fault::new(Kind::Structure, text).into())
}

fn is_json_range(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
    !refused
        && (matches!(essence.as_str(), "*/*" | "application/*" | "text/*")
            || READABLE.contains(&essence.as_str()))
}

/// Checks that a body is JSON in UTF-8, as its `Content-Type` says.
///
/// # Errors
/// 415 when it says otherwise or says nothing.
pub fn is_json_body(headers: &HeaderMap) -> Result<(), Failure> {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let foreign_charset = parts
        .filter_map(|part| part.split_once('='))
        .any(|(name, value)| name.eq_ignore_ascii_case("charset") && !is_utf8(value));
    if READABLE.contains(&essence.as_str()) && !foreign_charset {
        return Ok(());
    }
    let text = "The body must be sent as Content-Type: application/fhir+json in UTF-8";
    Err(Failure::new(Kind::UnsupportedMediaType, text))
}

/// Whether a browser asks.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim_matches('"');
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| charset.eq_ignore_ascii_case(known))
}

/// Whether a body is a form, as its `Content-Type` says.
pub fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
