//! `GET [base]/[type]/[id]/_history`, `GET [base]/[type]/_history`, `GET [base]/_history`

use axum::response::Response;
use cresset_fhir::history::Level;

use crate::extract::{Ask, OneResource, OneType, Pairs};
use crate::failure::Failure;

/// One page of a resource's versions.
pub(crate) async fn history(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    page(&ask, Level::Resource(resource_type, &id), &pairs).await
}

/// One page of the versions of a type.
pub(crate) async fn history_of_type(
    ask: Ask,
    OneType(resource_type): OneType,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    page(&ask, Level::Type(resource_type), &pairs).await
}

/// One page of the versions of everything the caller may search.
pub(crate) async fn history_of_system(ask: Ask, Pairs(pairs): Pairs) -> Result<Response, Failure> {
    page(&ask, Level::System, &pairs).await
}

async fn page(
    ask: &Ask,
    level: Level<'_>,
    pairs: &[(String, String)],
) -> Result<Response, Failure> {
    let bundle = ask
        .instance
        .fhir
        .history(ask.access(), level, pairs)
        .await?;
    Ok(ask.answered(bundle))
}
