//! `GET [base]/openapi.json`

use axum::body::Body;
use axum::response::Response;
use cresset_definitions::ResourceType;
use cresset_fhir::{Kind, openapi};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};

use crate::extract::{Instance, Pairs};
use crate::failure::Failure;

const OPENAPI: HeaderValue = HeaderValue::from_static("application/openapi+json");

/// The `OpenAPI` document, of every type or of the one `_type` names; the same for everybody.
pub(crate) async fn openapi_document(
    Instance(instance): Instance,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let only = match pairs.as_slice() {
        [] => None,
        [(name, of)] if name == "_type" => Some(ResourceType::parse(of).ok_or_else(|| {
            Failure::new(Kind::Value, "_type must be a resource type of FHIR R4")
        })?),
        _ => {
            let text = "The document is asked for with _type only, once";
            return Err(Failure::new(Kind::Value, text));
        }
    };
    let searched_by = instance.fhir.searched_by().await;
    let document = openapi::document(instance.fhir.settings(), searched_by.defined(), only);
    let mut response = Response::new(Body::from(document));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, OPENAPI);
    let kept = HeaderValue::from_static("public, max-age=300");
    headers.insert(CACHE_CONTROL, kept);
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    Ok(response)
}
