//! `[base]/[type]/[id]/$meta`, `$meta-add`, `$meta-delete`

use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::meta::MetaChange;
use http::StatusCode;

use crate::extract::{Ask, Call, OneResource};
use crate::failure::Failure;
use crate::render;

/// The labels of a resource.
pub(crate) async fn meta(
    OneResource(of, id): OneResource,
    call: Call,
) -> Result<Response, Failure> {
    call.inputs.only(&[])?;
    let ask = &call.ask;
    let answer = ask.instance.fhir.meta(ask.access(), (of, &id)).await?;
    Ok(ask.answered(answer))
}

/// Adds labels.
pub(crate) async fn meta_add(
    OneResource(of, id): OneResource,
    call: Call,
) -> Result<Response, Failure> {
    let ask = &call.ask;
    let change = (MetaChange::Add, &call.inputs);
    let by = ask.audited(StatusCode::OK);
    let body = ask.instance.fhir.change_meta(by, (of, &id), change).await?;
    ask.trail.committed();
    Ok(answered(ask, body))
}

/// Takes labels away.
pub(crate) async fn meta_delete(
    OneResource(of, id): OneResource,
    call: Call,
) -> Result<Response, Failure> {
    let ask = &call.ask;
    let change = (MetaChange::Delete, &call.inputs);
    let by = ask.audited(StatusCode::OK);
    let body = ask.instance.fhir.change_meta(by, (of, &id), change).await?;
    ask.trail.committed();
    Ok(answered(ask, body))
}

fn answered(ask: &Ask, body: Vec<u8>) -> Response {
    render::fhir(StatusCode::OK, Bytes::from(body), ask.layout)
}
