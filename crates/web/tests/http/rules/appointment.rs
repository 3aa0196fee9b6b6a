//! Appointment under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, updated, with};

fn appointment() -> Value {
    json!({
        "resourceType": "Appointment",
        "status": "proposed",
        "appointmentType": {"coding": [{"system": "http://snomed.info/sct", "code": "308335008"}]},
        "supportingInformation": [{"reference": "Location/1"}],
        "start": "2026-03-01T08:30:00Z",
        "end": "2026-03-01T08:50:00Z",
        "participant": [
            {"actor": {"reference": "Practitioner/1"}, "status": "accepted"},
            {"actor": {"reference": "Patient/1"}, "status": "accepted"}
        ]
    })
}

#[tokio::test]
async fn exactly_one_contained_endpoint_with_its_required_but_unused_fields() {
    let practice = canvas().await;
    let endpoint = json!({
        "resourceType": "Endpoint", "id": "appointment-meeting-endpoint-0", "status": "active",
        "connectionType": {}, "payloadType": [{"coding": []}], "address": "https://meet.example/1"
    });
    let mut body = appointment();
    body["supportingInformation"]
        .as_array_mut()
        .unwrap()
        .push(json!({"reference": "#appointment-meeting-endpoint-0"}));
    body["contained"] = json!([endpoint, endpoint]);
    body["contained"][1]["id"] = json!("second");
    refused(
        &practice,
        &body,
        400,
        "body -> contained — must have at most 1 values",
    )
    .await;
    body["contained"] =
        json!([{"resourceType": "Location", "id": "appointment-meeting-endpoint-0"}]);
    refused(
        &practice,
        &body,
        400,
        "must be one Endpoint with an id and an address",
    )
    .await;
    for (field, words) in [
        ("status", "contained -> 0 -> status — Field required"),
        (
            "connectionType",
            "contained -> 0 -> connectionType — Field required",
        ),
        (
            "payloadType",
            "contained -> 0 -> payloadType — Field required",
        ),
    ] {
        body["contained"] = json!([with(&endpoint, &format!("/{field}"), Value::Null)]);
        refused(&practice, &body, 400, words).await;
    }
    body["contained"] = json!([endpoint]);
    let read = stored(&practice, &body).await;
    assert_eq!(
        read["contained"][0]["connectionType"]["code"],
        "hl7-fhir-rest"
    );
    assert_eq!(
        read["contained"][0]["payloadType"][0]["coding"][0]["code"],
        "video-call"
    );
}

#[tokio::test]
async fn one_snomed_or_internal_appointment_type_coding() {
    let practice = canvas().await;
    let coding = |system: &str| json!({"system": system, "code": "1"});
    let two = json!([coding("INTERNAL"), coding("INTERNAL")]);
    refused(
        &practice,
        &with(&appointment(), "/appointmentType/coding", two),
        400,
        "must have at most 1 values",
    )
    .await;
    let loinc = json!([coding("http://loinc.org")]);
    refused(
        &practice,
        &with(&appointment(), "/appointmentType/coding", loinc),
        400,
        "must be one of: http://snomed.info/sct, INTERNAL",
    )
    .await;
    stored(
        &practice,
        &with(
            &appointment(),
            "/appointmentType/coding",
            json!([coding("INTERNAL")]),
        ),
    )
    .await;
}

#[tokio::test]
async fn participant_status_is_required_and_stored_as_accepted() {
    let practice = canvas().await;
    let missing = with(&appointment(), "/participant/0/status", Value::Null);
    refused(
        &practice,
        &missing,
        400,
        "body -> participant -> 0 -> status — Field required (type=missing)",
    )
    .await;
    let illegal = with(&appointment(), "/participant/0/status", json!("active"));
    refused(
        &practice,
        &illegal,
        400,
        "body -> participant -> 0 -> status",
    )
    .await;
    let tentative = with(&appointment(), "/participant/0/status", json!("tentative"));
    assert_eq!(
        stored(&practice, &tentative).await["participant"][0]["status"],
        "accepted"
    );
}

#[tokio::test]
async fn a_practitioner_a_location_and_a_duration_are_required() {
    let practice = canvas().await;
    let nobody = with(
        &appointment(),
        "/participant/0/actor/reference",
        json!("Patient/2"),
    );
    refused(
        &practice,
        &nobody,
        400,
        "exactly one Practitioner among the participants",
    )
    .await;
    let nowhere = with(
        &appointment(),
        "/supportingInformation/0/reference",
        json!("Encounter/1"),
    );
    refused(
        &practice,
        &nowhere,
        400,
        "must name a Location among supportingInformation",
    )
    .await;
    let backwards = with(&appointment(), "/end", json!("2026-03-01T08:20:00Z"));
    refused(&practice, &backwards, 400, "must end after it starts").await;
    let read_only = with(&appointment(), "/status", json!("entered-in-error"));
    refused(
        &practice,
        &read_only,
        400,
        "body -> status — must be one of: arrived, booked, cancelled",
    )
    .await;
    let short = with(
        &with(&appointment(), "/start", json!("2026-03-01T08:30")),
        "/end",
        json!("2026-03-01T08:50"),
    );
    assert_eq!(
        stored(&practice, &short).await["start"],
        "2026-03-01T08:30:00Z"
    );
}

#[tokio::test]
async fn the_reason_is_the_first_or_no_description_given() {
    let practice = canvas().await;
    let read = stored(&practice, &appointment()).await;
    assert_eq!(
        read["reasonCode"],
        json!([{"text": "No description given"}])
    );
    let two = with(
        &appointment(),
        "/reasonCode",
        json!([{"text": "a"}, {"text": "b"}]),
    );
    assert_eq!(
        stored(&practice, &two).await["reasonCode"],
        json!([{"text": "a"}])
    );
}

#[tokio::test]
async fn an_update_keeps_what_it_leaves_out_and_cannot_change_the_patient() {
    let practice = canvas().await;
    let described = with(&appointment(), "/description", json!("first visit"));
    let read = stored(&practice, &described).await;
    let booked = with(&appointment(), "/status", json!("booked"));
    let after = updated(&practice, &read["id"], &booked).await;
    assert_eq!(
        (&after["status"], &after["description"]),
        (&json!("booked"), &json!("first visit"))
    );
    let other = with(
        &appointment(),
        "/participant/1/actor/reference",
        json!("Patient/2"),
    );
    let other = with(&other, "/id", read["id"].clone());
    let address = format!("PUT /Appointment/{}", read["id"].as_str().unwrap());
    let answer = practice.ask(&address, &other.to_string()).await;
    answer.refuses(422, "business-rule Cannot change patient for an existing appointment. Please cancel this appointment and create a new one for the new patient.");
}

#[tokio::test]
async fn every_participant_refers_to_somebody() {
    let practice = canvas().await;
    let unnamed = with(
        &appointment(),
        "/participant/1/actor",
        json!({"display": "Ada"}),
    );
    refused(
        &practice,
        &unnamed,
        400,
        "body -> participant -> 1 -> actor -> reference — Field required (type=missing)",
    )
    .await;
}
