//! A version in the form the caller asks for.

use axum::response::Response;
use cresset_fhir::{Subset, binary};
use cresset_store::Version;
use http::StatusCode;

use crate::content::content;
use crate::extract::{Ask, Range};
use crate::failure::Failure;
use crate::render;

/// The resource or a part of it; a `Binary` as what it holds, unless it is asked for as a resource.
pub(super) fn shown(
    ask: &Ask,
    range: &Range,
    subset: &Subset,
    version: &Version,
) -> Result<Response, Failure> {
    if ask.layout.native {
        return Ok(content(binary::content(version)?, range));
    }
    Ok(render::fhir(StatusCode::OK, subset.of(version), ask.layout))
}
