//! Terminology operations: `[base]/[type]/$[name]` and `[base]/[type]/[id]/$[name]`

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use crate::extract::{Ask, Call};
use crate::failure::Failure;
use crate::render;

fn answered(ask: &Ask, body: Vec<u8>) -> Response {
    render::fhir(StatusCode::OK, Bytes::from(body), ask.layout)
}

/// The members of a value set.
pub(crate) async fn expand(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let body = ask
        .instance
        .fhir
        .expand(ask.access(), call.target(), &call.inputs)
        .await?;
    Ok(answered(ask, body))
}

/// Whether a code is a member of a value set.
pub(crate) async fn validate_code_of_value_set(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let body = ask
        .instance
        .fhir
        .validate_code_of_value_set(ask.access(), call.target(), &call.inputs)
        .await?;
    Ok(answered(ask, body))
}

/// Whether a code is one of a code system.
pub(crate) async fn validate_code_of_code_system(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let body = ask
        .instance
        .fhir
        .validate_code_of_code_system(ask.access(), call.target(), &call.inputs)
        .await?;
    Ok(answered(ask, body))
}

/// What is known of a code.
pub(crate) async fn lookup(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let body = ask.instance.fhir.lookup(ask.access(), &call.inputs).await?;
    Ok(answered(ask, body))
}

/// How two codes stand to each other.
pub(crate) async fn subsumes(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let body = ask
        .instance
        .fhir
        .subsumes(ask.access(), call.target(), &call.inputs)
        .await?;
    Ok(answered(ask, body))
}

/// What concept maps give for a code.
pub(crate) async fn translate(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let body = ask
        .instance
        .fhir
        .translate(ask.access(), call.target(), &call.inputs)
        .await?;
    Ok(answered(ask, body))
}
