//! `PATCH [base]/[type]/[id]`

use axum::response::Response;
use cresset_fhir::patch::Patched;
use http::StatusCode;

use super::written::written;
use crate::extract::prefer::Return;
use crate::extract::{Ask, Matching, OnWrite, OneResource, PatchBody, Prefer};
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
    Ok(answer(&ask, &patched, prefer))
}

/// `PATCH [base]/[type]?criteria`: the same of the one resource found.
pub(crate) async fn patch_matching(
    ask: Ask,
    Matching(criteria): Matching,
    OnWrite(condition): OnWrite,
    prefer: Prefer,
    PatchBody(patch): PatchBody,
) -> Result<Response, Failure> {
    let by = ask.audited(StatusCode::OK);
    let patched = ask
        .instance
        .fhir
        .patch_matching(by, &criteria, &patch, &condition)
        .await?;
    Ok(answer(&ask, &patched, prefer))
}

fn answer(ask: &Ask, patched: &Patched, prefer: Prefer) -> Response {
    ask.trail.committed();
    let wanted = match prefer.wanted {
        None | Some(Return::Representation) if !patched.may_see => Some(Return::Minimal),
        wanted => wanted,
    };
    written(ask, StatusCode::OK, &patched.version, wanted)
}
