//! Bytes as answers.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cresset_fhir::pretty::pretty;
use cresset_fhir::{Fault, Kind};
use cresset_model::Bounds;
use cresset_store::Version;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::failure::Failure;
use crate::http_date;

const FHIR_JSON: HeaderValue = HeaderValue::from_static("application/fhir+json");
const FHIR_XML: HeaderValue = HeaderValue::from_static("application/fhir+xml");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const VARIES: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding, Authorization");

/// Headers of an ordinary answer: room for them is made once.
const HEADERS: usize = 12;

/// The form of a resource outside the server; inside it is always JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/fhir+json`
    Json,
    /// `application/fhir+xml`
    Xml,
}

/// How a FHIR answer is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// In which format.
    pub format: Format,
    /// Whether it is indented for people (`_pretty`).
    pub pretty: bool,
    /// Whether a `Binary` is wanted as what it holds.
    pub native: bool,
}

impl Layout {
    /// JSON as short as it can be: the form in which answers are kept.
    pub const KEPT: Self = Self {
        format: Format::Json,
        pretty: false,
        native: false,
    };
}

/// A FHIR answer that nobody may keep; `body` is JSON.
pub fn fhir(status: StatusCode, body: Bytes, layout: Layout) -> Response {
    let (body, media_type) = match layout.format {
        Format::Json if layout.pretty => (Bytes::from(pretty(&body)), FHIR_JSON),
        Format::Json => (body, FHIR_JSON),
        Format::Xml => match xml(&body, layout.pretty) {
            Ok(body) => (body, FHIR_XML),
            Err(failure) => return failure.into_response(),
        },
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(CONTENT_TYPE, media_type);
    protect(headers);
    response
}

/// A resource as XML. Its JSON is our own, so no bound of a caller's holds for it.
fn xml(body: &[u8], pretty: bool) -> Result<Bytes, Failure> {
    let bounds = Bounds {
        depth_max: usize::MAX,
        values_max: usize::MAX,
    };
    let tree = cresset_model::parse(body, bounds)
        .map_err(|fault| Fault::internal(format!("an answer is no JSON: {fault}")))?;
    let layout = if pretty {
        cresset_xml::Layout::Pretty
    } else {
        cresset_xml::Layout::Compact
    };
    let xml = cresset_xml::write(&tree, layout).map_err(|_| {
        let text = "The answer holds what XML cannot express; ask for application/fhir+json";
        Failure::new(Kind::NotAcceptable, text)
    })?;
    Ok(Bytes::from(xml))
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
