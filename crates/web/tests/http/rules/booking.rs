//! What a practice offers and when, under `canvas`.

use serde_json::{Value, json};

use super::super::practice::Practice;
use super::{canvas, refused, stored, updated, with};

fn appointment(code: &str, start: &str, end: &str) -> Value {
    json!({
        "resourceType": "Appointment", "status": "proposed",
        "appointmentType": {"coding": [{"system": "INTERNAL", "code": code}]},
        "supportingInformation": [{"reference": "Location/1"}],
        "start": format!("2026-03-01T{start}:00Z"), "end": format!("2026-03-01T{end}:00Z"),
        "participant": [
            {"actor": {"reference": "Practitioner/1"}, "status": "accepted"},
            {"actor": {"reference": "Patient/1"}, "status": "accepted"}
        ]
    })
}

/// A practice with a catalogue.
async fn offering(may_overlap: bool) -> Practice {
    let practice = canvas().await;
    offer(&practice, may_overlap).await;
    practice
}

async fn offer(practice: &Practice, may_overlap: bool) {
    let set = |name: &str, concepts: Value| {
        json!({
            "resourceType": "ValueSet", "id": name, "status": "active",
            "url": format!("https://cresset.example/fhir/ValueSet/canvas-{name}"),
            "extension": [{"url": "https://cresset.example/fhir/StructureDefinition/canvas-double-booking", "valueBoolean": may_overlap}],
            "compose": {"include": concepts}
        })
        .to_string()
    };
    let sets = [
        set(
            "appointment-types",
            json!([{"system": "INTERNAL", "concept": [{"code": "office"}, {"code": "video"}]}]),
        ),
        set(
            "note-types",
            json!([{"system": "INTERNAL", "concept": [{"code": "chart", "display": "Chart review"}]}]),
        ),
        set(
            "reasons-for-visit",
            json!([
                {"system": "INTERNAL", "concept": [{"code": "cough"}, {"code": "pain"}]},
                {"system": "urn:other", "concept": [{"code": "pain"}]}
            ]),
        ),
    ];
    practice
        .import(&sets.each_ref().map(String::as_bytes))
        .await;
}

#[tokio::test]
async fn kinds_and_reasons_are_those_the_practice_offers() {
    let practice = offering(true).await;
    let office = appointment("office", "08:00", "08:20");
    let because = |code: &str| {
        with(
            &office,
            "/reasonCode",
            json!([{"coding": [{"code": code}]}]),
        )
    };
    for (body, words) in [
        (
            appointment("dance", "08:00", "08:20"),
            "business-rule Appointment Type does not exist with code: dance and system: INTERNAL",
        ),
        (
            appointment("chart", "08:00", "08:20"),
            "business-rule Note type: Chart review is not scheduleable",
        ),
        (
            because("fun"),
            "business-rule structured reason for visit with code fun does not exist",
        ),
        (
            because("pain"),
            "business-rule structured reason for visit with code pain is not unique",
        ),
    ] {
        refused(&practice, &body, 422, words).await;
    }
    stored(&practice, &because("cough")).await;
    let unsaid = stored(&practice, &with(&office, "/appointmentType", Value::Null)).await;
    assert_eq!(unsaid["appointmentType"]["coding"][0]["code"], "office");
    let video = stored(&practice, &appointment("video", "08:00", "08:20")).await;
    let kept = with(&office, "/appointmentType", Value::Null);
    let kept = updated(&practice, &video["id"], &kept).await;
    assert_eq!(kept["appointmentType"]["coding"][0]["code"], "video");
}

#[tokio::test]
async fn a_time_is_given_once_where_the_practice_says_so() {
    let mut practice = offering(false).await;
    let first = stored(&practice, &appointment("office", "08:00", "08:20")).await;
    practice.token = practice.token_for("system/Appointment.cu").await;
    for (start, end, status) in [
        ("08:10", "08:30", 422),
        ("07:50", "08:30", 422),
        ("08:05", "08:10", 422),
        ("08:20", "08:40", 201),
        ("07:40", "08:00", 201),
    ] {
        let body = appointment("office", start, end);
        let answer = practice.ask("POST /Appointment", &body.to_string()).await;
        assert_eq!(answer.status, status, "{start} {answer:?}");
        if status == 422 {
            answer.refuses(
                422,
                "business-rule This appointment time is no longer available.",
            );
        }
    }
    let another = appointment("office", "08:10", "08:30");
    let another = with(
        &another,
        "/participant/0/actor/reference",
        json!("Practitioner/2"),
    );
    let answer = practice
        .ask("POST /Appointment", &another.to_string())
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let cancelled = with(
        &appointment("office", "08:00", "08:20"),
        "/status",
        json!("cancelled"),
    );
    let cancelled = with(&cancelled, "/id", first["id"].clone());
    let address = format!("PUT /Appointment/{}", first["id"].as_str().unwrap());
    let answer = practice.ask(&address, &cancelled.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = appointment("office", "08:05", "08:15");
    let answer = practice.ask("POST /Appointment", &body.to_string()).await;
    assert_eq!(answer.status, 201, "the time is free again: {answer:?}");
}

#[tokio::test]
async fn an_update_keeps_what_was_there_before_the_catalogue() {
    let practice = canvas().await;
    let because = json!([{"coding": [{"code": "fun"}]}]);
    let body = with(
        &appointment("dance", "08:00", "08:20"),
        "/reasonCode",
        because,
    );
    let first = stored(&practice, &body).await;
    let other = stored(&practice, &appointment("office", "09:00", "09:20")).await;
    stored(&practice, &appointment("office", "08:10", "08:30")).await;
    offer(&practice, false).await;
    let booked = with(&body, "/status", json!("booked"));
    let booked = updated(&practice, &first["id"], &booked).await;
    assert_eq!(booked["status"], "booked");
    for (changed, words) in [
        (
            appointment("dance", "09:00", "09:20"),
            "business-rule Appointment Type does not exist with code: dance",
        ),
        (
            appointment("office", "08:20", "08:40"),
            "business-rule This appointment time is no longer available.",
        ),
    ] {
        let changed = with(&changed, "/id", other["id"].clone());
        let address = format!("PUT /Appointment/{}", other["id"].as_str().unwrap());
        let answer = practice.ask(&address, &changed.to_string()).await;
        answer.refuses(422, words);
    }
}

#[tokio::test]
async fn a_time_that_cannot_be_looked_at_whole_is_refused() {
    let practice = offering(false).await;
    let long = with(
        &appointment("office", "08:00", "08:20"),
        "/end",
        json!("2026-03-02T08:00:01Z"),
    );
    let words = "business-rule An appointment lasts at most 24 hours where a time is given once";
    refused(&practice, &long, 422, words).await;
    let many: Vec<String> = (0..1001)
        .map(|at| {
            let mut one = appointment("office", "08:00", "08:20");
            one["id"] = json!(format!("a{at}"));
            one.to_string()
        })
        .collect();
    let many: Vec<&[u8]> = many.iter().map(String::as_bytes).collect();
    practice.import(&many).await;
    let body = appointment("office", "10:00", "10:20");
    practice
        .ask("POST /Appointment", &body.to_string())
        .await
        .refuses(
            422,
            "too-costly A rule of the practice would have to look at more than 1000 Appointments",
        );
    offer(&practice, true).await;
    stored(&practice, &body).await;
}

#[tokio::test]
async fn a_time_is_given_once_within_a_transaction_too() {
    let practice = offering(false).await;
    let bundle = |bodies: &[Value]| {
        let entry = |body: &Value| json!({"resource": body, "request": {"method": "POST", "url": "Appointment"}});
        let entries: Vec<Value> = bodies.iter().map(entry).collect();
        json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
    };
    let first = appointment("office", "08:00", "08:20");
    let both = bundle(&[first.clone(), appointment("office", "08:10", "08:30")]);
    let answer = practice.ask("POST /", &both).await;
    answer.refuses(422, "This appointment time is no longer available.");
    assert_eq!(
        answer.json()["issue"][0]["expression"][0],
        "Bundle.entry[1].resource.start"
    );
    let page = practice.ask("GET /Appointment", "").await.json();
    assert_eq!(page["total"], 0, "{page}");
    let both = bundle(&[first, appointment("office", "08:20", "08:40")]);
    let answer = practice.ask("POST /", &both).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}
