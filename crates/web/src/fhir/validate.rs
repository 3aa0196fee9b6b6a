//! `POST [base]/[type]/$validate` and `[base]/[type]/[id]/$validate`

use axum::extract::{FromRequest, RawPathParams, Request, State};
use axum::response::Response;
use bytes::Bytes;
use cresset_base::ResourceId;
use cresset_fhir::Kind;
use cresset_fhir::operation::Inputs;
use http::{Method, StatusCode};

use crate::app::App;
use crate::extract::{Ask, FhirBody, OneType, Pairs};
use crate::failure::Failure;
use crate::render;

/// What is wrong with a resource that is sent, or with one that is stored; nothing is changed.
pub(crate) async fn validate(
    State(app): State<App>,
    ask: Ask,
    OneType(resource_type): OneType,
    (Pairs(pairs), params): (Pairs, RawPathParams),
    request: Request,
) -> Result<Response, Failure> {
    let id = params.iter().find(|(name, _)| *name == "id");
    let id = id.map(|(_, id)| id.parse::<ResourceId>()).transpose();
    let id = id.map_err(|invalid| Failure::new(Kind::Value, invalid.to_string()))?;
    let body = if request.method() == Method::POST {
        let FhirBody(body) = FhirBody::from_request(request, &app).await?;
        Some(body)
    } else {
        None
    };
    let inputs = Inputs::of_pairs(pairs);
    let of = (resource_type, id.as_ref());
    let outcome = ask
        .instance
        .fhir
        .validate(ask.access(), of, body.as_deref(), inputs)
        .await?;
    Ok(render::fhir(
        StatusCode::OK,
        Bytes::from(outcome),
        ask.layout,
    ))
}
