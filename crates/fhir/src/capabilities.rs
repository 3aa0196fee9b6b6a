//! capabilities: the `CapabilityStatement`, made from the tables the server itself works with.
//!
//! What every type offers ([`resources()`]) depends on the rule set the instance wears; the head
//! before it holds its addresses.

mod documentation;
pub mod operations;
mod profiles;
mod resources;

use bytes::Bytes;
use cresset_definitions::{r4, words};
use cresset_search::Unindexed;
use serde_json::{Value, json};

use crate::service::Settings;

pub use profiles::of_type as profiles;
pub use resources::{is_searchable, resources};

/// When this server's set of capabilities last changed.
const DATE: &str = "2026-11-22";

const US_CORE_SERVER: &str = "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server";
const US_CORE_GUIDE: &str =
    "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|6.1.0";
/// One expression over the parameters of the type searched.
const FILTER: &str = "http://hl7.org/fhir/SearchParameter/filter";
const OAUTH_URIS: &str = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";
const SECURITY_SERVICE: &str = "http://terminology.hl7.org/CodeSystem/restful-security-service";

/// The statement of one instance and of what it can be searched by, as JSON.
pub fn statement(settings: &Settings, unindexed: &Unindexed) -> Bytes {
    // The type first, where a reader of a stream expects it.
    let head = format!(
        "{{\"resourceType\":\"CapabilityStatement\",{}",
        members(&head(settings))
    );
    let rest = format!("{{{}", members(&rest(settings, !unindexed.is_wordless())));
    let parts: [&[u8]; 6] = [
        head.as_bytes(),
        b",\"rest\":[",
        rest.as_bytes(),
        b",\"resource\":",
        &resources(settings, unindexed),
        b"}]}",
    ];
    Bytes::from(parts.concat())
}

/// The members of a JSON object, without its braces.
fn members(object: &Value) -> String {
    let mut text = object.to_string();
    text.pop();
    text.split_off(1)
}

fn head(settings: &Settings) -> Value {
    json!({
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "name": "CressetCapabilityStatement",
        "title": "Cresset FHIR R4 server",
        "description": "What this FHIR R4 server can do: US Core 6.1.0 data behind SMART on FHIR authorization.",
        "instantiates": [US_CORE_SERVER],
        "software": { "name": "Cresset", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "A practice's FHIR R4 server", "url": settings.base_url },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/json", "json", "application/fhir+xml", "application/xml", "xml"],
        "patchFormat": ["application/json-patch+json", "application/merge-patch+json", "application/fhir+json", "application/fhir+xml"],
        "implementationGuide": [US_CORE_GUIDE],
    })
}

fn rest(settings: &Settings, keeps_words: bool) -> Value {
    json!({
        "mode": "server",
        "documentation": documentation::of_server(settings.rules),
        "interaction": [{ "code": "search-system" }, { "code": "transaction" }, { "code": "batch" }, { "code": "history-system" }],
        "security": security(&settings.auth_url),
        "searchParam": searched_everywhere(keeps_words),
        "operation": [{ "name": operations::GRAPHQL.name, "definition": operations::GRAPHQL.definition() }],
    })
}

/// The parameters of every type that look at no element.
fn searched_everywhere(keeps_words: bool) -> Vec<Value> {
    let mut all = vec![
        json!({ "name": "_filter", "definition": FILTER, "type": "special" }),
        json!({ "name": "_list", "type": "special" }),
    ];
    if keeps_words {
        let codes = [words::NARRATIVE, words::CONTENT];
        let found = codes.iter().filter_map(|code| {
            r4().search_parameters()
                .iter()
                .find(|p| p.code == *code && words::asks_for_words(p))
        });
        all.extend(
            found.map(|p| json!({ "name": p.code, "definition": p.url, "type": "special" })),
        );
    }
    all
}

fn security(auth_url: &str) -> Value {
    let addresses = ["authorize", "token", "introspect", "revoke"]
        .map(|name| json!({ "url": name, "valueUri": format!("{auth_url}/{name}/") }));
    json!({
        "cors": true,
        "extension": [{
            "url": OAUTH_URIS,
            "extension": addresses,
        }],
        "service": [{
            "coding": [{ "system": SECURITY_SERVICE, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR" }],
            "text": "OAuth 2.0 with SMART on FHIR scopes",
        }],
    })
}
