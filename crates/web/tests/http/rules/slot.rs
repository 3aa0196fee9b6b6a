//! Slot under `canvas`: the free time of one schedule.

use serde_json::json;

use super::canvas;

#[tokio::test]
async fn a_search_of_slots_names_a_schedule_and_means_free_ones_of_the_next_week() {
    let practice = canvas().await;
    let slot = |id: &str, status: &str, day: &str| {
        json!({"resourceType": "Slot", "id": id, "status": status, "schedule": {"reference": "Schedule/1"},
            "start": format!("{day}T08:00:00Z"), "end": format!("{day}T08:20:00Z")})
        .to_string()
    };
    let slots = [
        slot("past", "free", "2025-12-30"),
        slot("soon", "free", "2026-01-02"),
        slot("taken", "busy", "2026-01-02"),
        slot("later", "free", "2026-02-02"),
    ];
    practice
        .import(&slots.each_ref().map(String::as_bytes))
        .await;
    practice
        .ask("GET /Slot?start=2026-01-02", "")
        .await
        .refuses(400, "required Search parameter 'schedule' is missing");
    let far = "schedule=Schedule/1&start=ge2025-12-30&end=le2026-12-31";
    for (query, expect) in [
        ("schedule=Schedule/1", &["soon"][..]),
        ("schedule=Schedule/1&status=busy", &["taken"]),
        ("schedule=Schedule/1&start=2026-02-01", &[]),
        ("schedule=Schedule/1&start=ge2026-02-01", &["later"]),
        (far, &["later", "past", "soon"]),
        ("_id=past", &["past"]),
    ] {
        let page = practice.ask(&format!("GET /Slot?{query}"), "").await.json();
        let entries = page["entry"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<_> = entries
            .iter()
            .map(|entry| entry["resource"]["id"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, expect, "{query} {page}");
    }
    let page = practice
        .ask("GET /Slot?schedule=Schedule/1", "")
        .await
        .json();
    let own = page["link"][0]["url"].as_str().unwrap();
    assert!(
        own.contains("status=free") && own.contains("start=ge2026-01-01"),
        "{own}"
    );
}
