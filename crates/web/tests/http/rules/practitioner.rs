//! Practitioner under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, updated, with};

const USERNAME: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username";

fn practitioner() -> Value {
    json!({
        "resourceType": "Practitioner",
        "extension": [{"url": USERNAME, "valueString": "abell"}],
        "name": [{"use": "usual", "family": "Bell", "given": ["Ada"]}],
        "telecom": [
            {"system": "phone", "use": "work", "value": "5550100", "rank": 1},
            {"system": "email", "use": "work", "value": "ada@x.example", "rank": 1}
        ],
        "birthDate": "1970-01-01"
    })
}

#[tokio::test]
async fn a_work_phone_one_email_one_name_and_an_npi_of_ten_digits() {
    let practice = canvas().await;
    for (body, words) in [
        (
            with(&practitioner(), "/telecom/0/value", json!("555-0100")),
            "must have a work phone of digits only",
        ),
        (
            with(&practitioner(), "/telecom/1", Value::Null),
            "must have exactly one email address",
        ),
        (
            with(&practitioner(), "/name/0/use", json!("official")),
            "body -> name -> 0 -> use — must be usual",
        ),
        (
            with(&practitioner(), "/name/0/given", json!(["Ada", "Eve"])),
            "must have at most 1 values",
        ),
        (
            with(
                &practitioner(),
                "/identifier",
                json!([{"system": "http://hl7.org/fhir/sid/us-npi", "value": "12"}]),
            ),
            "must have 10 digits",
        ),
        (
            with(&practitioner(), "/birthDate", Value::Null),
            "body -> birthDate — Field required (type=missing)",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    stored(&practice, &practitioner()).await;
}

#[tokio::test]
async fn username_and_email_do_not_change() {
    let practice = canvas().await;
    let read = stored(&practice, &practitioner()).await;
    let address = format!("PUT /Practitioner/{}", read["id"].as_str().unwrap());
    for (pointer, words) in [
        (
            "/extension/0/valueString",
            "username of a practitioner cannot be changed",
        ),
        (
            "/telecom/1/value",
            "email address of a practitioner cannot be changed",
        ),
    ] {
        let body = with(
            &with(&practitioner(), pointer, json!("other")),
            "/id",
            read["id"].clone(),
        );
        practice
            .ask(&address, &body.to_string())
            .await
            .refuses(422, words);
    }
    let silent = with(&practitioner(), "/extension", Value::Null);
    let after = updated(&practice, &read["id"], &silent).await;
    assert_eq!(after["extension"][0]["valueString"], "abell");
}
