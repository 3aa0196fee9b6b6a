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

#[tokio::test]
async fn extensions_licences_and_photos_have_their_parts() {
    let practice = canvas().await;
    let own = |name: &str| format!("http://schemas.canvasmedical.com/fhir/extensions/{name}");
    let more = |extension: Value| {
        let mut body = practitioner();
        body["extension"].as_array_mut().unwrap().push(extension);
        body
    };
    for (body, words) in [
        (
            more(
                json!({"url": own("roles"), "extension": [{"url": "code", "valueCoding": {"system": "urn:x", "code": "MD"}}]}),
            ),
            "must have extensions code of the system http://schemas.canvasmedical.com/fhir/roles as roles",
        ),
        (
            more(
                json!({"url": own("practitioner-primary-practice-location"), "valueReference": {"reference": "Patient/1"}}),
            ),
            "must refer to a Location as practitioner-primary-practice-location",
        ),
        (
            more(json!({"url": own("practitioner-signature"), "valueAttachment": {"title": "x"}})),
            "must have a valueAttachment with data as practitioner-signature",
        ),
        (
            more(
                json!({"url": own("practitioner-personal-meeting-room-link"), "valueString": "x"}),
            ),
            "must have a valueUrl as practitioner-personal-meeting-room-link",
        ),
        (
            with(&practitioner(), "/telecom/0/use", Value::Null),
            "body -> telecom -> 0 -> use — Field required (type=missing)",
        ),
        (
            with(&practitioner(), "/photo", json!([{"title": "x"}])),
            "body -> photo -> 0 -> url — Field required (type=missing)",
        ),
        (
            with(
                &practitioner(),
                "/qualification",
                json!([{"identifier": [{"system": "urn:x", "value": "1"}], "code": {"text": "STATE"}, "period": {"start": "2020-01-01"}}]),
            ),
            "qualification -> 0 -> identifier -> 0 -> system — must be http://schemas.canvasmedical.com/fhir/extensions/issuing-authority-url",
        ),
        (
            with(
                &practitioner(),
                "/qualification",
                json!([{"identifier": [{"value": "1"}], "code": {"text": "STATE"}, "period": {"start": "2020-01-01"},
                    "issuer": {"extension": [{"url": own("license-primary"), "valueString": "yes"}]}}]),
            ),
            "qualification -> 0 -> issuer -> extension -> 0 — must have a valueString as issuing-authority-short-name",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
}

#[tokio::test]
async fn the_first_bytes_of_a_signature_tell_its_kind() {
    let practice = canvas().await;
    let url = "http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature";
    let mut body = practitioner();
    let signature = json!({"url": url, "valueAttachment": {"data": "iVBORw0KGgoAAAANSUhEUg=="}});
    body["extension"].as_array_mut().unwrap().push(signature);
    let read = stored(&practice, &body).await;
    let mut extensions = read["extension"].as_array().unwrap().iter();
    let signature = extensions
        .find(|extension| extension["url"] == url)
        .unwrap();
    assert_eq!(signature["valueAttachment"]["contentType"], "image/png");
}
