//! `PATCH [base]/[type]/[id]`

use axum::response::Response;
use http::StatusCode;

use super::written::written;
use crate::extract::prefer::Return;
use crate::extract::{Ask, OnWrite, OneResource, PatchBody, Prefer};
use crate::failure::Failure;

/// A new version that differs as the patch says.
pub(crate) async fn patch(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    OnWrite(condition): OnWrite,
    prefer: Prefer,
    PatchBody(patch): PatchBody,
) -> Result<Response, Failure> {
    let patched = ask
        .instance
        .fhir
        .patch(
            ask.audited(StatusCode::OK),
            (resource_type, &id),
            &patch,
            &condition,
        )
        .await?;
    ask.trail.committed();
    let wanted = match prefer.wanted {
        None | Some(Return::Representation) if !patched.may_see => Some(Return::Minimal),
        wanted => wanted,
    };
    Ok(written(&ask, StatusCode::OK, &patched.version, wanted))
}
