//! `PUT [base]/[type]/[id]`

use axum::response::Response;
use cresset_fhir::update::Updated;
use http::StatusCode;

use super::written::written;
use crate::extract::prefer::Return;
use crate::extract::{Ask, FhirBody, Matching, OnWrite, OneResource, Prefer};
use crate::failure::Failure;

/// A new version, or the first where the instance lets clients choose ids.
pub(crate) async fn update(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    OnWrite(condition): OnWrite,
    prefer: Prefer,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    let by = ask.audited(StatusCode::OK);
    let updated = ask
        .instance
        .fhir
        .update(by, (resource_type, &id), &body, &condition)
        .await?;
    Ok(answer(&ask, updated, prefer))
}

/// `PUT [base]/[type]?criteria`: a new version of the one resource found, or the first of a new one.
pub(crate) async fn update_matching(
    ask: Ask,
    Matching(criteria): Matching,
    OnWrite(condition): OnWrite,
    prefer: Prefer,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    let by = ask.audited(StatusCode::OK);
    let updated = ask
        .instance
        .fhir
        .update_matching(by, &criteria, &body, &condition)
        .await?;
    Ok(answer(&ask, updated, prefer))
}

fn answer(ask: &Ask, updated: Updated, prefer: Prefer) -> Response {
    ask.trail.committed();
    match updated {
        Updated::Created(version) => written(ask, StatusCode::CREATED, &version, prefer.wanted),
        Updated::Current(version) => written(ask, StatusCode::OK, &version, prefer.wanted),
        Updated::Unseen(version) => {
            let wanted = prefer
                .wanted
                .filter(|wanted| *wanted != Return::Representation);
            let wanted = wanted.unwrap_or(Return::Minimal);
            written(ask, StatusCode::OK, &version, Some(wanted))
        }
    }
}
