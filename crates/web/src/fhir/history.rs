//! `GET [base]/[type]/[id]/_history`

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use crate::extract::{Ask, OneResource, Pairs};
use crate::failure::Failure;
use crate::render;

/// One page of the resource's versions.
pub(crate) async fn history(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let bundle = ask
        .instance
        .fhir
        .history(ask.access(), resource_type, &id, &pairs)
        .await?;
    Ok(render::fhir(
        StatusCode::OK,
        Bytes::from(bundle),
        ask.layout,
    ))
}
