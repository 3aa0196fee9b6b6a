//! `[base]/$graphql` and `[base]/[type]/[id]/$graphql`

use axum::response::Response;
use cresset_fhir::graphql::Root;
use http::StatusCode;

use crate::extract::{Ask, OneResource, Query};
use crate::failure::Failure;
use crate::render;

/// A query of the practice.
pub(crate) async fn graphql_of_system(
    ask: Ask,
    Query(request): Query,
) -> Result<Response, Failure> {
    answered(&ask, &Root::System, &request).await
}

/// A query of one resource.
pub(crate) async fn graphql_of_resource(
    ask: Ask,
    OneResource(of, id): OneResource,
    Query(request): Query,
) -> Result<Response, Failure> {
    answered(&ask, &Root::Resource(of, id), &request).await
}

async fn answered(
    ask: &Ask,
    root: &Root,
    request: &cresset_fhir::graphql::Request,
) -> Result<Response, Failure> {
    let asked = [
        ("query".to_owned(), request.query.clone()),
        (
            "operationName".to_owned(),
            request.operation.clone().unwrap_or_default(),
        ),
        (
            "variables".to_owned(),
            serde_json::to_string(&request.variables).unwrap_or_default(),
        ),
    ];
    ask.trail.searched(ask.instance.fhir.fingerprint(&asked));
    let fhir = &ask.instance.fhir;
    let (whose, body) = fhir.graphql(ask.access(), root, request).await;
    ask.trail.shows(whose);
    let mut response = render::json(StatusCode::OK, body?);
    render::protect(response.headers_mut());
    Ok(response)
}
