//! Task under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, updated, with};

const GROUP: &str = "http://schemas.canvasmedical.com/fhir/extensions/task-group";

fn task() -> Value {
    json!({
        "resourceType": "Task", "status": "requested", "intent": "unknown", "description": "Call back",
        "requester": {"reference": "Practitioner/1"}
    })
}

#[tokio::test]
async fn intent_must_be_unknown_and_the_old_names_are_refused() {
    let practice = canvas().await;
    for (body, words) in [
        (
            with(&task(), "/intent", Value::Null),
            "body -> intent — Field required (type=missing)",
        ),
        (
            with(&task(), "/intent", json!("order")),
            "body -> intent — must be unknown",
        ),
        (
            with(&task(), "/description", Value::Null),
            "body -> description — Field required (type=missing)",
        ),
        (
            with(&task(), "/requester", Value::Null),
            "body -> requester — Field required (type=missing)",
        ),
        (
            with(&task(), "/status", json!("draft")),
            "body -> status — must be one of: requested, completed, cancelled",
        ),
        (
            with(&task(), "/assignee", json!({"reference": "Practitioner/1"})),
            "body -> assignee — Extra inputs are not permitted; it is named owner",
        ),
        (
            with(&task(), "/creator", json!({"reference": "Practitioner/1"})),
            "it is named requester",
        ),
        (
            with(&task(), "/title", json!("x")),
            "it is named description",
        ),
        (
            with(&task(), "/due", json!("2026-01-01")),
            "it is named restriction.period.end",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
}

#[tokio::test]
async fn an_update_clears_some_elements_and_keeps_others() {
    let practice = canvas().await;
    let mut body = task();
    body["owner"] = json!({"reference": "Practitioner/2"});
    body["input"] = json!([{"type": {"text": "label"}, "valueString": "urgent"}]);
    body["note"] = json!([{"text": "a", "authorReference": {"reference": "Practitioner/1"}}]);
    body["extension"] = json!([{"url": GROUP, "valueReference": {"reference": "Group/1"}}]);
    body["authoredOn"] = json!("2025-01-01");
    body["priority"] = json!("urgent");
    let read = stored(&practice, &body).await;
    assert_eq!(read["note"][0]["time"], "2026-01-01T00:00:00.000Z");
    practice.clock.advance_seconds(60);
    let after = updated(&practice, &read["id"], &task()).await;
    for gone in ["owner", "input", "note"] {
        assert!(after.get(gone).is_none(), "{gone} in {after}");
    }
    assert_eq!(after["extension"], read["extension"]);
    assert_eq!(
        (&after["authoredOn"], &after["priority"]),
        (&json!("2025-01-01"), &json!("urgent"))
    );
    assert_eq!(after["lastModified"], "2026-01-01T00:01:00.000Z");
}

#[tokio::test]
async fn an_update_shows_nothing_to_a_token_that_may_not_read() {
    let mut practice = canvas().await;
    let mut body = task();
    body["extension"] = json!([{"url": GROUP, "valueReference": {"reference": "Group/1"}}]);
    let read = stored(&practice, &body).await;
    let address = format!("Task/{}", read["id"].as_str().unwrap());
    practice.token = practice.token_for("system/Task.u").await;
    let body = with(&task(), "/id", read["id"].clone()).to_string();
    let wish = ("prefer", "return=representation");
    let answer = practice
        .ask_with(&format!("PUT /{address}"), &body, wish)
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.len()),
        (200, 0),
        "{answer:?}"
    );
    practice.token = practice.token_for("system/Task.rs").await;
    let after = super::read(&practice, &address).await;
    assert_eq!(after["extension"], read["extension"]);
}

#[tokio::test]
async fn a_label_is_a_string_and_a_team_is_a_group() {
    let practice = canvas().await;
    let label = json!([{"type": {"text": "label"}, "valueCode": "urgent"}]);
    let team = json!([{"url": GROUP, "valueReference": {"reference": "Practitioner/1"}}]);
    for (body, words) in [
        (
            with(&task(), "/input", label),
            "body -> input -> 0 — must have a valueString",
        ),
        (
            with(&task(), "/extension", team),
            "must refer to a Group as task-group",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
}
