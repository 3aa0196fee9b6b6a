//! What an instance does that wears a rule set.

use cresset_base::Limits;

use serde_json::{Value, json};

use super::practice::{Answer, HOST, Practice};

mod allergen;
mod appointment;
mod booking;
mod care_team;
mod certification;
mod claim;
mod clinical;
mod communication;
mod consent;
mod coverage;
mod document_reference;
mod envelope;
mod faults;
mod financial;
mod group;
mod interactions;
mod observation;
mod operations;
mod panel;
mod patient;
mod practitioner;
mod provenance;
mod questionnaire_response;
mod reach;
mod reading;
mod searching;
mod slot;
mod task;
mod us_core;

/// A practice that wears `canvas`.
pub(crate) async fn canvas() -> Practice {
    Practice::with(Limits::default(), |settings| {
        "canvas".clone_into(&mut settings.rules);
    })
    .await
}

/// A patient the set accepts; members of `more` come last.
pub(crate) fn patient(more: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","extension":[{{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}}],"name":[{{"use":"official","family":"Bell","given":["Ada"]}}],"gender":"female","birthDate":"1985-12-10"{more}}}"#
    )
}

/// The id at the end of `Location`.
pub(crate) fn located(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    let (_, id) = answer.header("location").rsplit_once('/').unwrap();
    id.to_owned()
}

/// Stores a body and reads what was made of it.
pub(crate) async fn stored(practice: &Practice, body: &Value) -> Value {
    let name = body["resourceType"].as_str().unwrap();
    let created = practice
        .ask(&format!("POST /{name}"), &body.to_string())
        .await;
    let id = located(&created);
    read(practice, &format!("{name}/{id}")).await
}

/// Updates a resource, sending `body` under its id, and reads what was made of it.
pub(crate) async fn updated(practice: &Practice, id: &Value, body: &Value) -> Value {
    let (mut body, id) = (body.clone(), id.as_str().unwrap());
    body["id"] = json!(id);
    let address = format!("{}/{id}", body["resourceType"].as_str().unwrap());
    let answer = practice
        .ask(&format!("PUT /{address}"), &body.to_string())
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    read(practice, &address).await
}

/// What is stored at an address.
pub(crate) async fn read(practice: &Practice, address: &str) -> Value {
    let answer = practice.ask(&format!("GET /{address}"), "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Asserts that a create is refused with this status and these words, and stores nothing.
pub(crate) async fn refused(practice: &Practice, body: &Value, status: u16, words: &str) {
    let name = body["resourceType"].as_str().unwrap();
    let answer = practice
        .ask(&format!("POST /{name}"), &body.to_string())
        .await;
    answer.refuses(status, words);
    let counted = practice
        .ask(&format!("GET /{name}?_summary=count"), "")
        .await;
    if counted.status == 200 {
        assert_eq!(counted.json()["total"], 0, "{name}");
    }
}

/// The body with one member at a JSON pointer set, or taken away where the value is null.
pub(crate) fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    let (above, name) = pointer.rsplit_once('/').unwrap();
    let holder = body.pointer_mut(above).unwrap();
    match (holder, value) {
        (Value::Object(members), Value::Null) => drop(members.remove(name)),
        (Value::Object(members), value) => drop(members.insert(name.to_owned(), value)),
        (Value::Array(items), Value::Null) => drop(items.remove(name.parse().unwrap())),
        (Value::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
        (other, _) => panic!("nothing can be set in {other}"),
    }
    body
}
