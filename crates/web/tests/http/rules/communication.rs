//! Communication under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, with};

fn message() -> Value {
    json!({
        "resourceType": "Communication", "status": "unknown",
        "recipient": [{"reference": "Patient/1"}], "sender": {"reference": "Practitioner/1"},
        "payload": [{"contentString": "Good news"}]
    })
}

#[tokio::test]
async fn status_is_required_and_a_message_is_stored_as_completed() {
    let practice = canvas().await;
    for (body, words) in [
        (
            with(&message(), "/status", Value::Null),
            "body -> status — Field required (type=missing)",
        ),
        (
            with(&message(), "/status", json!("stopped")),
            "body -> status — must be one of: completed, in-progress, preparation, unknown",
        ),
        (
            with(&message(), "/payload/0", json!({"content": "x"})),
            "body -> payload -> 0 -> content — Extra inputs are not permitted",
        ),
        (
            with(
                &message(),
                "/recipient",
                json!([{"reference": "Patient/1"}, {"reference": "Patient/2"}]),
            ),
            "must have at most 1 values",
        ),
        (
            with(&message(), "/sender/reference", json!("Patient/2")),
            "must go from a Practitioner to a Patient",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    let read = stored(&practice, &message()).await;
    assert_eq!(read["status"], "completed");
    assert_eq!(read["sent"], "2026-01-01T00:00:00.000Z");
    assert_eq!(read["subject"]["reference"], "Patient/1");
}

#[tokio::test]
async fn a_payload_is_a_content_string_and_attachments_are_not_supported() {
    let practice = canvas().await;
    let attached = with(
        &message(),
        "/payload/0",
        json!({"contentAttachment": {"contentType": "application/pdf", "data": "JVBERi0="}}),
    );
    refused(
        &practice,
        &attached,
        400,
        "body -> payload -> 0 — must have a contentString",
    )
    .await;
}
