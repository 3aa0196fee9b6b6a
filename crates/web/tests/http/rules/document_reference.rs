//! `DocumentReference`, Media and Group under `canvas`.

use serde_json::{Value, json};

use super::super::practice::{HOST, Practice};
use super::{canvas, refused, stored, updated, with};

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

#[tokio::test]
async fn a_reviewer_is_a_practitioner_a_group_is_a_group_and_some_types_are_read_only() {
    let practice = canvas().await;
    let reviewer = "/extension/1/valueReference/reference";
    let mut group = document();
    group["extension"][1] = json!({"url": "http://schemas.canvasmedical.com/fhir/document-reference-reviewer-group", "valueReference": {"reference": "Practitioner/1"}});
    for (body, words) in [
        (
            with(&document(), reviewer, json!("Group/1")),
            "must refer to a Practitioner as document-reference-reviewer",
        ),
        (
            group,
            "must refer to a Group as document-reference-reviewer-group",
        ),
        (
            with(
                &document(),
                "/extension/0",
                json!({"url": "http://schemas.canvasmedical.com/fhir/document-reference-clinical-date", "valueString": "today"}),
            ),
            "document-reference-clinical-date with a valueDate",
        ),
        // Letters are written by the charting side.
        (
            with(&document(), "/type/coding/0/code", json!("51852-2")),
            "body -> type -> coding -> 0 -> code — must be one of: 53243-2",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
}

#[tokio::test]
async fn the_quantity_of_a_group_is_that_of_its_members() {
    let practice = canvas().await;
    let body = json!({"resourceType": "Group", "type": "person", "actual": true, "name": "Cohort", "quantity": 9,
        "member": [{"entity": {"reference": "Patient/1"}}, {"entity": {"reference": "Patient/2"}}]});
    let read = stored(&practice, &body).await;
    assert_eq!(read["quantity"], 2);
    let less = with(&body, "/member/1", Value::Null);
    assert_eq!(updated(&practice, &read["id"], &less).await["quantity"], 1);
}

/// The file at an address of the practice, which answers with another one that is followed.
async fn file(practice: &Practice, url: &Value) -> bytes::Bytes {
    let base = format!("{HOST}/demo/fhir");
    let path = url.as_str().unwrap().strip_prefix(&base).unwrap();
    let answer = practice.ask(&format!("GET {path}"), "").await;
    assert_eq!(answer.status, 307, "{answer:?}");
    let signed = answer
        .header("location")
        .strip_prefix(HOST)
        .unwrap()
        .to_owned();
    let answer = practice.stranger(&format!("GET {signed}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn a_document_has_the_same_unsigned_address_in_read_and_search() {
    let practice = canvas().await;
    let read = stored(&practice, &document()).await;
    let url = &read["content"][0]["attachment"]["url"];
    let id = read["id"].as_str().unwrap();
    assert_eq!(
        *url,
        format!("{HOST}/demo/fhir/DocumentReference/{id}/files/content")
    );
    let page = practice
        .ask("GET /DocumentReference?patient=1", "")
        .await
        .json();
    assert_eq!(page["entry"][0]["resource"], read);
    assert_eq!(&file(&practice, url).await[..], b"%PDF-");
}

#[tokio::test]
async fn photos_consents_and_pictures_have_addresses_too() {
    let practice = canvas().await;
    let media = json!({"resourceType": "Media", "status": "completed", "subject": {"reference": "Patient/1"}, "content": {"contentType": "image/png", "data": "AA=="}});
    let read = stored(&practice, &media).await;
    assert_eq!(&file(&practice, &read["content"]["url"]).await[..], [0]);
    let mut body: Value = serde_json::from_str(&super::patient("")).unwrap();
    body["photo"] = json!([{"contentType": "image/png", "data": "AQ=="}]);
    let read = stored(&practice, &body).await;
    let url = read["photo"][0]["url"].clone();
    assert_eq!(&file(&practice, &url).await[..], [1]);
    // An app that was given the address sends the address back.
    body["photo"] = json!([{"url": url}]);
    let after = updated(&practice, &read["id"], &body).await;
    assert_eq!(after["photo"], read["photo"]);
    let consent = json!({
        "resourceType": "Consent", "status": "active", "scope": {},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": "Patient/1"},
        "sourceAttachment": {"title": "consent", "contentType": "application/pdf", "data": "JVBERi0="},
        "provision": {"period": {"start": "2026-01-01"}}
    });
    let first = stored(&practice, &consent).await;
    let renewed = stored(&practice, &consent).await;
    assert_eq!(renewed["sourceAttachment"], first["sourceAttachment"]);
    assert_eq!(
        &file(&practice, &renewed["sourceAttachment"]["url"]).await[..],
        b"%PDF-"
    );
}
