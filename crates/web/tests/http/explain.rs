//! How a search was answered, in a header.

use cresset_base::Limits;

use super::practice::Practice;

const ANN: &str = r#"{"resourceType":"Patient","id":"ann","name":[{"family":"Lee"}]}"#;

async fn stocked(explains: bool) -> Practice {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.explains = explains;
    })
    .await;
    let answer = practice.ask("PUT /Patient/ann", ANN).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    practice
}

#[tokio::test]
async fn a_search_is_explained_to_whoever_asks_where_that_is_set() {
    let practice = stocked(true).await;
    for search in [
        "GET /Patient?family=lee",
        "GET /?_type=Patient&family=lee",
        "GET /Patient/ann/Patient?family=lee",
    ] {
        let asked = practice
            .ask_with(search, "", ("cresset-explain", "1"))
            .await;
        assert_eq!(asked.status, 200, "{asked:?}");
        let told = asked.header("cresset-explain");
        let told: serde_json::Value = serde_json::from_str(told).unwrap();
        assert_eq!(told["plans"][0]["type"], "Patient", "{told}");
        assert_eq!(told["matches"], 1, "{told}");
        assert!(told["plans"][0].to_string().contains("family"), "{told}");
        assert!(!told.to_string().to_lowercase().contains("lee"), "{told}");
        let plain = practice.ask(search, "").await;
        assert_eq!(plain.header("cresset-explain"), "");
        assert_eq!(plain.json()["total"], asked.json()["total"]);
    }
}

/// An explanation is beside the answer: where there is none, or it is too long, the answer stays.
#[tokio::test]
async fn an_answer_stays_without_its_explanation() {
    let practice = stocked(true).await;
    let many: Vec<&str> = cresset_definitions::ResourceType::all()
        .map(cresset_definitions::ResourceType::name)
        .filter(|name| *name != "AuditEvent")
        .collect();
    let long = format!("GET /?_type={}&_lastUpdated=gt2000", many.join(","));
    for search in ["GET /AuditEvent?_count=1", &long] {
        let asked = practice
            .ask_with(search, "", ("cresset-explain", "1"))
            .await;
        assert_eq!(asked.status, 200, "{asked:?}");
        assert_eq!(asked.header("cresset-explain"), "", "{search}");
    }
}

#[tokio::test]
async fn nothing_is_explained_where_it_is_not_set() {
    let practice = stocked(false).await;
    let asked = practice
        .ask_with("GET /Patient?family=lee", "", ("cresset-explain", "1"))
        .await;
    assert_eq!(asked.status, 200);
    assert_eq!(asked.header("cresset-explain"), "");
}
