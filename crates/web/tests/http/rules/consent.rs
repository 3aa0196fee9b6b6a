//! Consent under `canvas`: one for each patient and category.

use serde_json::{Value, json};

use super::{canvas, stored, with};

fn consent() -> Value {
    json!({
        "resourceType": "Consent", "status": "active", "scope": {},
        "category": [{"coding": [{"system": "urn:forms", "display": "Telehealth"}]}],
        "patient": {"reference": "Patient/1"},
        "sourceAttachment": {"title": "consent", "contentType": "application/pdf", "data": "JVBERi0="},
        "provision": {"period": {"start": "2025-01-01"}}
    })
}

#[tokio::test]
async fn a_consent_is_renewed_by_the_display_of_its_category() {
    let practice = canvas().await;
    let first = stored(&practice, &consent()).await;
    let display = "/category/0/coding/0/display";
    let longer = with(&consent(), display, json!("Telehealth, abroad"));
    let longer = stored(&practice, &longer).await;
    assert_ne!(longer["id"], first["id"], "another category");
    let elsewhere = with(
        &consent(),
        "/category/0/coding/0/system",
        json!("urn:other"),
    );
    assert_ne!(stored(&practice, &elsewhere).await["id"], first["id"]);
    let again = stored(&practice, &with(&consent(), "/status", json!("rejected"))).await;
    assert_eq!(
        (&again["id"], &again["status"]),
        (&first["id"], &json!("rejected"))
    );
}

#[tokio::test]
async fn a_consent_whose_time_is_over_is_inactive() {
    let practice = canvas().await;
    for (end, status) in [
        ("2025-12-31", "inactive"),
        ("2025", "inactive"),
        ("2026-01-01", "active"),
        ("2026", "active"),
    ] {
        let body = with(&consent(), "/provision/period/end", json!(end));
        assert_eq!(stored(&practice, &body).await["status"], status, "{end}");
    }
    let rejected = with(&consent(), "/provision/period/end", json!("2025-12-31"));
    let rejected = with(&rejected, "/status", json!("rejected"));
    assert_eq!(stored(&practice, &rejected).await["status"], "rejected");
}

#[tokio::test]
async fn a_consent_is_renewed_although_there_are_many_of_its_category() {
    let practice = canvas().await;
    let many: Vec<String> = (0..22)
        .map(|at| {
            let mut one = with(&consent(), "/policyRule", json!({"text": "Unknown"}));
            one["scope"] = json!({"text": "Unknown"});
            one["id"] = json!(format!("c{at}"));
            one.to_string()
        })
        .collect();
    let many: Vec<&[u8]> = many.iter().map(String::as_bytes).collect();
    practice.import(&many).await;
    let renewed = stored(&practice, &with(&consent(), "/status", json!("rejected"))).await;
    assert_eq!(renewed["meta"]["versionId"], "2", "{renewed}");
    let page = practice.ask("GET /Consent?_summary=count", "").await.json();
    assert_eq!(page["total"], 22);
}
