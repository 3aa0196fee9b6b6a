//! Histories of a resource, a type and everything.

use super::practice::Practice;

/// `METHOD url` of every entry, page by page.
async fn walk(practice: &Practice, path: &str) -> Vec<String> {
    let mut told = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = practice.ask(&format!("GET {path}"), "").await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        assert_eq!(page["type"], "history");
        let entries = page["entry"].as_array().cloned().unwrap_or_default();
        told.extend(entries.iter().map(|entry| {
            let text = |name: &str| entry["request"][name].as_str().unwrap().to_owned();
            format!("{} {}", text("method"), text("url"))
        }));
        let links = page["link"].as_array().unwrap().iter();
        let following = links.clone().find(|link| link["relation"] == "next");
        next = following.map(|link| {
            let url = link["url"].as_str().unwrap();
            url.split_once("/fhir").unwrap().1.to_owned()
        });
    }
    told
}

async fn filled() -> Practice {
    let practice = Practice::open().await;
    let patient =
        |active: bool| format!(r#"{{"resourceType":"Patient","id":"a","active":{active}}}"#);
    let group = r#"{"resourceType":"Group","id":"g","type":"person","actual":true}"#;
    for (line, body) in [
        ("PUT /Patient/a", patient(true)),
        ("PUT /Group/g", group.to_owned()),
        ("PUT /Patient/a", patient(false)),
        ("DELETE /Patient/a", String::new()),
    ] {
        practice.ask(line, &body).await;
        practice.clock.advance_seconds(60);
    }
    practice
}

#[tokio::test]
async fn every_level_tells_its_versions_newest_first() {
    let practice = filled().await;
    let patient = ["DELETE Patient/a", "PUT Patient/a", "PUT Patient/a"];
    for count in ["", "?_count=1", "?_count=2"] {
        assert_eq!(
            walk(&practice, &format!("/Patient/a/_history{count}")).await,
            patient
        );
        assert_eq!(
            walk(&practice, &format!("/Patient/_history{count}")).await,
            patient
        );
        assert_eq!(
            walk(&practice, &format!("/_history{count}")).await,
            [
                "DELETE Patient/a",
                "PUT Patient/a",
                "PUT Group/g",
                "PUT Patient/a"
            ]
        );
    }
    assert!(walk(&practice, "/Observation/_history").await.is_empty());
    let since = walk(&practice, "/_history?_since=2026-01-01T00:02:00Z").await;
    assert_eq!(since, ["DELETE Patient/a", "PUT Patient/a"]);
    let at = walk(&practice, "/_history?_at=2026-01-01T00:01:30Z").await;
    assert_eq!(at, ["PUT Group/g", "PUT Patient/a"]);
    let day = walk(&practice, "/Patient/a/_history?_at=2026-01-01").await;
    assert_eq!(day, patient);
    assert!(walk(&practice, "/_history?_at=2025").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let mut practice = filled().await;
    for (path, words) in [
        ("/Patient/_history?_at=yesterday", "_at"),
        ("/_history?_since=2026", "_since"),
        ("/_history?_count=-1", "_count"),
        ("/_history?_sort=x", "_count, _since"),
        ("/_history?_page=forged", "page link"),
    ] {
        practice
            .ask(&format!("GET {path}"), "")
            .await
            .refuses(400, words);
    }
    practice.token = practice.token_for("system/Group.rs").await;
    assert_eq!(walk(&practice, "/_history").await, ["PUT Group/g"]);
    practice
        .ask("GET /Patient/_history", "")
        .await
        .refuses(403, "search on Patient");
    practice.token = practice.token_for("system/Group.r").await;
    practice
        .ask("GET /_history", "")
        .await
        .refuses(403, "search on no type");
}
