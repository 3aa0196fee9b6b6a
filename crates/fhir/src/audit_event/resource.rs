//! A record as a resource.

use std::collections::HashMap;

use cresset_store::audit::{Action, Recorded};
use cresset_store::user::User;
use cresset_store::{AuditRecord, Store};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::instant;

const RESTFUL: &str = "http://hl7.org/fhir/restful-interaction";
const TYPES: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY_TYPES: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ROLES: &str = "http://terminology.hl7.org/CodeSystem/object-role";

/// Who the apps and people of some records are.
pub(super) struct Names {
    apps: HashMap<String, String>,
    people: HashMap<String, User>,
}

impl Names {
    /// Looks up everybody these records name.
    pub(super) async fn of(store: &dyn Store, records: &[Recorded]) -> Result<Self, Fault> {
        let mut names = Self {
            apps: HashMap::new(),
            people: HashMap::new(),
        };
        for Recorded { record, .. } in records {
            if let Some(id) = &record.app
                && !names.apps.contains_key(id)
                && let Some(app) = store.lookup_app(id).await?
            {
                names.apps.insert(id.clone(), app.name);
            }
            if let Some(id) = &record.subject
                && !names.people.contains_key(id)
                && let Some(user) = store.lookup_user(id).await?
            {
                names.people.insert(id.clone(), user);
            }
        }
        Ok(names)
    }

    fn agents(&self, record: &AuditRecord) -> Vec<Value> {
        let mut agents = Vec::new();
        if let Some(id) = &record.subject {
            let mut who = json!({ "identifier": { "value": id } });
            if let Some(user) = self.people.get(id) {
                if let Some(own) = &user.fhir_user {
                    set(&mut who, "reference", json!(own));
                }
                set(&mut who, "display", json!(user.name));
            }
            agents.push(json!({ "who": who, "requestor": true }));
        }
        if let Some(id) = &record.app {
            let mut who = json!({ "identifier": { "value": id } });
            if let Some(name) = self.apps.get(id) {
                set(&mut who, "display", json!(name));
            }
            let coding = json!({ "system": DICOM, "code": "110150", "display": "Application" });
            let is_requestor = record.subject.is_none();
            agents.push(json!({
                "type": { "coding": [coding] }, "who": who, "requestor": is_requestor,
            }));
        }
        if agents.is_empty() {
            agents.push(json!({ "who": { "display": "somebody unknown" }, "requestor": true }));
        }
        if let (Some(address), Some(first)) = (record.address, agents.first_mut()) {
            let network = json!({ "address": address.to_string(), "type": "2" });
            set(first, "network", network);
        }
        agents
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// The JSON of a record.
pub(super) fn write(recorded: &Recorded, names: &Names, base: &str) -> Result<Vec<u8>, Fault> {
    let Recorded { number, record } = recorded;
    let at = instant::text(record.at);
    let (is_restful, subtype) = subtype(record);
    // Parts of an interaction that nobody waited for have no code in R4, but are of that kind.
    let event_type = if is_restful || record.interaction.starts_with("async-") {
        json!({ "system": TYPES, "code": "rest", "display": "Restful Operation" })
    } else {
        json!({ "system": DICOM, "code": "110114", "display": "User Authentication" })
    };
    let action = Action::CODES.iter().find(|(a, _)| *a == record.action());
    let mut resource = json!({
        "resourceType": "AuditEvent",
        "id": number.to_string(),
        "meta": { "versionId": "1", "lastUpdated": at },
        "type": event_type,
        "subtype": [subtype],
        "action": action.map_or("E", |(_, code)| code),
        "recorded": at,
        "outcome": outcome(record.status),
        "outcomeDesc": outcome_text(record),
        "agent": names.agents(record),
        "source": { "observer": { "display": base } },
    });
    set(&mut resource, "entity", Value::Array(entities(record)));
    serde_json::to_vec(&resource)
        .map_err(|error| Fault::internal(format!("an AuditEvent cannot be written: {error}")))
}

/// Whether it is an interaction of FHIR, and its code.
fn subtype(record: &AuditRecord) -> (bool, Value) {
    let code = record.interaction.as_str();
    let is_restful = matches!(
        code,
        "read"
            | "vread"
            | "update"
            | "patch"
            | "delete"
            | "create"
            | "search-type"
            | "search-system"
            | "history-instance"
            | "history-type"
            | "history-system"
            | "transaction"
            | "batch"
            | "operation"
    );
    let coding = if is_restful {
        json!({ "system": RESTFUL, "code": code })
    } else {
        json!({ "code": code })
    };
    (is_restful, coding)
}

/// R4 `audit-event-outcome`.
fn outcome(status: u16) -> &'static str {
    match status {
        0..400 => "0",
        400..500 => "4",
        _ => "8",
    }
}

fn outcome_text(record: &AuditRecord) -> String {
    match record.times {
        1 => format!("HTTP {}", record.status),
        times => format!("HTTP {}, {times} times", record.status),
    }
}

/// What it was done to: the resource, whose records, and the request.
fn entities(record: &AuditRecord) -> Vec<Value> {
    let entity_type = |code: &str| json!({ "system": ENTITY_TYPES, "code": code });
    let role = |code: &str| json!({ "system": ROLES, "code": code });
    let mut entities = Vec::new();
    let of = record
        .resource_type
        .map(cresset_definitions::ResourceType::name);
    if let Some(of) = of {
        let what = match &record.id {
            Some(id) => json!({ "reference": format!("{of}/{id}") }),
            None => json!({ "type": of }),
        };
        entities.push(json!({ "what": what, "type": entity_type("2"), "role": role("4") }));
    }
    for patient in record.whose.named() {
        entities.push(json!({
            "what": { "reference": format!("Patient/{patient}") },
            "type": entity_type("1"),
            "role": role("1"),
        }));
    }
    if record.whose.unnamed() > 0 {
        let text = format!("and {} more mentions of patients", record.whose.unnamed());
        entities.push(json!({ "type": entity_type("1"), "role": role("1"), "description": text }));
    }
    if let Some(query) = record.query {
        let fingerprint = format!("{:016x}", u64::from_be_bytes(query));
        entities.push(json!({
            "what": { "identifier": { "value": fingerprint } },
            "type": entity_type("2"),
            "role": role("24"),
            "description": "fingerprint of the query",
        }));
    }
    entities.push(json!({
        "what": { "identifier": { "value": record.correlation_id } },
        "type": entity_type("4"),
        "description": "correlation id of the request",
    }));
    entities
}
