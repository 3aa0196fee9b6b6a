//! `DELETE [base]/[type]/[id]`

use axum::response::Response;
use http::StatusCode;

use crate::extract::{Ask, OnWrite, OneResource};
use crate::failure::Failure;
use crate::render;

/// 204 whether or not there was something to delete.
pub async fn delete(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    OnWrite(condition): OnWrite,
) -> Result<Response, Failure> {
    let deleted = ask.instance.fhir.delete(ask.access(), resource_type, &id, &condition).await?;
    let mut response = render::empty(StatusCode::NO_CONTENT);
    if let Some(version) = deleted {
        render::version_headers(&version, response.headers_mut());
    }
    Ok(response)
}
