//! `GET [base]/Allergen/[id]`, `GET [base]/Allergen?…` and `POST [base]/Allergen/_search`

use axum::extract::RawPathParams;
use axum::response::Response;
use bytes::Bytes;
use cresset_base::ResourceId;
use cresset_fhir::Kind;
use http::StatusCode;

use crate::extract::{Ask, Form, Pairs};
use crate::failure::Failure;
use crate::render;

/// One of them.
pub(crate) async fn allergen(ask: Ask, params: RawPathParams) -> Result<Response, Failure> {
    let id = params.iter().find(|(name, _)| *name == "id");
    let id: ResourceId = id
        .map_or("", |(_, id)| id)
        .parse()
        .map_err(|invalid| Failure::new(Kind::Value, format!("{invalid}")))?;
    let (body, version) = ask.instance.fhir.allergen(ask.access(), &id).await?;
    let mut response = render::fhir(StatusCode::OK, Bytes::from(body), ask.layout);
    render::version_headers(&version, response.headers_mut());
    Ok(response)
}

/// One page of the matches.
pub(crate) async fn allergens(ask: Ask, Pairs(pairs): Pairs) -> Result<Response, Failure> {
    page(&ask, pairs).await
}

/// The same; the form's parameters follow those of the URL.
pub(crate) async fn allergens_by_form(
    ask: Ask,
    Pairs(mut pairs): Pairs,
    Form(form): Form,
) -> Result<Response, Failure> {
    pairs.extend(form);
    page(&ask, pairs).await
}

async fn page(ask: &Ask, pairs: Vec<(String, String)>) -> Result<Response, Failure> {
    ask.trail.searched(ask.instance.fhir.fingerprint(&pairs));
    let bundle = ask.instance.fhir.allergens(ask.access(), pairs).await?;
    Ok(render::fhir(
        StatusCode::OK,
        Bytes::from(bundle),
        ask.layout,
    ))
}
