//! Style sheets, scripts and pictures, embedded in the binary.

use std::io::Read;

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::Fault;
use flate2::read::GzDecoder;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue};

use super::lost::no_such_page;
use crate::failure::Failure;

/// The script of our pages. Its address holds the beginning of its SHA-256, so a page never meets
/// that of another version, and browsers keep it.
pub(crate) const SCRIPT: &str = "cresset-0273c4fcd0de.js";

/// Name, type and content of every asset.
const ASSETS: [(&str, &str, &[u8]); 4] = [
    (
        "pico-2.1.1.min.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/pico-2.1.1.min.css"),
    ),
    (
        "cresset.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/cresset.css"),
    ),
    (
        "cresset.svg",
        "image/svg+xml",
        include_bytes!("../../assets/cresset.svg"),
    ),
    (
        "api-docs.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/api-docs.js"),
    ),
];

/// Name, type and gzipped content of the assets that are large.
const PACKED: [(&str, &str, &[u8]); 2] = [
    (
        "swagger-ui-5.35.0.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/swagger-ui-5.35.0.css.gz"),
    ),
    (
        "swagger-ui-5.35.0.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/swagger-ui-5.35.0.js.gz"),
    ),
];

/// For what has its digest or its version in its address.
pub(super) const FOR_EVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");

/// `GET /assets/[file]`
pub(crate) async fn asset(
    Path(file): Path<String>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    if file == SCRIPT {
        let content = Bytes::from_static(include_bytes!("../../assets/cresset.js"));
        let mut response = kept("text/javascript; charset=utf-8", content);
        response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
        return Ok(response);
    }
    if let Some((_, media_type, packed)) = PACKED.iter().find(|(name, ..)| *name == file) {
        return large(media_type, packed, &request);
    }
    let Some((_, media_type, content)) = ASSETS.iter().find(|(name, ..)| *name == file) else {
        return no_such_page();
    };
    Ok(kept(media_type, Bytes::from_static(content)))
}

/// A large asset as it lies here, unpacked for the rare caller that does not take gzip.
fn large(
    media_type: &'static str,
    packed: &'static [u8],
    request: &HeaderMap,
) -> Result<Response, Failure> {
    let accepted = request.get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    let takes_gzip = accepted.is_some_and(|v| v.split(',').any(|coding| coding.trim() == "gzip"));
    if takes_gzip {
        let mut response = kept(media_type, Bytes::from_static(packed));
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert(CONTENT_ENCODING, gzip);
        return Ok(response);
    }
    let mut plain = Vec::new();
    GzDecoder::new(packed)
        .read_to_end(&mut plain)
        .map_err(|error| Fault::internal(format!("an asset is not gzip: {error}")))?;
    Ok(kept(media_type, Bytes::from(plain)))
}

fn kept(media_type: &'static str, content: Bytes) -> Response {
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=3600"),
    );
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}
