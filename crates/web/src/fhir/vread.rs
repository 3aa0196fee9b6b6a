//! `GET [base]/[type]/[id]/_history/[vid]`

use axum::response::Response;
use cresset_fhir::Subset;

use super::shown::shown;
use crate::extract::{Ask, OneVersion, Pairs, Range};
use crate::failure::Failure;
use crate::render;

/// The named version.
pub(crate) async fn vread(
    ask: Ask,
    OneVersion(resource_type, id, version): OneVersion,
    Pairs(pairs): Pairs,
    range: Range,
) -> Result<Response, Failure> {
    let subset = Subset::of_one(&pairs, resource_type)?;
    let version = ask
        .instance
        .fhir
        .vread(ask.access(), resource_type, &id, version)
        .await?;
    ask.shows([&version])?;
    let mut response = shown(&ask, &range, &subset, &version)?;
    render::version_headers(&version, response.headers_mut());
    Ok(response)
}
