//! `POST [base]/[type]`

use axum::response::Response;
use cresset_fhir::{Fault, Kind};
use http::{HeaderMap, StatusCode};

use super::written::written;
use crate::extract::{Ask, FhirBody, OneType, Prefer};
use crate::failure::Failure;

/// A new resource under an id of the server's.
pub(crate) async fn create(
    ask: Ask,
    OneType(resource_type): OneType,
    prefer: Prefer,
    headers: HeaderMap,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    if headers.contains_key("if-none-exist") {
        let text = "If-None-Exist (conditional create) is not supported";
        return Err(Fault::coded(Kind::Invalid, "not-supported", text).into());
    }
    let version = ask
        .instance
        .fhir
        .create(ask.audited(StatusCode::CREATED), resource_type, &body)
        .await?;
    ask.trail.committed();
    Ok(written(&ask, StatusCode::CREATED, &version, prefer.wanted))
}
