//! Searches within a compartment and of the whole system.

use axum::body::Body;

use super::practice::{Answer, Practice};

async fn filled() -> Practice {
    let practice = Practice::open().await;
    for (path, body) in [
        ("/Patient/a", r#"{"resourceType":"Patient","id":"a"}"#),
        ("/Patient/b", r#"{"resourceType":"Patient","id":"b"}"#),
        (
            "/Practitioner/dr",
            r#"{"resourceType":"Practitioner","id":"dr"}"#,
        ),
        (
            "/Encounter/e",
            r#"{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"participant":[{"individual":{"reference":"Practitioner/dr"}}]}"#,
        ),
        (
            "/Condition/ca",
            r#"{"resourceType":"Condition","id":"ca","code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/e"}}"#,
        ),
        (
            "/Condition/cb",
            r#"{"resourceType":"Condition","id":"cb","code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/b"},"asserter":{"reference":"Patient/a"}}"#,
        ),
        (
            "/Condition/cc",
            r#"{"resourceType":"Condition","id":"cc","code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/b"}}"#,
        ),
    ] {
        let answer = practice.ask(&format!("PUT {path}"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice
}

async fn post(practice: &Practice, path: &str, form: &str) -> Answer {
    let request = practice
        .request(&format!("POST {path}"), "")
        .header("content-type", "application/x-www-form-urlencoded");
    practice
        .send(request.body(Body::from(form.to_owned())).unwrap())
        .await
}

/// The ids of all pages in order.
async fn ids(practice: &Practice, line: &str) -> String {
    let mut found = Vec::new();
    let mut next = Some(line.to_owned());
    while let Some(line) = next {
        let answer = practice.ask(&line, "").await;
        assert_eq!(answer.status, 200, "{line}: {answer:?}");
        let bundle = answer.json();
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        found.extend(
            entries
                .iter()
                .map(|e| e["resource"]["id"].as_str().unwrap().to_owned()),
        );
        let links = bundle["link"].as_array().cloned().unwrap_or_default();
        let after = links.iter().find(|link| link["relation"] == "next");
        next = after.map(|link| {
            let url = link["url"].as_str().unwrap();
            format!("GET {}", url.split_once("/demo/fhir").unwrap().1)
        });
    }
    found.join(" ")
}

#[tokio::test]
async fn a_compartment_holds_what_refers_to_its_owner() {
    let practice = filled().await;
    for (line, expect) in [
        ("GET /Patient/a/Condition", "ca cb"),
        ("GET /Patient/a/Condition?code=x&_count=1", "ca cb"),
        ("GET /Patient/a/Condition?code=y", ""),
        ("GET /Patient/a/Encounter", "e"),
        ("GET /Patient/a/*", "ca cb e a"),
        (
            "GET /Patient/a/*?_type=Condition,Encounter&_count=1",
            "ca cb e",
        ),
        ("GET /Encounter/e/Condition", "ca"),
        ("GET /Practitioner/dr/Encounter", "e"),
        ("GET /Patient/nobody/Condition", ""),
    ] {
        assert_eq!(ids(&practice, line).await, expect, "{line}");
    }
    let form = post(&practice, "/Patient/a/Condition/_search", "code=x&_count=5").await;
    assert_eq!(form.json()["total"], 2);
    for (line, status) in [
        ("GET /Patient/a/Organization", 404),
        ("GET /Organization/x/Patient", 404),
        ("GET /Patient/a/Nothing", 404),
        ("GET /Patient/a/*?_type=Organization", 404),
        ("GET /Patient/a/Condition?colour=red", 400),
    ] {
        assert_eq!(practice.ask(line, "").await.status, status, "{line}");
    }
}

#[tokio::test]
async fn a_system_search_is_of_the_types_the_token_allows() {
    let mut practice = filled().await;
    for (line, expect) in [
        ("GET /?_type=Patient,Practitioner&_count=2", "a b dr"),
        ("GET /?_type=Condition&code=x&_count=2", "ca cb cc"),
        ("GET /?_id=a,e", "e a"),
        ("GET ?_id=a", "a"),
    ] {
        assert_eq!(ids(&practice, line).await, expect, "{line}");
    }
    let form = post(&practice, "/_search", "_type=Patient&_id=a").await;
    assert_eq!(form.json()["total"], 1);
    for (line, status) in [
        ("GET /?_type=Patient,Nothing", 400),
        ("GET /?_type=Patient&_type=Condition", 400),
        ("GET /?_type=Patient,Condition&code=x", 400),
        ("GET /?code=x", 400),
    ] {
        assert_eq!(practice.ask(line, "").await.status, status, "{line}");
    }
    practice.token = practice
        .token_for("system/Patient.rs system/Encounter.s")
        .await;
    assert_eq!(ids(&practice, "GET /").await, "e a b");
    assert_eq!(ids(&practice, "GET /Patient/a/*").await, "e a");
    let refused = practice.ask("GET /?_type=Patient,Condition", "").await;
    assert_eq!(refused.status, 403);
    let refused = practice.ask("GET /Patient/a/Condition", "").await;
    assert_eq!(refused.status, 403);
    practice.token = practice.token_for("system/Patient.c").await;
    assert_eq!(practice.ask("GET /", "").await.status, 403);
}
