//! `DELETE [base]/[type]/[id]`

use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::delete::Deletion;
use cresset_fhir::outcome;
use http::StatusCode;

use crate::extract::prefer::Return;
use crate::extract::{Ask, Matching, OnWrite, OneResource, Prefer};
use crate::failure::Failure;
use crate::render;

/// 204 whether or not there was something to delete.
pub(crate) async fn delete(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    OnWrite(condition): OnWrite,
) -> Result<Response, Failure> {
    let by = ask.audited(StatusCode::NO_CONTENT);
    let deleted = ask
        .instance
        .fhir
        .delete(by, resource_type, &id, &condition)
        .await?;
    let mut response = render::empty(StatusCode::NO_CONTENT);
    ask.trail.committed();
    if let Deletion::Deleted(version) = deleted {
        render::version_headers(&version, response.headers_mut());
    }
    Ok(response)
}

/// `DELETE [base]/[type]?criteria`: what is found, where it may be deleted.
pub(crate) async fn delete_matching(
    ask: Ask,
    Matching(criteria): Matching,
    OnWrite(condition): OnWrite,
    prefer: Prefer,
) -> Result<Response, Failure> {
    let by = ask.audited(StatusCode::NO_CONTENT);
    let deleted = ask
        .instance
        .fhir
        .delete_matching(by, &criteria, &condition)
        .await?;
    ask.trail.committed();
    if prefer.wanted != Some(Return::OperationOutcome) {
        return Ok(render::empty(StatusCode::NO_CONTENT));
    }
    let words = outcome::of_success(&format!("Deleted: {deleted}"));
    Ok(render::fhir(StatusCode::OK, Bytes::from(words), ask.layout))
}
