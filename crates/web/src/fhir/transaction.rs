//! `POST [base]`

use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::bundle::transaction;
use http::StatusCode;

use crate::extract::prefer::Return;
use crate::extract::{Ask, FhirBody, Prefer};
use crate::failure::Failure;
use crate::render;

/// A Bundle of type `transaction`, all or nothing.
pub(crate) async fn transaction(
    ask: Ask,
    prefer: Prefer,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    let wanted = match prefer.wanted {
        Some(Return::Representation) => transaction::Return::Representation,
        _ => transaction::Return::Minimal,
    };
    let bundle = ask
        .instance
        .fhir
        .transaction(ask.audited(StatusCode::OK), &body, wanted)
        .await?;
    ask.trail.committed();
    Ok(render::fhir(
        StatusCode::OK,
        Bytes::from(bundle),
        ask.layout,
    ))
}
