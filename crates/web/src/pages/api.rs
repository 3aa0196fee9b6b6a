//! `GET /[instance]/docs/api` and `GET /[instance]/docs/api/[type]`: the API to try (docs/adr/0021).
//!
//! One type at a time: a browser takes many seconds to draw the document of all of them.

use askama::Template;
use axum::extract::RawPathParams;
use axum::response::Response;
use cresset_definitions::ResourceType;
use cresset_fhir::openapi;
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};

use super::lost::no_such_page;
use super::page::{page, send_origin};
use crate::extract::Instance;
use crate::failure::Failure;

/// As every page, and the scripts of our own that draw this one, which ask this server alone.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
);

#[derive(Template)]
#[template(path = "api.html")]
struct Api<'a> {
    name: &'a str,
    document: String,
    shown: &'static str,
    types: Vec<&'static str>,
    sandbox: bool,
}

/// The type whose API is shown first.
const FIRST: &str = "Patient";

/// The API of one type.
pub(crate) async fn api(
    Instance(instance): Instance,
    params: RawPathParams,
) -> Result<Response, Failure> {
    let asked = params.iter().find(|(name, _)| *name == "type");
    let Some(of) = ResourceType::parse(asked.map_or(FIRST, |(_, of)| of)) else {
        return no_such_page();
    };
    let name = instance.name.as_str();
    let shown = Api {
        name,
        document: format!("/{name}/fhir/openapi.json"),
        shown: of.name(),
        types: openapi::types(instance.fhir.settings())
            .map(ResourceType::name)
            .collect(),
        sandbox: instance.sandbox,
    };
    let mut response = page(StatusCode::OK, &shown)?;
    send_origin(&mut response);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}
