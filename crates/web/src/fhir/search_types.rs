//! `GET [base]?…`, `GET [base]/[type]/[id]/[member]?…` and their `_search` forms.

use axum::response::Response;
use cresset_fhir::explain::Searched;
use cresset_fhir::search_types::Place;

use super::explained::explained;
use crate::extract::{Ask, Form, Member, Pairs, Prefer};
use crate::failure::Failure;

/// One page of the matches of all types, or of those in `_type`.
pub(crate) async fn search_system(
    ask: Ask,
    prefer: Prefer,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    page(&ask, &Place::System, prefer, pairs).await
}

/// The same; the form's parameters follow those of the URL.
pub(crate) async fn search_system_by_form(
    ask: Ask,
    prefer: Prefer,
    Pairs(mut pairs): Pairs,
    Form(form): Form,
) -> Result<Response, Failure> {
    pairs.extend(form);
    page(&ask, &Place::System, prefer, pairs).await
}

/// One page of what lies in a compartment, of one type or of all.
pub(crate) async fn search_compartment(
    ask: Ask,
    Member(place): Member,
    prefer: Prefer,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    page(&ask, &place, prefer, pairs).await
}

/// The same; the form's parameters follow those of the URL.
pub(crate) async fn search_compartment_by_form(
    ask: Ask,
    Member(place): Member,
    prefer: Prefer,
    Pairs(mut pairs): Pairs,
    Form(form): Form,
) -> Result<Response, Failure> {
    pairs.extend(form);
    page(&ask, &place, prefer, pairs).await
}

async fn page(
    ask: &Ask,
    place: &Place,
    prefer: Prefer,
    pairs: Vec<(String, String)>,
) -> Result<Response, Failure> {
    ask.trail.searched(ask.instance.fhir.fingerprint(&pairs));
    let asked = ask.explains.then(|| pairs.clone());
    let fhir = &ask.instance.fhir;
    let bundle = fhir
        .search_types(ask.access(), place, pairs, prefer.handling)
        .await?;
    let answer = ask.answered(bundle);
    Ok(explained(ask, &Searched::Types(place.clone()), asked, answer).await)
}
