//! `GET [base]/metadata`

use axum::response::Response;
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::extract::{Instance, layout};
use crate::failure::Failure;
use crate::render;

/// The `CapabilityStatement`; the same for everybody, so anybody may keep it for a while.
pub(crate) async fn capabilities(
    Instance(instance): Instance,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let layout = layout::of(&uri, &headers)?;
    let body = instance.fhir.capabilities().await;
    let mut response = render::fhir(StatusCode::OK, body, layout);
    response.headers_mut().insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    Ok(response)
}
