//! Consent, Coverage, `CoverageEligibilityRequest`, `PaymentNotice` and `DetectedIssue` under `canvas`.

use serde_json::{Value, json};

use super::{canvas, located, refused, stored, updated, with};

fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

#[tokio::test]
async fn a_consent_takes_an_empty_scope() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "Consent", "status": "active", "scope": {},
        "category": [concept("http://loinc.org", "59284-0")],
        "patient": {"reference": "Patient/1"},
        "sourceAttachment": {"title": "consent", "contentType": "application/pdf", "data": "JVBERi0="},
        "provision": {"period": {"start": "2026-01-01"}}
    });
    for (body, words) in [
        (
            with(&body, "/scope", Value::Null),
            "body -> scope — Field required (type=missing)",
        ),
        (
            with(&body, "/status", json!("draft")),
            "body -> status — must be one of: active, rejected",
        ),
        (
            with(&body, "/provision/period/start", json!("tomorrow")),
            "body -> provision -> period -> start",
        ),
        (
            with(&body, "/sourceAttachment/contentType", json!("text/plain")),
            "must be application/pdf",
        ),
        (
            with(&body, "/provision", Value::Null),
            "body -> provision — Field required (type=missing)",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    let read = stored(&practice, &body).await;
    assert_eq!(read["scope"], json!({"text": "Unknown"}));
    assert_eq!(read["dateTime"], "2026-01-01T00:00:00.000Z");
    let again = stored(&practice, &with(&body, "/status", json!("rejected"))).await;
    assert_eq!(
        (&again["id"], &again["status"]),
        (&read["id"], &json!("rejected"))
    );
    let of_another = stored(
        &practice,
        &with(&body, "/patient/reference", json!("Patient/2")),
    )
    .await;
    assert_ne!(of_another["id"], read["id"]);
    let other = with(&body, "/category/0/coding/0/code", json!("57016-8"));
    assert_ne!(stored(&practice, &other).await["id"], read["id"]);
}

#[tokio::test]
async fn a_coverage_has_an_order_a_payor_and_no_empty_strings() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "Coverage", "status": "active", "order": 1,
        "identifier": [{"type": concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MB"), "value": "A1"}],
        "subscriber": {"reference": "Patient/1"}, "beneficiary": {"reference": "Patient/1"},
        "relationship": concept("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "self"),
        "payor": [{"identifier": {"system": "https://www.claim.md/services/era/", "value": "1234"}}]
    });
    for (body, words) in [
        (
            with(&body, "/order", json!(6)),
            "body -> order — must be a whole number from 1 to 5",
        ),
        (
            with(&body, "/order", Value::Null),
            "body -> order — Field required (type=missing)",
        ),
        (
            with(&body, "/payor/0/display", json!("")),
            "body -> payor -> 0 -> display — ",
        ),
        (
            with(
                &body,
                "/class",
                json!([{"type": concept("http://terminology.hl7.org/CodeSystem/coverage-class", "plan"), "value": ""}]),
            ),
            "body -> class -> 0 -> value — ",
        ),
        (
            with(&body, "/payor", json!([{"display": "x"}])),
            "must have a reference to an Organization or an identifier with a value",
        ),
        (
            with(&body, "/relationship/coding/0/code", json!("parent")),
            "must be one of: child, spouse, other, self, injured",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    let quoted = with(&body, "/resourceType", json!("\"Coverage\""));
    let answer = practice.ask("POST /Coverage", &quoted.to_string()).await;
    answer.refuses(400, "The resourceType is not one of FHIR R4");
    assert_eq!(
        stored(&practice, &body).await["period"]["start"],
        "2026-01-01"
    );
}

#[tokio::test]
async fn a_coverage_eligibility_request_takes_an_empty_insurer() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"],
        "patient": {"reference": "Patient/1"}, "created": "2026-01-01", "insurer": {},
        "insurance": [{"coverage": {"reference": "Coverage/1"}}]
    });
    for (body, words) in [
        (
            with(&body, "/created", Value::Null),
            "body -> created — Field required (type=missing)",
        ),
        (
            with(&body, "/insurer", Value::Null),
            "body -> insurer — Field required (type=missing)",
        ),
        (
            with(&body, "/purpose", json!(["validation"])),
            "must be benefits",
        ),
        (
            with(&body, "/purpose", json!(["benefits", "validation"])),
            "must have at most 1 values",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    located(
        &practice
            .ask("POST /CoverageEligibilityRequest", &body.to_string())
            .await,
    );
}

#[tokio::test]
async fn a_payment_notice_takes_empty_payment_and_recipient() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "PaymentNotice", "status": "active", "request": {"reference": "Patient/1"},
        "created": "2020-01-01", "payment": {}, "recipient": {}, "amount": {"value": 10.00}
    });
    for (body, words) in [
        (
            with(&body, "/payment", Value::Null),
            "body -> payment — Field required (type=missing)",
        ),
        (
            with(&body, "/recipient", Value::Null),
            "body -> recipient — Field required (type=missing)",
        ),
        (
            with(&body, "/status", json!("draft")),
            "body -> status — must be active",
        ),
        (
            with(&body, "/amount/currency", json!("EUR")),
            "body -> amount -> currency — must be USD",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    let read = stored(&practice, &body).await;
    assert_eq!(read["payment"], json!({"display": "unused"}));
    assert_eq!(
        read["created"], "2026-01-01T00:00:00.000Z",
        "the time of the record"
    );
    assert_eq!(read["amount"]["currency"], "USD");
}

#[tokio::test]
async fn the_status_of_a_detected_issue_follows_its_mitigations() {
    let practice = canvas().await;
    let mitigation = |code: &str| json!({"action": concept("https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action", code), "date": "2026-01-01", "author": {"reference": "Practitioner/1"}});
    let mut evidence = concept("http://hl7.org/fhir/sid/icd-10-cm", "R05");
    evidence["coding"][0]["display"] = json!("Cough");
    let body = json!({
        "resourceType": "DetectedIssue", "status": "registered",
        "code": concept("https://terminology.hl7.org/CodeSystem/v3-ActCode", "CODINGGAP"),
        "patient": {"reference": "Patient/1"}, "identifiedDateTime": "2026-01-01",
        "author": {"reference": "Practitioner/1"}, "evidence": [{"code": [evidence]}]
    });
    let issue = |status: &str, codes: &[&str]| {
        let list: Vec<Value> = codes.iter().map(|code| mitigation(code)).collect();
        let body = with(&body, "/status", json!(status));
        if list.is_empty() {
            body
        } else {
            with(&body, "/mitigation", json!(list))
        }
    };
    for (body, words) in [
        (
            issue("final", &[]),
            "must be registered while there is no mitigation",
        ),
        (
            issue("cancelled", &["valid"]),
            "must be preliminary when the one mitigation is valid",
        ),
        (
            issue("final", &["invalid", "accepted"]),
            "must begin with a mitigation that is valid",
        ),
        (
            issue("final", &["valid", "accepted", "accepted"]),
            "only deferred mitigations between",
        ),
        (
            issue("amended", &["valid", "accepted"]),
            "final after accepted or refuted",
        ),
        (with(&body, "/reference", json!("nowhere")), "must be a URL"),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    for body in [
        issue("registered", &[]),
        issue("preliminary", &["valid"]),
        issue("amended", &["valid", "deferred"]),
        issue("corrected", &["valid", "deferred", "corrected"]),
    ] {
        stored(&practice, &body).await;
    }
    let made = stored(&practice, &issue("preliminary", &["valid"])).await;
    let marked = updated(
        &practice,
        &made["id"],
        &issue("entered-in-error", &["valid"]),
    )
    .await;
    assert_eq!(
        marked["status"], "entered-in-error",
        "whatever its mitigations"
    );
}

#[tokio::test]
async fn a_coverage_tells_the_relationship_and_keeps_its_first_day() {
    let mut practice = canvas().await;
    let body = json!({
        "resourceType": "Coverage", "status": "active", "order": 1,
        "identifier": [{"type": concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MB"), "value": "A1"}],
        "subscriber": {"reference": "Patient/1"}, "beneficiary": {"reference": "Patient/1"},
        "relationship": concept("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "self"),
        "payor": [{"reference": "Organization/1"}]
    });
    refused(
        &practice,
        &with(&body, "/relationship/coding/0/system", Value::Null),
        400,
        "body -> relationship -> coding -> 0 -> system — Field required (type=missing)",
    )
    .await;
    let read = stored(&practice, &body).await;
    assert_eq!(read["relationship"]["text"], "18 (Self)");
    practice.clock.advance_seconds(10 * 24 * 60 * 60);
    practice.token = practice.token_for("system/*.cruds").await;
    let after = updated(&practice, &read["id"], &with(&body, "/order", json!(2))).await;
    assert_eq!(after["period"]["start"], "2026-01-01");
}

#[tokio::test]
async fn a_copayment_names_one_claim() {
    let practice = canvas().await;
    let copayment = |claims: Value| json!([{"url": "http://schemas.canvasmedical.com/fhir/copayment-claims", "extension": claims}]);
    let claim =
        |reference: &str| json!({"url": "claim", "valueReference": {"reference": reference}});
    let body = json!({
        "resourceType": "PaymentNotice", "status": "active", "request": {"reference": "Patient/1"},
        "created": "2020-01-01", "payment": {}, "recipient": {}, "amount": {"value": 10.00}
    });
    for wrong in [
        json!([claim("Patient/1")]),
        json!([claim("Claim/1"), claim("Claim/2")]),
    ] {
        refused(
            &practice,
            &with(&body, "/extension", copayment(wrong)),
            400,
            "body -> extension -> 0 — must name one Claim",
        )
        .await;
    }
    stored(
        &practice,
        &with(&body, "/extension", copayment(json!([claim("Claim/1")]))),
    )
    .await;
}

#[tokio::test]
async fn mitigations_count_in_the_order_of_their_dates_and_keep_their_ids() {
    let practice = canvas().await;
    let mitigation = |code: &str, date: &str| json!({"action": concept("https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action", code), "date": date, "author": {"reference": "Practitioner/1"}});
    let mut evidence = concept("http://hl7.org/fhir/sid/icd-10-cm", "R05");
    evidence["coding"][0]["display"] = json!("Cough");
    let body = json!({
        "resourceType": "DetectedIssue", "status": "final",
        "code": concept("https://terminology.hl7.org/CodeSystem/v3-ActCode", "CODINGGAP"),
        "patient": {"reference": "Patient/1"}, "identifiedDateTime": "2026-01-01",
        "author": {"reference": "Practitioner/1"}, "evidence": [{"code": [evidence]}],
        "mitigation": [mitigation("accepted", "2026-01-03"), mitigation("valid", "2026-01-02")]
    });
    refused(
        &practice,
        &with(
            &with(&body, "/identifiedDateTime", Value::Null),
            "/identifiedPeriod",
            json!({"start": "2026-01-01"}),
        ),
        400,
        "must say when as identifiedDateTime",
    )
    .await;
    let mut read = stored(&practice, &body).await;
    let codes = |read: &Value| -> Vec<Value> {
        let list = read["mitigation"].as_array().unwrap().iter();
        list.map(|m| m["action"]["coding"][0]["code"].clone())
            .collect()
    };
    assert_eq!(codes(&read), ["valid", "accepted"]);
    let (id, first) = (read["id"].clone(), read["mitigation"][0]["id"].clone());
    assert!(first.is_string() && read["evidence"][0]["id"].is_string());
    read["mitigation"].as_array_mut().unwrap().pop();
    read["status"] = json!("preliminary");
    let after = updated(&practice, &id, &read).await;
    assert_eq!(after["mitigation"][0]["id"], first);
    assert_eq!(after["mitigation"].as_array().unwrap().len(), 1);
}
