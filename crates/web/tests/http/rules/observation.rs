//! Observation under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, with};

fn sign(code: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "unknown",
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": code}]},
        "subject": {"reference": "Patient/1"}
    })
}

fn pressure() -> Value {
    let part = |code: &str, value: u32| json!({"code": {"coding": [{"system": "http://loinc.org", "code": code, "display": code}]}, "valueQuantity": {"value": value}});
    with(
        &sign("85354-9"),
        "/component",
        json!([part("8480-6", 120), part("8462-4", 80)]),
    )
}

#[tokio::test]
async fn blood_pressure_comes_as_components_only() {
    let practice = canvas().await;
    let at_root = with(&pressure(), "/valueQuantity", json!({"value": 120}));
    refused(
        &practice,
        &at_root,
        400,
        "must give blood pressure as components",
    )
    .await;
    let weight = with(&pressure(), "/code/coding/0/code", json!("29463-7"));
    refused(
        &practice,
        &weight,
        400,
        "only blood pressure has components",
    )
    .await;
    let unnamed = with(
        &pressure(),
        "/component/1/code/coding/0/display",
        Value::Null,
    );
    refused(
        &practice,
        &unnamed,
        400,
        "component -> 1 -> code -> coding -> 0 -> display — Field required (type=missing)",
    )
    .await;
    let read = stored(&practice, &pressure()).await;
    assert_eq!(
        read["component"][0]["valueQuantity"],
        json!({"value": 120, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"})
    );
    assert!(read.get("dataAbsentReason").is_none());
}

#[tokio::test]
async fn a_value_is_a_number_in_a_unit_of_its_sign() {
    let practice = canvas().await;
    let text = with(&sign("29463-7"), "/valueQuantity", json!({"value": "70"}));
    refused(
        &practice,
        &text,
        400,
        "body -> valueQuantity -> value — must be a JSON number, without quotes",
    )
    .await;
    let stone = with(
        &sign("29463-7"),
        "/valueQuantity",
        json!({"value": 11, "unit": "st"}),
    );
    refused(
        &practice,
        &stone,
        422,
        "business-rule Invalid sign unit detected for weight",
    )
    .await;
    let pounds = with(
        &sign("29463-7"),
        "/valueQuantity",
        json!({"value": 150, "unit": "lb"}),
    );
    assert_eq!(
        stored(&practice, &pounds).await["valueQuantity"]["code"],
        "[lb_av]"
    );
    let bare = with(&sign("8867-4"), "/valueQuantity", json!({"value": 70}));
    assert_eq!(
        stored(&practice, &bare).await["valueQuantity"]["unit"],
        "bpm"
    );
}

#[tokio::test]
async fn status_is_required_and_stored_as_final() {
    let practice = canvas().await;
    let missing = with(&sign("8867-4"), "/status", Value::Null);
    refused(
        &practice,
        &missing,
        400,
        "body -> status — Field required (type=missing)",
    )
    .await;
    let other = with(&sign("8867-4"), "/status", json!("registered"));
    refused(
        &practice,
        &other,
        400,
        "must be one of: final, unknown, entered-in-error",
    )
    .await;
    let read = stored(
        &practice,
        &with(&sign("8867-4"), "/category", json!([{"text": "mine"}])),
    )
    .await;
    assert_eq!(read["status"], "final");
    assert_eq!(read["category"][0]["coding"][0]["code"], "vital-signs");
    assert_eq!(read["effectiveDateTime"], "2026-01-01T00:00:00.000Z");
    assert_eq!(
        read["dataAbsentReason"]["coding"][0]["code"],
        "not-performed"
    );
    let wrong = with(&sign("85353-1"), "/status", json!("entered-in-error"));
    assert_eq!(
        stored(&practice, &wrong).await["status"],
        "entered-in-error"
    );
}

#[tokio::test]
async fn an_unsupported_sign_is_422() {
    let practice = canvas().await;
    refused(
        &practice,
        &sign("4548-4"),
        422,
        "business-rule Requested Sign does not exist",
    )
    .await;
    let rhythm = with(&sign("8884-9"), "/valueString", json!("Odd"));
    refused(&practice, &rhythm, 422, "Irregularly Irregular").await;
}

#[tokio::test]
async fn a_reason_for_absence_never_stands_beside_a_value() {
    let practice = canvas().await;
    let body = with(
        &sign("8867-4"),
        "/dataAbsentReason",
        json!({"text": "none"}),
    );
    let body = with(&body, "/component", Value::Null);
    let read = stored(&practice, &body).await;
    assert_eq!(read["dataAbsentReason"]["text"], "none");
}

#[tokio::test]
async fn a_panel_holds_each_sign_once() {
    let practice = canvas().await;
    let mut members = Vec::new();
    for code in ["29463-7", "29463-7", "8302-2"] {
        let read = stored(
            &practice,
            &with(&sign(code), "/valueQuantity", json!({"value": 70})),
        )
        .await;
        members.push(json!({"reference": format!("Observation/{}", read["id"].as_str().unwrap())}));
    }
    let panel =
        |members: &[Value]| with(&sign("85353-1"), "/hasMember", json!(members)).to_string();
    let answer = practice.ask("POST /Observation", &panel(&members)).await;
    answer.refuses(
        422,
        "business-rule Vital sign reading already exists for the given reading",
    );
    let many = vec![members[0].clone(); 13];
    practice
        .ask("POST /Observation", &panel(&many))
        .await
        .refuses(422, "Vital sign reading already exists");
    let answer = practice
        .ask("POST /Observation", &panel(&members[1..]))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test]
async fn every_sign_has_its_units() {
    let practice = canvas().await;
    for (code, unit, name) in [
        ("8867-4", "Hz", "pulse rate"),
        ("8310-5", "°C", "body temperature"),
        ("59408-5", "mmHg", "oxygen saturation"),
        ("9279-1", "Hz", "respiration rate"),
        ("8302-2", "ft", "height"),
        ("56086-2", "m", "waist circumference"),
    ] {
        let body = with(
            &sign(code),
            "/valueQuantity",
            json!({"value": 1, "unit": unit}),
        );
        let words = format!("business-rule Invalid sign unit detected for {name}");
        refused(&practice, &body, 422, &words).await;
    }
    let kpa = with(&pressure(), "/component/0/valueQuantity/unit", json!("kPa"));
    refused(
        &practice,
        &kpa,
        422,
        "Invalid sign unit detected for blood pressure",
    )
    .await;
    let empty = with(&sign("8867-4"), "/valueQuantity", json!({"unit": "bpm"}));
    refused(&practice, &empty, 400, "must have a value in valueQuantity").await;
}

#[tokio::test]
async fn a_saturation_by_oximetry_is_one_of_arterial_blood_too() {
    let practice = canvas().await;
    let body = with(&sign("59408-5"), "/valueQuantity", json!({"value": 98}));
    let read = stored(&practice, &body).await;
    let page = practice
        .ask("GET /Observation?code=http://loinc.org|2708-6", "")
        .await;
    let page = page.json();
    assert_eq!(page["total"], 1, "{page}");
    let arterial = &page["entry"][0]["resource"];
    assert_ne!(arterial["id"], read["id"]);
    for name in [
        "valueQuantity",
        "subject",
        "effectiveDateTime",
        "status",
        "category",
    ] {
        assert_eq!(arterial[name], read[name], "{name}");
    }
    assert_eq!(arterial["code"]["coding"].as_array().unwrap().len(), 1);
    let all = practice.ask("GET /Observation", "").await.json();
    assert_eq!(all["total"], 3, "and their panel: {all}");
}
