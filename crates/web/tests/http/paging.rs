//! Walking through a search.

use cresset_base::Limits;

use super::practice::{HOST, Practice, relative_links};

async fn with_patients(practice: &Practice, count: usize) {
    for n in 0..count {
        let body = format!(r#"{{"resourceType":"Patient","name":[{{"family":"F{n:03}"}}]}}"#);
        practice.create("Patient", &body).await;
    }
}

fn link(bundle: &serde_json::Value, relation: &str) -> Option<String> {
    let links = bundle["link"].as_array()?;
    let found = links.iter().find(|link| link["relation"] == relation)?;
    Some(found["url"].as_str().unwrap().to_owned())
}

fn families(bundle: &serde_json::Value) -> Vec<String> {
    let entries = bundle["entry"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    entries
        .iter()
        .map(|entry| {
            entry["resource"]["name"][0]["family"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

async fn follow(practice: &Practice, url: &str) -> serde_json::Value {
    let path = url
        .strip_prefix(&format!("{HOST}/demo/fhir"))
        .unwrap_or(url);
    let answer = practice.ask(&format!("GET {path}"), "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_walk_sees_each_resource_once_whatever_is_added() {
    let practice = Practice::open().await;
    with_patients(&practice, 25).await;
    let mut page = practice.ask("GET /Patient?name=f", "").await.json();
    assert_eq!(page["total"], 25);
    assert_eq!(page["entry"][0]["search"]["mode"], "match");
    let full_url = page["entry"][0]["fullUrl"].as_str().unwrap();
    assert_eq!(
        full_url,
        format!(
            "{HOST}/demo/fhir/Patient/{}",
            page["entry"][0]["resource"]["id"].as_str().unwrap()
        )
    );
    assert_eq!(families(&page).len(), 10);
    assert_eq!(link(&page, "previous"), None);
    let first = page.clone();
    let mut seen = families(&page);
    while let Some(next) = link(&page, "next") {
        practice
            .create(
                "Patient",
                r#"{"resourceType":"Patient","name":[{"family":"Fresh"}]}"#,
            )
            .await;
        page = follow(&practice, &next).await;
        seen.extend(families(&page));
    }
    let unique: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (25, 25), "{seen:?}");
    assert_eq!(link(&page, "last"), link(&page, "self"));
    let mut back = page;
    for _ in 0..2 {
        back = follow(&practice, &link(&back, "previous").unwrap()).await;
    }
    assert_eq!(families(&back), families(&first));
}

#[tokio::test]
async fn pages_are_bounded_and_an_empty_one_has_no_links() {
    let practice = Practice::open().await;
    with_patients(&practice, 3).await;
    let page = practice
        .ask("GET /Patient?_count=1000000000", "")
        .await
        .json();
    assert!(
        link(&page, "self").unwrap().ends_with("Patient?_count=100"),
        "{page}"
    );
    let empty = practice.ask("GET /Patient?name=nobody", "").await.json();
    assert_eq!(
        (empty.get("link"), empty.get("entry"), &empty["total"]),
        (None, None, &serde_json::json!(0))
    );
    for query in ["_count=0", "_summary=count"] {
        let counted = practice
            .ask(&format!("GET /Patient?{query}"), "")
            .await
            .json();
        assert_eq!(
            (counted.get("entry"), &counted["total"]),
            (None, &serde_json::json!(3)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn links_are_relative_where_the_practice_wants_it() {
    let practice = Practice::with(Limits::default(), relative_links).await;
    with_patients(&practice, 2).await;
    let page = practice.ask("GET /Patient?_count=1", "").await.json();
    assert_eq!(link(&page, "self").unwrap(), "/Patient?_count=1");
    let next = follow(&practice, &link(&page, "next").unwrap()).await;
    assert_eq!(families(&next).len(), 1);
}

#[tokio::test]
async fn a_page_link_cannot_be_altered_or_moved() {
    let practice = Practice::open().await;
    with_patients(&practice, 3).await;
    let page = practice.ask("GET /Patient?_count=1", "").await.json();
    let next = link(&page, "next").unwrap();
    let path = next.strip_prefix(&format!("{HOST}/demo/fhir")).unwrap();
    let (query, place) = path.split_once("&_page=").unwrap();
    let check = async |path: String| {
        practice
            .ask(&format!("GET {path}"), "")
            .await
            .refuses(400, "page link");
    };
    check(format!("{query}&_page=x")).await;
    check(format!("{query}&_page=A{}", &place[1..])).await;
    check(format!("{query}&_page={place}AAAA")).await;
    check(format!("/Patient?_count=2&_page={place}")).await;
    check(format!("/Observation?_count=1&_page={place}")).await;
    check(format!("{query}&_page={place}&_page={place}")).await;
}

#[tokio::test]
async fn a_page_that_begins_somewhere_is_had_by_links() {
    let practice = Practice::open().await;
    let answer = practice.ask("GET /Patient?_offset=10", "").await;
    answer.refuses(400, "Follow the links of a page to the next one");
}
