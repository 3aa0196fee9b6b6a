//! Provenance: who created or changed a resource, kept with the change itself.

use cresset_model::Value;

use crate::edit;

/// The types whose writes leave one.
pub(super) static TYPES: [&str; 16] = [
    "AllergyIntolerance",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Goal",
    "Immunization",
    "MedicationRequest",
    "Observation",
    "Patient",
    "Procedure",
    "ServiceRequest",
];

/// The id of the organization on whose behalf everybody writes.
pub const ORGANIZATION: &str = "00000000-0000-0000-0002-000000000000";

const AGENTS: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
const OPERATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// Where a resource says who wrote it, the likeliest first.
const AUTHORS: [&[&str]; 4] = [
    &["recorder", "reference"],
    &["author", "reference"],
    &["requester", "reference"],
    &["performer", "reference"],
];

/// Where a resource says whose it is.
const PATIENTS: [&str; 3] = ["patient", "subject", "beneficiary"];

/// The organization itself, for the references to lead somewhere.
pub fn organization() -> Value {
    let mut body = edit::object([("resourceType", "Organization"), ("id", ORGANIZATION)]);
    body.set("active", Value::Bool(true));
    let kinds = "http://terminology.hl7.org/CodeSystem/organization-type";
    body.set("type", Value::Array(vec![edit::concept(kinds, "prov")]));
    body.set("name", edit::string("This practice"));
    body
}

/// The record of one write of a resource.
pub(crate) fn of(resource: &Value, (name, id): (&str, &str), (is_new, now): (bool, &str)) -> Value {
    let mut body = edit::object([("resourceType", "Provenance")]);
    let own = format!("{name}/{id}");
    let mut targets = vec![edit::object([("reference", &*own), ("type", name)])];
    let of_patient = |element: &&str| edit::text(resource, &[element, "reference"]);
    let patient = PATIENTS.iter().find_map(of_patient);
    let patient = patient.filter(|patient| is_of(patient, &["Patient"]));
    targets
        .extend(patient.map(|patient| edit::object([("reference", patient), ("type", "Patient")])));
    body.set("target", Value::Array(targets));
    body.set("recorded", edit::string(now));
    let unsupported = edit::object([("url", ABSENT), ("valueCode", "unsupported")]);
    body.set(
        "location",
        edit::holder("extension", Value::Array(vec![unsupported])),
    );
    let operation = if is_new { "CREATE" } else { "UPDATE" };
    body.set("activity", edit::concept(OPERATIONS, operation));
    body.set("agent", Value::Array(vec![agent(resource)]));
    body
}

/// Its author, or the practice where it names none.
fn agent(resource: &Value) -> Value {
    let practice = format!("Organization/{ORGANIZATION}");
    let (part, who) = match author(resource) {
        Some(author) => ("author", author),
        None => ("composer", &*practice),
    };
    let mut agent = edit::holder("type", edit::concept(AGENTS, part));
    agent.set("who", edit::object([("reference", who)]));
    agent.set("onBehalfOf", edit::object([("reference", &*practice)]));
    agent
}

fn author(resource: &Value) -> Option<&str> {
    let people = &[
        "Practitioner",
        "PractitionerRole",
        "Patient",
        "RelatedPerson",
    ];
    AUTHORS.iter().find_map(|path| {
        let (element, rest) = path.split_first()?;
        let one = edit::text(resource, path);
        let first = || edit::text(edit::items(resource, element).first()?, rest);
        one.or_else(first).filter(|who| is_of(who, people))
    })
}

fn is_of(reference: &str, names: &[&str]) -> bool {
    edit::target(reference).is_some_and(|(name, _)| names.contains(&name))
}
