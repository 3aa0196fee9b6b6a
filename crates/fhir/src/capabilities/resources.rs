//! What each resource type offers under a rule set.

use cresset_definitions::{ResourceType, SearchParameter, SearchType, r4};
use cresset_rules::{Absent, Interaction};
use cresset_search::{Defined, Unindexed};
use cresset_store::Deletes;
use serde_json::{Value, json};

use super::{documentation, operations, profiles};
use crate::audit_event;
use crate::service::Settings;

/// The interactions every type offers.
const INTERACTIONS: [&str; 9] = [
    "read",
    "vread",
    "create",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "search-type",
];

/// `CapabilityStatement.rest.resource` under a rule set, as JSON.
pub fn resources(settings: &Settings, unindexed: &Unindexed) -> Vec<u8> {
    let mut out = b"[".to_vec();
    for resource_type in ResourceType::all() {
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(
            of_type(resource_type, settings, unindexed)
                .to_string()
                .as_bytes(),
        );
    }
    out.push(b']');
    out
}

fn of_type(resource_type: ResourceType, settings: &Settings, unindexed: &Unindexed) -> Value {
    let offered = settings.rules.interactions(resource_type);
    let is_offered = |code: &str| {
        Interaction::of_code(code).is_some_and(|i| offered.contains(i))
            && (code != "delete" || settings.deletes != Deletes::Never)
    };
    let interactions: Vec<Value> = INTERACTIONS
        .iter()
        .filter(|code| is_offered(code))
        .map(|code| json!({ "code": code }))
        .collect();
    let defined = unindexed.defined();
    let own = r4().search_parameters_of(resource_type).iter();
    let parameters: Vec<Value> = own
        .chain(defined.parameters_of(resource_type))
        .filter(|p| is_searchable(p))
        .map(|p| parameter(p, unindexed))
        .collect();
    let mut resource = json!({
        "type": resource_type.name(),
        "profile": format!("http://hl7.org/fhir/StructureDefinition/{resource_type}"),
        "interaction": interactions,
        "versioning": "versioned",
        "readHistory": is_offered("vread"),
        "updateCreate": is_offered("update") && updates_create(settings, resource_type),
        "conditionalCreate": is_offered("create"),
        "conditionalRead": "full-support",
        "conditionalUpdate": is_offered("update"),
        "conditionalDelete": conditional_delete(is_offered("delete"), settings.deletes),
        "referencePolicy": ["literal", "logical"],
        "searchInclude": includes(resource_type, defined),
        "searchRevInclude": reverse_includes(resource_type, defined),
        "searchParam": parameters,
    });
    if let (true, Some(members)) = (is_offered("read"), resource.as_object_mut()) {
        let operations: Vec<Value> = operations::of_type(resource_type, settings.rules)
            .map(|o| json!({ "name": o.name, "definition": o.definition() }))
            .collect();
        members.insert("operation".to_owned(), json!(operations));
    }
    let words = documentation::of_type(settings.rules, resource_type);
    if let (Some(words), Some(members)) = (words, resource.as_object_mut()) {
        members.insert("documentation".to_owned(), json!(words));
    }
    if let (true, Some(members)) = (
        audit_event::is_trail(resource_type),
        resource.as_object_mut(),
    ) {
        // Made of the trail when they are asked for: they have one version and refer to nothing here.
        members.insert("versioning".to_owned(), json!("no-version"));
        members.remove("searchInclude");
        members.remove("searchRevInclude");
    }
    let profiles = profiles::of_type(resource_type);
    if let (false, Some(members)) = (profiles.is_empty(), resource.as_object_mut()) {
        members.insert("supportedProfile".to_owned(), json!(profiles));
    }
    resource
}

/// What `_include` can name: every reference of the type.
fn includes(of: ResourceType, defined: &Defined) -> Vec<String> {
    let own = r4().search_parameters_of(of).iter();
    let references = own.chain(defined.parameters_of(of));
    let references = references.filter(|p| is_reference(p));
    let each = references.map(|p| format!("{of}:{}", p.code));
    std::iter::once("*".to_owned()).chain(each).collect()
}

/// What `_revinclude` can name: every reference made for this type, and the one of Provenance that
/// US Core asks for, which is made for all.
fn reverse_includes(of: ResourceType, defined: &Defined) -> Vec<String> {
    let leads_here = |p: &SearchParameter| {
        p.targets.contains(&of) || (p.code == "target" && p.resource_type.name() == "Provenance")
    };
    let own = r4().search_parameters().iter();
    own.chain(defined.parameters())
        .filter(|p| is_reference(p) && leads_here(p))
        .filter(|p| !audit_event::is_trail(p.resource_type))
        .map(|p| format!("{}:{}", p.resource_type, p.code))
        .collect()
}

fn is_reference(parameter: &SearchParameter) -> bool {
    parameter.search_type == SearchType::Reference
}

/// R4 `conditional-delete-status`.
const fn conditional_delete(is_offered: bool, deletes: Deletes) -> &'static str {
    match deletes {
        Deletes::Single if is_offered => "single",
        Deletes::Multiple if is_offered => "multiple",
        _ => "not-supported",
    }
}

/// Whether an update of what is not there creates it: the rule set says so, or the instance.
fn updates_create(settings: &Settings, resource_type: ResourceType) -> bool {
    let rules = settings.rules.of_type(resource_type);
    rules.map_or(settings.client_ids, |rules| {
        rules.behaviour.absent == Absent::Created
    })
}

fn parameter(parameter: &SearchParameter, unindexed: &Unindexed) -> Value {
    let mut shown = json!({ "name": parameter.code, "definition": parameter.url, "type": parameter.search_type.code() });
    if let (Some(building), Some(members)) = (unindexed.find(parameter.ix), shown.as_object_mut()) {
        let text = format!(
            "Its index is being built, {} % are done; until then it cannot be searched by",
            building.percent
        );
        members.insert("documentation".to_owned(), json!(text));
    }
    shown
}

/// Whether a parameter is offered: the audit trail is searched by few.
pub fn is_searchable(parameter: &SearchParameter) -> bool {
    let is_of_trail = audit_event::is_trail(parameter.resource_type);
    cresset_search::is_searchable(parameter)
        && (!is_of_trail || audit_event::PARAMETERS.contains(&parameter.code))
}
