//! `POST [base]`

use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::bundle::request;
use http::StatusCode;

use crate::extract::prefer::Return;
use crate::extract::{Ask, FhirBody, Prefer};
use crate::failure::Failure;
use crate::render;

/// A Bundle of type `transaction`, all or nothing, or `batch`, each entry by itself.
pub(crate) async fn bundle(
    ask: Ask,
    prefer: Prefer,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    let wanted = match prefer.wanted {
        Some(Return::Representation) => request::Return::Representation,
        Some(Return::OperationOutcome) => request::Return::OperationOutcome,
        Some(Return::Minimal) | None => request::Return::Minimal,
    };
    let bundle = ask
        .instance
        .fhir
        .bundle(ask.audited(StatusCode::OK), &body, wanted)
        .await?;
    ask.trail.committed();
    Ok(render::fhir(
        StatusCode::OK,
        Bytes::from(bundle),
        ask.layout,
    ))
}
