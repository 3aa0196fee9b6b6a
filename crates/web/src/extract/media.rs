//! Media types: `Accept`, `_format`, `Content-Type`.

use cresset_fhir::{Fault, Kind};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

use crate::failure::Failure;
use crate::render::Format;

/// Ranges of `Accept` that are looked at.
const RANGES_MAX: usize = 64;

const JSON: [&str; 4] = [
    "application/fhir+json",
    "application/json",
    "text/json",
    "json",
];
const XML: [&str; 4] = ["application/fhir+xml", "application/xml", "text/xml", "xml"];

/// The format of a media type, or of the short name that `_format` allows.
fn format_of(essence: &str) -> Option<Format> {
    if JSON.contains(&essence) {
        Some(Format::Json)
    } else if XML.contains(&essence) {
        Some(Format::Xml)
    } else {
        None
    }
}

/// The format `_format` names.
///
/// # Errors
/// 400 for what is no format of this server.
pub fn named(format: &str) -> Result<Format, Failure> {
    // A '+' of a media type arrives as itself, as a space, or escaped.
    let format = format
        .replace("%2B", "+")
        .replace("%2b", "+")
        .replace("%2F", "/")
        .replace("%2f", "/");
    let format = format.replace("%20", "+").to_ascii_lowercase();
    let essence = format.split(';').next().unwrap_or_default();
    format_of(essence).ok_or_else(|| {
        let text = "Invalid response format specified for '_format' parameter";
        Fault::new(Kind::Structure, text).into()
    })
}

/// The format the caller takes with the highest weight (RFC 9110 §12.5.1); JSON where it does not
/// care.
///
/// # Errors
/// 406 when it takes neither.
pub fn accepted(headers: &HeaderMap) -> Result<Format, Failure> {
    let mut values = headers.get_all(ACCEPT).iter();
    // What nearly every app sends is spared the weighing.
    if let (Some(one), None) = (values.next(), values.next())
        && one == "application/fhir+json"
    {
        return Ok(Format::Json);
    }
    let mut ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(RANGES_MAX)
        .peekable();
    if ranges.peek().is_none() {
        return Ok(Format::Json);
    }
    let (mut json, mut xml) = (Weight::default(), Weight::default());
    for (at, range) in ranges.enumerate() {
        let (essence, q) = weighed(range);
        let found = |specific| Weight {
            specific,
            q,
            earliest: RANGES_MAX - at,
        };
        match (format_of(&essence), essence.as_str()) {
            (Some(Format::Json), _) => json = json.or(found(2)),
            (Some(Format::Xml), _) => xml = xml.or(found(2)),
            (None, "application/*" | "text/*") => {
                json = json.or(found(1));
                xml = xml.or(found(1));
            }
            (None, "*/*") => {
                json = json.or(found(0));
                xml = xml.or(found(0));
            }
            _ => {}
        }
    }
    if json.q == 0 && xml.q == 0 {
        let text = "The server answers with application/fhir+json or application/fhir+xml only";
        return Err(Failure::new(Kind::NotAcceptable, text));
    }
    let prefers_xml = (xml.q, xml.earliest) > (json.q, json.earliest);
    Ok(if prefers_xml {
        Format::Xml
    } else {
        Format::Json
    })
}

/// Whether the caller asks for a resource as such, and not for anything it can get.
pub fn names_fhir(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(RANGES_MAX)
        .map(weighed)
        .any(|(essence, q)| q > 0 && format_of(&essence).is_some())
}

/// How much a caller wants a format.
#[derive(Clone, Copy, Default)]
struct Weight {
    /// How closely the range named it: a closer one outweighs a wider one.
    specific: u8,
    /// In thousandths.
    q: u16,
    /// Higher for what stands earlier.
    earliest: usize,
}

impl Weight {
    fn or(self, other: Self) -> Self {
        let is_first = self.earliest == 0;
        if is_first || (other.specific, other.q) > (self.specific, self.q) {
            other
        } else {
            self
        }
    }
}

/// A range in lower case without parameters, and its `q` in thousandths. A range for another
/// version of FHIR is one this server cannot serve.
fn weighed(range: &str) -> (String, u16) {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut weight = 1000;
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => weight = thousandths(value.trim()),
            "fhirversion" if !is_r4(value) => return (essence, 0),
            _ => {}
        }
    }
    (essence, weight)
}

fn thousandths(value: &str) -> u16 {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if whole == "1" {
        return 1000;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    digits.parse().unwrap_or_default()
}

/// R4 §3.1.0.1.12: the version is written without its patch level.
fn is_r4(version: &str) -> bool {
    matches!(version.trim().trim_matches('"'), "4.0" | "4.0.1")
}

/// The format of a body in UTF-8, as its `Content-Type` says.
///
/// # Errors
/// 415 when it says otherwise or says nothing.
pub fn of_body(headers: &HeaderMap) -> Result<Format, Failure> {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_foreign = parts
        .filter_map(|part| part.split_once('='))
        .any(|(name, value)| {
            (name.eq_ignore_ascii_case("charset") && !is_utf8(value))
                || (name.eq_ignore_ascii_case("fhirVersion") && !is_r4(value))
        });
    match format_of(&essence).filter(|_| essence.contains('/')) {
        Some(format) if !is_foreign => Ok(format),
        _ => {
            let text = "The body must be sent as Content-Type: application/fhir+json or application/fhir+xml in UTF-8, as FHIR 4.0";
            Err(Failure::new(Kind::UnsupportedMediaType, text))
        }
    }
}

/// Whether a script of a page asks, which wants JSON and nothing else.
pub fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept == "application/json")
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
    essence(headers) == "application/x-www-form-urlencoded"
}

/// The `Content-Type` without its parameters, in lower case; empty when there is none.
pub fn essence(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
