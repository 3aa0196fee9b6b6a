//! Versions and history under concurrent and repeated writes.

use serde_json::Value;

use crate::client::Client;
use crate::resources::patient_with_id;
use crate::server::Server;

async fn versions(client: &Client, path: &str) -> Vec<u64> {
    let history = client
        .get(&format!("{path}/_history?_count=100"))
        .await
        .expect_status(200)
        .json();
    let mut pages = vec![history];
    while let Some(next) = next(pages.last().expect("a page")) {
        let (_, path) = next
            .split_once("/fhir/")
            .expect("an address below the base");
        pages.push(client.get(path).await.expect_status(200).json());
    }
    pages
        .iter()
        .flat_map(|page| page["entry"].as_array().expect("entries"))
        .map(version)
        .collect()
}

fn next(page: &Value) -> Option<String> {
    let links = page["link"].as_array()?;
    let next = links.iter().find(|link| link["relation"] == "next")?;
    next["url"].as_str().map(str::to_owned)
}

fn version(entry: &Value) -> u64 {
    let tag = entry["response"]["etag"].as_str().expect("an entity tag");
    tag.trim_start_matches(r#"W/""#)
        .trim_end_matches('"')
        .parse()
        .expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_updates_at_once_make_a_hundred_versions_in_a_row() {
    let (_server, client) = Server::alone().await;
    client
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(201);
    let writers = (0..100).map(|n| {
        let client = client.clone();
        tokio::spawn(async move {
            client
                .put("Patient/one", patient_with_id("one", &format!("Bell{n}")))
                .await
                .expect_status(200)
        })
    });
    let mut tags = std::collections::BTreeSet::new();
    for writer in writers.collect::<Vec<_>>() {
        tags.insert(
            writer
                .await
                .expect("a writer that does not fail")
                .header("etag")
                .to_owned(),
        );
    }
    assert_eq!(tags.len(), 100, "two updates were told the same version");
    assert_eq!(
        versions(&client, "Patient/one").await,
        (1..=101).rev().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn the_same_body_again_is_no_new_version() {
    let (_server, client) = Server::alone().await;
    client
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(201);
    let again = client
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(200);
    assert_eq!(again.header("etag"), r#"W/"1""#);
    assert_eq!(versions(&client, "Patient/one").await, [1]);
}

#[tokio::test]
async fn a_deleted_resource_comes_back_with_its_history() {
    let (_server, client) = Server::alone().await;
    client.get("Patient/one").await.expect_status(404).issues();
    client.delete("Patient/one").await.expect_status(204);
    client
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(201);
    client.delete("Patient/one").await.expect_status(204);
    client.delete("Patient/one").await.expect_status(204);
    client.get("Patient/one").await.expect_status(410).issues();
    assert_eq!(client.count("Patient").await, 0);
    let back = client
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(201);
    assert_eq!(back.header("etag"), r#"W/"3""#);
    assert_eq!(versions(&client, "Patient/one").await, [3, 2, 1]);
    client
        .get("Patient/one/_history/1")
        .await
        .expect_status(200);
    client
        .get("Patient/one/_history/2")
        .await
        .expect_status(410);
    client
        .get("Patient/one/_history/4")
        .await
        .expect_status(404);
}
