//! Claim under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, updated, with};

const QUEUE: &str = "http://schemas.canvasmedical.com/fhir/extensions/claim-queue";

fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": code}]})
}

fn claim() -> Value {
    json!({
        "resourceType": "Claim",
        "status": "active",
        "type": concept("http://hl7.org/fhir/ValueSet/claim-type", "professional"),
        "use": "claim",
        "patient": {"reference": "Patient/1"},
        "created": "2026-03-01",
        "provider": {"reference": "Practitioner/1"},
        "priority": concept("http://hl7.org/fhir/ValueSet/process-priority", "normal"),
        "supportingInfo": [{"sequence": 1, "category": concept("http://hl7.org/fhir/ValueSet/claim-informationcategory", "patientreasonforvisit"), "valueString": "cough"}],
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("http://hl7.org/fhir/ValueSet/icd-10", "R05")}],
        "insurance": [{"sequence": 1, "focal": true, "coverage": {"reference": "Coverage/1"}}, {"sequence": 2, "focal": false, "coverage": {"display": "Other"}}],
        "item": [{"sequence": 1, "diagnosisSequence": [1], "productOrService": concept("http://www.ama-assn.org/go/cpt", "99213"), "quantity": {"value": 1}, "unitPrice": {"value": 100}}]
    })
}

#[tokio::test]
async fn supporting_info_sequence_simple_quantity_and_priority() {
    let practice = canvas().await;
    for (body, words) in [
        (
            with(&claim(), "/supportingInfo/0/sequence", json!(0)),
            "supportingInfo -> 0 -> sequence — must be 1 or more",
        ),
        (
            with(&claim(), "/item/0/quantity", json!(1)),
            "item -> 0 -> quantity — must be",
        ),
        (
            with(&claim(), "/priority", Value::Null),
            "body -> priority — Field required (type=missing)",
        ),
        (
            with(&claim(), "/priority/coding/0/code", json!("stat")),
            "priority -> coding -> 0 -> code — must be normal",
        ),
        (
            with(&claim(), "/provider/reference", json!("Organization/1")),
            "body -> provider — must refer to a Practitioner",
        ),
        (
            with(
                &claim(),
                "/provider/type",
                json!("http://hl7.org/fhir/sid/us-npi"),
            ),
            "body -> provider — must refer to a Practitioner",
        ),
        (
            with(&claim(), "/use", json!("predetermination")),
            "body -> use — must be claim",
        ),
        (
            with(&claim(), "/diagnosis", Value::Null),
            "body -> diagnosis — Field required (type=missing)",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
}

#[tokio::test]
async fn a_claim_begins_in_coding_and_value_sets_become_systems() {
    let practice = canvas().await;
    let read = stored(&practice, &claim()).await;
    assert_eq!(
        read["extension"][0]["valueCoding"],
        json!({"system": "http://canvasmedical.com", "code": "NeedsCodingReview", "display": "Coding"})
    );
    assert_eq!(
        read["priority"]["coding"][0]["system"],
        "http://terminology.hl7.org/CodeSystem/processpriority"
    );
    assert_eq!(
        read["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0]["system"],
        "http://hl7.org/fhir/sid/icd-10-cm"
    );
    assert_eq!(read["created"], "2026-03-01T00:00:00Z");
    assert_eq!(
        read["insurance"].as_array().unwrap().len(),
        1,
        "what is not focal is ignored"
    );
}

#[tokio::test]
async fn only_the_queue_is_updated() {
    let practice = canvas().await;
    let read = stored(&practice, &claim()).await;
    let moved = with(
        &claim(),
        "/extension",
        json!([{"url": QUEUE, "valueCoding": {"system": "http://canvasmedical.com", "code": "Trash"}}]),
    );
    let moved = with(&moved, "/patient/reference", json!("Patient/2"));
    let after = updated(&practice, &read["id"], &moved).await;
    assert_eq!(after["extension"][0]["valueCoding"]["display"], "Trash");
    assert_eq!(after["extension"].as_array().unwrap().len(), 1);
    assert_eq!(
        after["patient"]["reference"], "Patient/1",
        "the rest is as before"
    );
    let own = with(
        &moved,
        "/extension/0/valueCoding/code",
        json!("OurOwnQueue"),
    );
    let after = updated(&practice, &read["id"], &own).await;
    assert_eq!(after["extension"][0]["valueCoding"]["code"], "OurOwnQueue");
}

#[tokio::test]
async fn every_list_is_numbered_and_every_service_has_its_name() {
    let practice = canvas().await;
    let information = claim()["supportingInfo"][0].clone();
    for (body, words) in [
        (
            with(&claim(), "/insurance/1/sequence", json!(1)),
            "must number each insurance once",
        ),
        (
            with(
                &claim(),
                "/supportingInfo",
                json!([information, information]),
            ),
            "must number each supportingInfo once",
        ),
        (
            with(
                &claim(),
                "/item/0/productOrService/coding/0/display",
                Value::Null,
            ),
            "productOrService -> coding -> 0 -> display — Field required (type=missing)",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
}

#[tokio::test]
async fn the_note_of_a_claim_is_for_the_server_to_name() {
    let practice = canvas().await;
    let note = json!([{"url": "http://schemas.canvasmedical.com/fhir/extensions/note-id", "valueId": "n1"}]);
    let read = stored(&practice, &with(&claim(), "/extension", note)).await;
    assert_eq!(read["extension"].as_array().unwrap().len(), 1, "{read}");
    assert_eq!(read["extension"][0]["url"], QUEUE);
}
