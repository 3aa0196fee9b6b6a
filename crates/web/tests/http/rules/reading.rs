//! What a read shows is what was stored, and what an older API stored in its own shape is not taken.

use cresset_base::Limits;
use cresset_fhir::prepare::{parse, prepare_tree};
use serde_json::{Value, json};

use super::{canvas, read};

/// Asserts that not even an import takes this body.
#[track_caller]
fn not_taken(body: &Value, words: &str) {
    let tree = parse(body.to_string().as_bytes(), &Limits::default()).unwrap();
    let fault = prepare_tree(&tree, &[], cresset_validate::standard(), |_| Ok(false)).unwrap_err();
    let texts: Vec<_> = fault.issues.iter().map(|issue| &issue.text).collect();
    assert!(texts.iter().any(|text| text.contains(words)), "{texts:?}");
}

#[tokio::test]
async fn an_encounter_names_its_appointment_with_the_type() {
    let practice = canvas().await;
    let body = |reference: &str| {
        json!({"resourceType": "Encounter", "id": "e", "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "appointment": [{"reference": reference}]})
    };
    not_taken(&body("123"), "Encounter.appointment[0].reference");
    practice
        .import(&[body("Appointment/123").to_string().as_bytes()])
        .await;
    let found = read(&practice, "Encounter/e").await;
    assert_eq!(found["appointment"][0]["reference"], "Appointment/123");
    let search = practice
        .ask("GET /Encounter?appointment=Appointment/123", "")
        .await
        .json();
    assert_eq!(search["entry"][0]["resource"], found);
}

#[test]
fn a_location_has_a_status() {
    let body = json!({"resourceType": "Location", "active": true, "name": "Clinic"});
    not_taken(&body, "must not have an element 'active'");
}

#[test]
fn a_medication_request_has_a_list_of_reasons_with_lists_of_codings() {
    let body = json!({"resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "x"}, "subject": {"reference": "Patient/1"},
        "reasonCode": [{"coding": {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R05"}}]});
    not_taken(&body, "MedicationRequest.reasonCode[0].coding must be");
}

#[test]
fn an_observation_shows_a_value_or_the_reason_why_there_is_none() {
    let body = json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"},
        "valueQuantity": {"value": 1}, "dataAbsentReason": {"text": "none"}});
    not_taken(&body, "obs-6");
}

#[tokio::test]
async fn a_dose_is_not_the_quantity_dispensed() {
    let practice = canvas().await;
    let body = json!({"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "x"}, "subject": {"reference": "Patient/1"},
        "dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"quantity": {"value": 30}}});
    practice.import(&[body.to_string().as_bytes()]).await;
    let found = read(&practice, "MedicationRequest/m").await;
    assert_eq!(
        found["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"],
        1
    );
    assert_eq!(found["dispenseRequest"]["quantity"]["value"], 30);
}

#[tokio::test]
async fn a_goal_begins_when_it_says() {
    let practice = canvas().await;
    let body = json!({"resourceType": "Goal", "id": "g", "lifecycleStatus": "active", "description": {"text": "Walk"},
        "subject": {"reference": "Patient/1"}, "startDate": "2026-01-02", "target": [{"dueDate": "2026-02-01"}]});
    practice.import(&[body.to_string().as_bytes()]).await;
    assert_eq!(read(&practice, "Goal/g").await["startDate"], "2026-01-02");
}

#[tokio::test]
async fn a_panel_has_its_own_code_and_not_those_of_its_members() {
    let practice = canvas().await;
    let sign = |code: &str| {
        json!({"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"},
            "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": code}]}})
    };
    let mut weight = sign("29463-7");
    weight["valueQuantity"] = json!({"value": 150, "unit": "lb"});
    let weight = super::stored(&practice, &weight).await;
    let mut panel = sign("85353-1");
    panel["hasMember"] =
        json!([{"reference": format!("Observation/{}", weight["id"].as_str().unwrap())}]);
    panel["interpretation"] = json!([{"text": "Unknown"}]);
    let panel = super::stored(&practice, &panel).await;
    let codings = panel["code"]["coding"].as_array().unwrap();
    assert_eq!((codings.len(), &codings[0]["code"]), (1, &json!("85353-1")));
    assert!(panel.get("interpretation").is_none(), "{panel}");
}

#[test]
fn what_older_apis_gave_beside_fhir_is_not_taken() {
    let plan = json!({"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient/1"},
        "category": [{"coding": {"system": "http://snomed.info/sct", "code": "734163000"}}]});
    not_taken(&plan, "CarePlan.category[0].coding must be");
    let response = json!({"resourceType": "QuestionnaireResponse", "status": "completed",
        "item": [{"linkId": "1", "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "1", "display": ""}}]}]});
    not_taken(&response, "valueCoding.display");
}
