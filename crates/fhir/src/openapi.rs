//! The `OpenAPI` 3.1 document of an instance, made from the tables it routes, parses and validates
//! with: what its rule set offers is in it, and nothing else.

mod components;
mod paths;

use bytes::Bytes;
use cresset_definitions::ResourceType;
use cresset_search::Defined;
use serde_json::{Map, Value, json};

use crate::service::Settings;

/// The types of which an instance offers anything.
pub fn types(settings: &Settings) -> impl Iterator<Item = ResourceType> {
    let rules = settings.rules;
    ResourceType::all().filter(move |of| rules.interactions(*of).iter().next().is_some())
}

/// The document of an instance that defines these search parameters: of every type, or of one.
pub fn document(settings: &Settings, defined: &Defined, only: Option<ResourceType>) -> Bytes {
    let types: Vec<ResourceType> = types(settings)
        .filter(|of| only.is_none_or(|only| only == *of))
        .collect();
    let mut paths = Map::new();
    if only.is_none() {
        paths::of_system(&mut paths);
    }
    for of in &types {
        paths::of_type(*of, (settings.rules, defined), &mut paths);
    }
    let tags: Vec<Value> = types
        .iter()
        .map(|of| json!({ "name": of.name() }))
        .collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "FHIR R4 API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "FHIR R4 4.0.1 with US Core 6.1.0 behind SMART on FHIR authorization. The CapabilityStatement says the same in the words of FHIR.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": settings.base_url }],
        "security": [{ "token": [] }],
        "tags": tags,
        "paths": paths,
        "components": components::all(&settings.auth_url),
    });
    Bytes::from(document.to_string())
}
