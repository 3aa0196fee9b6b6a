//! `POST [base]/[type]`

use axum::response::Response;
use cresset_fhir::create::Creation;
use http::StatusCode;

use super::written::written;
use crate::extract::{Ask, FhirBody, IfNoneExist, OneType, Prefer};
use crate::failure::Failure;

/// A new resource under an id of the server's; 200 with the one that is there when
/// `If-None-Exist` finds it.
pub(crate) async fn create(
    ask: Ask,
    OneType(resource_type): OneType,
    prefer: Prefer,
    if_none_exist: IfNoneExist,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    let criteria = if_none_exist.of_type(resource_type)?;
    let by = ask.audited(StatusCode::CREATED);
    let created = ask
        .instance
        .fhir
        .create(by, resource_type, &body, criteria.as_ref())
        .await?;
    Ok(match created {
        Creation::Created(version) => {
            ask.trail.committed();
            written(&ask, StatusCode::CREATED, &version, prefer.wanted)
        }
        Creation::Existing(version) => {
            ask.shows([&version])?;
            written(&ask, StatusCode::OK, &version, prefer.wanted)
        }
    })
}
