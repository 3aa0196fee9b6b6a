//! What can only be marked as entered in error.

use serde_json::{Value, json};

use super::{canvas, refused, stored, updated, with};

fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn allergy() -> Value {
    json!({
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"),
        "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed"),
        "type": "allergy",
        "code": concept("http://www.fdbhealth.com/", "2-15588"),
        "patient": {"reference": "Patient/1"}
    })
}

#[tokio::test]
async fn an_allergy_needs_an_fdb_coding_and_an_unknown_manifestation() {
    let practice = canvas().await;
    let rxnorm = with(
        &allergy(),
        "/code/coding/0/system",
        json!("http://snomed.info/sct"),
    );
    refused(
        &practice,
        &rxnorm,
        400,
        "must have a coding of the system http://www.fdbhealth.com/",
    )
    .await;
    let resolved = with(
        &allergy(),
        "/clinicalStatus/coding/0/code",
        json!("resolved"),
    );
    refused(
        &practice,
        &resolved,
        400,
        "must be one of: active, inactive",
    )
    .await;
    let reaction = |code: &str| json!({"manifestation": [concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", code)], "severity": "mild"});
    let hives = with(&allergy(), "/reaction", json!([reaction("asked-unknown")]));
    refused(
        &practice,
        &hives,
        400,
        "manifestation -> 0 -> coding -> 0 -> code — must be unknown",
    )
    .await;
    let two = with(
        &allergy(),
        "/reaction",
        json!([reaction("unknown"), reaction("unknown")]),
    );
    refused(&practice, &two, 400, "must have at most 1 values").await;
    let read = stored(
        &practice,
        &with(&allergy(), "/reaction", json!([reaction("unknown")])),
    )
    .await;
    assert_eq!(read["recordedDate"], "2026-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn an_update_of_an_allergy_marks_it_and_changes_nothing_else() {
    let practice = canvas().await;
    let read = stored(&practice, &allergy()).await;
    let id = read["id"].clone();
    let unmarked = with(
        &with(&allergy(), "/id", id.clone()),
        "/type",
        json!("intolerance"),
    );
    let address = format!("PUT /AllergyIntolerance/{}", id.as_str().unwrap());
    let answer = practice.ask(&address, &unmarked.to_string()).await;
    answer.refuses(400, "can only be changed to entered-in-error");
    let marked = with(
        &unmarked,
        "/verificationStatus/coding/0/code",
        json!("entered-in-error"),
    );
    let incomplete = with(&marked, "/type", Value::Null);
    let answer = practice.ask(&address, &incomplete.to_string()).await;
    answer.refuses(400, "body -> type — Field required (type=missing)");
    let of_another = with(&marked, "/clinicalStatus/coding/0/code", json!("resolved"));
    let answer = practice.ask(&address, &of_another.to_string()).await;
    answer.refuses(400, "body -> clinicalStatus");
    let after = updated(&practice, &id, &marked).await;
    assert_eq!(
        after["verificationStatus"]["coding"][0]["code"],
        "entered-in-error"
    );
    assert_eq!(after["type"], "allergy");
    assert!(after.get("clinicalStatus").is_none(), "R4 ait-2: {after}");
}

fn condition() -> Value {
    json!({
        "resourceType": "Condition",
        "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "category": [concept("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")],
        "code": concept("ICD-10", "R05"),
        "subject": {"reference": "Patient/1"}
    })
}

#[tokio::test]
async fn a_condition_has_a_category_of_its_system_and_icd_10_cm() {
    let practice = canvas().await;
    let relapse = with(
        &condition(),
        "/clinicalStatus/coding/0/code",
        json!("relapse"),
    );
    refused(&practice, &relapse, 400, "must be one of: active, resolved").await;
    let foreign = with(
        &condition(),
        "/category/0/coding/0/system",
        json!("http://hl7.org/fhir/us/core/CodeSystem/condition-category"),
    );
    refused(
        &practice,
        &foreign,
        400,
        "must have a category of its system",
    )
    .await;
    let secondary = with(
        &condition(),
        "/category",
        json!([concept(
            "http://hl7.org/fhir/us/core/CodeSystem/us-core-category",
            "sdoh"
        )]),
    );
    refused(&practice, &secondary, 400, "beside them").await;
    let read = stored(&practice, &condition()).await;
    assert_eq!(
        read["code"]["coding"][0]["system"],
        "http://hl7.org/fhir/sid/icd-10-cm"
    );
    assert_eq!(read["verificationStatus"]["coding"][0]["code"], "confirmed");
    let after = updated(&practice, &read["id"], &condition()).await;
    assert_eq!(
        after["verificationStatus"]["coding"][0]["code"],
        "entered-in-error"
    );
    assert!(after.get("clinicalStatus").is_none(), "R4 con-5: {after}");
}

#[tokio::test]
async fn an_immunization_is_a_statement_and_can_be_marked() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "Immunization", "status": "completed",
        "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140"),
        "patient": {"reference": "Patient/1"}, "occurrenceDateTime": "2026-01-01", "primarySource": false
    });
    refused(
        &practice,
        &with(&body, "/primarySource", json!(true)),
        400,
        "must be false",
    )
    .await;
    refused(
        &practice,
        &with(&body, "/status", json!("not-done")),
        400,
        "body -> status — must be completed",
    )
    .await;
    refused(
        &practice,
        &with(
            &body,
            "/vaccineCode/coding/0/system",
            json!("http://loinc.org"),
        ),
        400,
        "http://hl7.org/fhir/sid/cvx",
    )
    .await;
    let read = stored(&practice, &body).await;
    let again = with(&body, "/id", read["id"].clone());
    let answer = practice
        .ask(
            &format!("PUT /Immunization/{}", read["id"].as_str().unwrap()),
            &again.to_string(),
        )
        .await;
    answer.refuses(400, "body -> status — must be entered-in-error");
    let marked = with(
        &with(&body, "/status", json!("entered-in-error")),
        "/occurrenceDateTime",
        json!("2020-01-01"),
    );
    let after = updated(&practice, &read["id"], &marked).await;
    assert_eq!(
        (&after["status"], &after["occurrenceDateTime"]),
        (&json!("entered-in-error"), &json!("2026-01-01"))
    );
}

#[tokio::test]
async fn a_medication_statement_begins_now_and_is_never_completed() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "MedicationStatement", "status": "active",
        "medicationCodeableConcept": {"coding": [{"system": "http://www.fdbhealth.com/", "code": "449732", "display": "aspirin"}]},
        "subject": {"reference": "Patient/1"}, "dosage": [{"text": "daily"}, {"text": "never"}]
    });
    refused(
        &practice,
        &with(&body, "/status", json!("completed")),
        400,
        "must be one of: active, entered-in-error, stopped",
    )
    .await;
    let read = stored(&practice, &body).await;
    assert_eq!(read["effectivePeriod"]["start"], "2026-01-01T00:00:00.000Z");
    assert_eq!(read["dosage"], json!([{"text": "daily"}]));
    let marked = with(&body, "/status", json!("entered-in-error"));
    assert_eq!(
        updated(&practice, &read["id"], &marked).await["status"],
        "entered-in-error"
    );
}

const NOTE: &str = "http://schemas.canvasmedical.com/fhir/extensions/note-id";

#[tokio::test]
async fn a_note_and_an_encounter_belong_together() {
    let practice = canvas().await;
    let encounter = |id: &str, note: &str| {
        json!({"resourceType": "Encounter", "id": id, "status": "finished",
            "extension": [{"url": NOTE, "valueId": note}],
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}})
        .to_string()
    };
    let encounters = [encounter("e1", "n1"), encounter("e2", "n2")];
    practice
        .import(&encounters.each_ref().map(String::as_bytes))
        .await;
    let media = json!({"resourceType": "Media", "status": "completed", "subject": {"reference": "Patient/1"}, "content": {"contentType": "image/png", "data": "AA=="}});
    for body in [allergy(), condition(), media] {
        let both = |encounter: &str| {
            let mut body = body.clone();
            body["extension"] = json!([{"url": NOTE, "valueId": "n1"}]);
            body["encounter"] = json!({"reference": encounter});
            body
        };
        for other in ["Encounter/e2", "Encounter/nowhere"] {
            let words = "The note-id and the encounter must belong to the same note";
            refused(&practice, &both(other), 422, words).await;
        }
        stored(&practice, &both("Encounter/e1")).await;
    }
}

#[tokio::test]
async fn statuses_and_categories_are_told_in_words() {
    let practice = canvas().await;
    let read = stored(&practice, &allergy()).await;
    assert_eq!(read["clinicalStatus"]["text"], "Active");
    assert_eq!(read["verificationStatus"]["text"], "Confirmed");
    let read = stored(&practice, &condition()).await;
    assert_eq!(read["clinicalStatus"]["text"], "Active");
    assert_eq!(read["category"][0]["text"], "Problem List Item");
    let after = updated(&practice, &read["id"], &condition()).await;
    assert_eq!(after["verificationStatus"]["text"], "Entered in Error");
}

#[tokio::test]
async fn what_was_given_has_a_moment_a_name_and_an_operator_who_is_a_person() {
    let practice = canvas().await;
    let vaccine = json!({
        "resourceType": "Immunization", "status": "completed",
        "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140"),
        "patient": {"reference": "Patient/1"}, "occurrenceString": "last year", "primarySource": false
    });
    refused(
        &practice,
        &vaccine,
        400,
        "must say when as occurrenceDateTime",
    )
    .await;
    let statement = json!({
        "resourceType": "MedicationStatement", "status": "active",
        "medicationReference": {"reference": "Medication/fdb-1"}, "subject": {"reference": "Patient/1"}
    });
    refused(
        &practice,
        &statement,
        400,
        "must give a medicationReference with a reference and a display",
    )
    .await;
    let media = json!({"resourceType": "Media", "status": "completed", "subject": {"reference": "Patient/1"}, "operator": {"reference": "Organization/1"}, "content": {"contentType": "image/png", "data": "AA=="}});
    refused(
        &practice,
        &media,
        400,
        "body -> operator — must refer to a Practitioner or a Patient",
    )
    .await;
}
