//! `GET [base]/[type]/[id]`

use axum::response::Response;
use cresset_fhir::{Read, Subset};
use http::StatusCode;

use super::shown::shown;
use crate::extract::{Ask, OnRead, OneResource, Pairs, Range};
use crate::failure::Failure;
use crate::render;

/// The current version, or 304 when the caller holds it.
pub(crate) async fn read(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    OnRead(condition): OnRead,
    Pairs(pairs): Pairs,
    range: Range,
) -> Result<Response, Failure> {
    let subset = Subset::of_one(&pairs, resource_type)?;
    let read = ask
        .instance
        .fhir
        .read(ask.access(), resource_type, &id, &condition)
        .await?;
    let (Read::Version(version) | Read::NotModified(version)) = &read;
    ask.shows([version])?;
    let (mut response, version) = match read {
        Read::Version(version) => (shown(&ask, &range, &subset, &version)?, version),
        Read::NotModified(version) => (render::empty(StatusCode::NOT_MODIFIED), version),
    };
    render::version_headers(&version, response.headers_mut());
    Ok(response)
}
