//! `DocumentReference`, Media and Group under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, with};

fn document() -> Value {
    let url =
        |name: &str| format!("http://schemas.canvasmedical.com/fhir/document-reference-{name}");
    json!({
        "resourceType": "DocumentReference", "status": "current",
        "extension": [
            {"url": url("clinical-date"), "valueDate": "2026-01-01"},
            {"url": url("reviewer"), "valueReference": {"reference": "Practitioner/1"}},
            {"url": url("requires-signature"), "valueBoolean": false}
        ],
        "type": {"coding": [{"system": "http://loinc.org", "code": "34109-9"}]},
        "category": [{"coding": [{"system": url("category"), "code": "uncategorizedclinicaldocument"}]}],
        "subject": {"reference": "Patient/1"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}]
    })
}

#[tokio::test]
async fn a_document_needs_its_date_its_reviewer_and_a_pdf() {
    let practice = canvas().await;
    let group = json!({"url": "http://schemas.canvasmedical.com/fhir/document-reference-reviewer-group", "valueReference": {"reference": "Group/1"}});
    let mut both = document();
    both["extension"].as_array_mut().unwrap().push(group);
    for (body, words) in [
        (
            with(&document(), "/extension/0", Value::Null),
            "document-reference-clinical-date",
        ),
        (
            with(&document(), "/extension/1", Value::Null),
            "document-reference-reviewer or document-reference-reviewer-group",
        ),
        (
            both,
            "document-reference-reviewer or document-reference-reviewer-group",
        ),
        (
            with(&document(), "/extension/2", Value::Null),
            "document-reference-requires-signature",
        ),
        (
            with(&document(), "/status", json!("superseded")),
            "body -> status — must be current",
        ),
        (
            with(
                &document(),
                "/content/0/attachment/contentType",
                json!("text/plain"),
            ),
            "must be application/pdf",
        ),
        (
            with(&document(), "/category/0/coding/0/code", json!("labreport")),
            "must be one of: patientadministrativedocument, uncategorizedclinicaldocument",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    let read = stored(&practice, &document()).await;
    assert_eq!(read["category"][1]["coding"][0]["code"], "clinical-note");
    assert_eq!(
        read["content"][0]["format"]["code"],
        "urn:ihe:iti:xds:2017:mimeTypeSufficient"
    );
    assert_eq!(read["date"], "2026-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn media_is_a_picture() {
    let practice = canvas().await;
    let body = json!({"resourceType": "Media", "status": "completed", "subject": {"reference": "Patient/1"}, "content": {"contentType": "image/png", "data": "AA=="}});
    refused(
        &practice,
        &with(&body, "/content/contentType", json!("video/mp4")),
        400,
        "must be one of: image/heic, image/jpeg, image/png",
    )
    .await;
    refused(
        &practice,
        &with(&body, "/content/data", Value::Null),
        400,
        "body -> content -> data — Field required",
    )
    .await;
    stored(&practice, &body).await;
}

#[tokio::test]
async fn only_teams_have_responsibilities() {
    let practice = canvas().await;
    let body = json!({"resourceType": "Group", "type": "practitioner", "actual": true, "name": "Labs", "characteristic": [{"code": {"text": "responsibility"}, "valueCodeableConcept": {"text": "SCHEDULE_LAB_VISITS_FOR_PATIENT"}}]});
    refused(
        &practice,
        &with(&body, "/type", json!("person")),
        400,
        "must be of type practitioner to have responsibilities",
    )
    .await;
    refused(
        &practice,
        &with(&body, "/type", json!("device")),
        400,
        "must be one of: person, practitioner",
    )
    .await;
    assert_eq!(
        stored(&practice, &body).await["characteristic"][0]["exclude"],
        false
    );
}
