//! `GET [base]/[type]/[id]/_history/[vid]`

use axum::response::Response;
use http::StatusCode;

use crate::extract::{Ask, OneVersion};
use crate::failure::Failure;
use crate::render;

/// The named version.
pub(crate) async fn vread(
    ask: Ask,
    OneVersion(resource_type, id, version): OneVersion,
) -> Result<Response, Failure> {
    let version = ask
        .instance
        .fhir
        .vread(ask.access(), resource_type, &id, version)
        .await?;
    let mut response = render::fhir(StatusCode::OK, version.body.clone(), ask.layout);
    render::version_headers(&version, response.headers_mut());
    Ok(response)
}
