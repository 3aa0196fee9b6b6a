//! Searches by words and by lists, as an app asks them.

use cresset_base::Limits;

use super::practice::Practice;

const ANN: &str = r#"{"resourceType":"Patient","id":"ann","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Allergic to <b>penicillin</b></div>"},"name":[{"family":"Lee"}]}"#;
const LIST: &str = r#"{"resourceType":"List","id":"recall","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/ann"}}]}"#;

async fn stocked(keeps_words: bool) -> Practice {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.full_text = keeps_words;
    })
    .await;
    for (path, body) in [("Patient/ann", ANN), ("List/recall", LIST)] {
        let answer = practice.ask(&format!("PUT /{path}"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice
}

async fn total(practice: &Practice, search: &str) -> u64 {
    let answer = practice.ask(&format!("GET /{search}"), "").await;
    assert_eq!(answer.status, 200, "{search}: {answer:?}");
    answer.json()["total"].as_u64().unwrap()
}

async fn declared(practice: &Practice) -> Vec<String> {
    let statement = practice.ask("GET /metadata", "").await.json();
    let parameters = statement["rest"][0]["searchParam"].as_array().unwrap();
    let names = parameters.iter().map(|p| p["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_practice_that_keeps_words_finds_by_them() {
    let practice = stocked(true).await;
    assert_eq!(
        declared(&practice).await,
        ["_filter", "_list", "_text", "_content"]
    );
    for (search, expect) in [
        ("Patient?_text=penicillin", 1),
        ("Patient?_text=PENI%20allergic", 1),
        ("Patient?_text=lee", 0),
        ("Patient?_content=lee%20penicillin", 1),
        ("Patient?_content=lee&_summary=count", 1),
        ("?_type=Patient,List&_content=recall", 1),
    ] {
        assert_eq!(total(&practice, search).await, expect, "{search}");
    }
    let bare = r#"{"resourceType":"Patient","id":"ann"}"#;
    assert_eq!(practice.ask("PUT /Patient/ann", bare).await.status, 200);
    assert_eq!(total(&practice, "Patient?_content=penicillin").await, 0);
}

#[tokio::test]
async fn a_practice_that_keeps_none_says_so() {
    let practice = stocked(false).await;
    assert_eq!(declared(&practice).await, ["_filter", "_list"]);
    let refused = practice.ask("GET /Patient?_content=lee", "").await;
    refused.refuses(
        400,
        "Search parameter '_content': This instance keeps no words of its resources; leave the parameter out.",
    );
    let lenient = ("prefer", "handling=lenient");
    let answer = practice
        .ask_with("GET /Patient?_content=nobody", "", lenient)
        .await;
    assert_eq!(answer.json()["total"], 1, "{answer:?}");
}

#[tokio::test]
async fn a_list_is_asked_for_by_who_may_search_lists() {
    let mut practice = stocked(false).await;
    assert_eq!(total(&practice, "Patient?_list=recall").await, 1);
    assert_eq!(total(&practice, "Patient?_list=List/recall,other").await, 1);
    practice.token = practice.token_for("system/Patient.rs").await;
    let answer = practice.ask("GET /Patient?_list=recall", "").await;
    assert_eq!(answer.status, 403, "{answer:?}");
}
