//! `GET [base]/[type]?…` and `POST [base]/[type]/_search`

use axum::response::Response;
use cresset_definitions::ResourceType;
use cresset_fhir::explain::Searched;

use super::explained::explained;
use crate::extract::{Ask, Form, OneType, Pairs, Prefer};
use crate::failure::Failure;

/// One page of the matches.
pub(crate) async fn search(
    ask: Ask,
    OneType(resource_type): OneType,
    prefer: Prefer,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    page(&ask, resource_type, prefer, pairs).await
}

/// The same; the form's parameters follow those of the URL.
pub(crate) async fn search_by_form(
    ask: Ask,
    OneType(resource_type): OneType,
    prefer: Prefer,
    Pairs(mut pairs): Pairs,
    Form(form): Form,
) -> Result<Response, Failure> {
    pairs.extend(form);
    page(&ask, resource_type, prefer, pairs).await
}

async fn page(
    ask: &Ask,
    resource_type: ResourceType,
    prefer: Prefer,
    pairs: Vec<(String, String)>,
) -> Result<Response, Failure> {
    ask.trail.searched(ask.instance.fhir.fingerprint(&pairs));
    let asked = ask.explains.then(|| pairs.clone());
    let fhir = &ask.instance.fhir;
    let bundle = fhir
        .search(ask.access(), resource_type, pairs, prefer.handling)
        .await?;
    let answer = ask.answered(bundle);
    Ok(explained(ask, &Searched::Type(resource_type), asked, answer).await)
}
