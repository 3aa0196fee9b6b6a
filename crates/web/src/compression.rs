//! Answers packed with gzip, brotli or zstd, for callers that ask for it (RFC 9110 §12.5.3).
//!
//! Only what shrinks is packed: FHIR in its text formats, style sheets, scripts, pictures in text.
//! Pages and documents of the authorization server never are: they carry secrets, and the length of
//! a packed secret beside a chosen text gives it away.
//!
//! Entity tags of resources are weak, so one tag serves every packing (RFC 9110 §8.8.1).

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use http::{Extensions, HeaderMap, HeaderValue, Request, StatusCode, Version};
use tower::{Layer, Service, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

/// Below this packing costs more than it saves: the answer fits one packet.
const BYTES_MIN: u64 = 1024;

/// Media types that are packed.
const PACKED: [&str; 7] = [
    "application/fhir+json",
    "application/fhir+xml",
    "application/fhir+ndjson",
    "application/openapi+json",
    "text/css",
    "text/javascript",
    "image/svg+xml",
];

/// The encodings a request accepts, if it names any.
pub(crate) fn accepted(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(ACCEPT_ENCODING).cloned()
}

/// Packs an answer as the caller accepts it, where that is worth it.
pub(crate) async fn packed(accepted: Option<HeaderValue>, answer: Response) -> Response {
    let Some(accepted) = accepted.filter(|_| is_packable(answer.headers())) else {
        return answer;
    };
    let mut request = Request::new(());
    request.headers_mut().insert(ACCEPT_ENCODING, accepted);
    let mut answer = Some(answer);
    let inner = service_fn(move |_: Request<()>| {
        ready(Ok::<_, Infallible>(answer.take().unwrap_or_default()))
    });
    let worthwhile = SizeAbove::new(BYTES_MIN).and(is_whole);
    let layer = CompressionLayer::new().compress_when(worthwhile);
    match layer.layer(inner).call(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(never) => match never {},
    }
}

fn is_packable(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| PACKED.contains(&essence.trim()))
}

/// A part of a body is a part of its plain form.
fn is_whole(status: StatusCode, _: Version, _: &HeaderMap, _: &Extensions) -> bool {
    status != StatusCode::PARTIAL_CONTENT
}
