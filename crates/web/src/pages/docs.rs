//! `GET /docs` and `GET /docs/[type]`: made from the tables the server works with.

mod rules;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use cresset_definitions::{ResourceType, SearchParameter, SearchType, r4};
use cresset_fhir::capabilities;
use http::StatusCode;

use super::lost::no_such_page;
use super::page::page;
use super::site::Site;
use crate::app::App;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs {
    site: Site,
    types: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "docs_type.html")]
struct DocsOfType {
    site: Site,
    name: &'static str,
    interactions: Vec<(&'static str, String)>,
    profiles: Vec<&'static str>,
    worn: Vec<rules::Worn>,
    parameters: Vec<Parameter>,
}

struct Parameter {
    name: &'static str,
    kind: &'static str,
    example: String,
    expression: &'static str,
}

/// The first page.
pub(crate) async fn docs_index(State(app): State<App>) -> Result<Response, Failure> {
    let types = ResourceType::all().map(ResourceType::name).collect();
    page(
        StatusCode::OK,
        &Docs {
            site: Site::shown(&app).await?,
            types,
        },
    )
}

/// One resource type.
pub(crate) async fn docs_of_type(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let Some(resource_type) = ResourceType::parse(&name) else {
        return no_such_page();
    };
    let docs = DocsOfType {
        site: Site::shown(&app).await?,
        name: resource_type.name(),
        interactions: interactions(resource_type.name()),
        profiles: capabilities::profiles(resource_type),
        worn: rules::of_type(resource_type),
        parameters: r4()
            .search_parameters_of(resource_type)
            .iter()
            .filter(|parameter| capabilities::is_searchable(parameter))
            .map(Parameter::of)
            .collect(),
    };
    page(StatusCode::OK, &docs)
}

fn interactions(name: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Read", format!("GET /{name}/[id]")),
        (
            "Read a version",
            format!("GET /{name}/[id]/_history/[version]"),
        ),
        ("List versions", format!("GET /{name}/[id]/_history")),
        ("Search", format!("GET /{name}?[parameters]")),
        ("Search by form", format!("POST /{name}/_search")),
        ("Create", format!("POST /{name}")),
        ("Update", format!("PUT /{name}/[id]")),
        ("Delete", format!("DELETE /{name}/[id]")),
    ]
}

impl Parameter {
    fn of(parameter: &SearchParameter) -> Self {
        let value = match parameter.search_type {
            SearchType::Number => "gt5",
            SearchType::Date => "ge2026-01-31",
            SearchType::String => "ann",
            SearchType::Token => "[system]|[code]",
            SearchType::Reference => "[type]/[id]",
            SearchType::Composite => "[value]$[value]",
            SearchType::Quantity => "gt5.4||mg",
            SearchType::Uri => "[uri]",
            SearchType::Special => "[value]",
        };
        let example = format!("{}={value}", parameter.code);
        Self {
            name: parameter.code,
            kind: parameter.search_type.code(),
            example,
            expression: parameter.expression,
        }
    }
}
