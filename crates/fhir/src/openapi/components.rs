//! What many operations share.

use serde_json::{Map, Value, json};

/// Parameters of the answer's form: name, what it does, allowed values.
const FORM: [(&str, &str, &[&str]); 4] = [
    (
        "_format",
        "The format of the answer; outweighs Accept",
        &["json", "xml"],
    ),
    (
        "_pretty",
        "Whether the answer is indented",
        &["true", "false"],
    ),
    (
        "_summary",
        "A part of each resource instead of the whole",
        &["true", "text", "data", "count", "false"],
    ),
    ("_elements", "The elements wanted, separated by commas", &[]),
];

/// Parameters of every search besides those that look at resources.
const SEARCH: [(&str, &str, &[&str]); 9] = [
    (
        "_filter",
        "One expression, such as name co lee and active eq true",
        &[],
    ),
    ("_list", "The id of a List that names the resource", &[]),
    (
        "_text",
        "Words of the narrative, where the instance keeps words",
        &[],
    ),
    (
        "_content",
        "Words of the whole resource, where the instance keeps words",
        &[],
    ),
    ("_count", "Resources on a page", &[]),
    (
        "_sort",
        "Parameters to sort by, - before one for descending",
        &[],
    ),
    (
        "_total",
        "Whether all matches are counted",
        &["none", "estimate", "accurate"],
    ),
    ("_include", "References to follow, as Type:parameter", &[]),
    ("_revinclude", "References to here, as Type:parameter", &[]),
];

/// Headers by which a request depends on a version.
const HEADERS: [(&str, &str); 3] = [
    (
        "If-Match",
        "Only if this version, such as W/\"3\", is current",
    ),
    (
        "If-None-Match",
        "On a read: only if another version is current",
    ),
    (
        "Prefer",
        "return=minimal, return=representation or return=OperationOutcome",
    ),
];

/// `components`.
pub(super) fn all(auth_url: &str) -> Value {
    json!({
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token of the instance's own authorization server",
            },
            "app": {
                "type": "oauth2",
                "flows": { "clientCredentials": {
                    "tokenUrl": format!("{auth_url}/token/"),
                    "scopes": { "system/*.rs": "Read and search everything", "system/*.cruds": "Everything" },
                } },
            },
        },
        "parameters": parameters(),
        "responses": responses(),
        "requestBodies": { "resource": {
            "required": true,
            "content": content("#/components/schemas/resource"),
        } },
        "schemas": {
            "resource": {
                "type": "object",
                "required": ["resourceType"],
                "properties": { "resourceType": { "type": "string" }, "id": { "type": "string" } },
            },
        },
    })
}

/// References to the parameters of every search.
pub(super) fn of_search() -> impl Iterator<Item = Value> {
    let names = SEARCH.iter().chain(&FORM).map(|(name, ..)| *name);
    names.map(reference)
}

/// A reference to a shared parameter.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

fn parameters() -> Map<String, Value> {
    let of_url = SEARCH.iter().chain(&FORM).map(|(name, about, values)| {
        let mut schema = json!({ "type": "string" });
        if let (false, Some(members)) = (values.is_empty(), schema.as_object_mut()) {
            members.insert("enum".to_owned(), json!(values));
        }
        let shared = json!({ "name": name, "in": "query", "description": about, "schema": schema });
        ((*name).to_owned(), shared)
    });
    let headers = HEADERS.iter().map(|(name, about)| {
        let shared = json!({ "name": name, "in": "header", "description": about, "schema": { "type": "string" } });
        ((*name).to_owned(), shared)
    });
    let asynchronous = json!({
        "name": "Prefer",
        "in": "header",
        "description": "Whether nobody waits: then 202, and Content-Location says where the answer will be",
        "schema": { "type": "string", "enum": ["respond-async"] },
    });
    let path = ["id", "version", "job"].into_iter().map(|name| {
        let shared =
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
        (name.to_owned(), shared)
    });
    let asynchronous = [("respond-async".to_owned(), asynchronous)];
    of_url
        .chain(headers)
        .chain(path)
        .chain(asynchronous)
        .collect()
}

fn responses() -> Value {
    let of = |about: &str| json!({ "description": about, "content": content("#/components/schemas/resource") });
    let header = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    json!({
        "resource": of("The resource"),
        "bundle": of("A page as a Bundle"),
        "answer": of("The answer of the operation"),
        "outcome": of("An OperationOutcome that names every fault and its place"),
        "nothing": { "description": "Done; there is nothing to show" },
        "taken": {
            "description": "It will be done",
            "headers": { "Content-Location": header("Where the answer will be") },
        },
        "under-way": {
            "description": "It is not done yet",
            "headers": {
                "X-Progress": header("How far it is"),
                "Retry-After": header("Seconds after which to ask again"),
            },
        },
    })
}

fn content(schema: &str) -> Value {
    let of = json!({ "schema": { "$ref": schema } });
    json!({ "application/fhir+json": of, "application/fhir+xml": of })
}
