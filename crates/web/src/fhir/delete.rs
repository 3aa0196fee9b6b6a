//! `DELETE [base]/[type]/[id]`

use axum::response::Response;
use cresset_fhir::delete::Deletion;
use http::StatusCode;

use crate::extract::{Ask, OnWrite, OneResource};
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
    match deleted {
        Deletion::Deleted(version) => {
            ask.trail.committed();
            render::version_headers(&version, response.headers_mut());
        }
        Deletion::Nothing => ask.trail.committed(),
        Deletion::Unseen => {}
    }
    Ok(response)
}
