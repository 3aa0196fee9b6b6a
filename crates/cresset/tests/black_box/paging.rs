//! A walk over pages while others write.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::client::{Answer, Client};
use crate::resources::{patient, patient_with_id};
use crate::server::Server;

const BEFORE: usize = 60;

async fn filled() -> (Server, Client, BTreeSet<String>) {
    let (server, client) = Server::alone().await;
    let mut there = BTreeSet::new();
    for n in 0..BEFORE {
        there.insert(
            client
                .post("Patient", patient(&format!("Bell{n:03}")))
                .await
                .expect_status(201)
                .id(),
        );
    }
    (server, client, there)
}

/// Follows a relation from page to page; all ids in the order they were seen.
async fn walk(client: &Client, first: &str, relation: &str) -> Vec<String> {
    let mut page = client.get(first).await.expect_status(200);
    let mut seen = page.entry_ids();
    while let Some(address) = page.link(relation) {
        page = follow(client, &address).await;
        seen.extend(page.entry_ids());
        assert!(seen.len() < 10 * BEFORE, "the walk does not end");
    }
    seen
}

async fn follow(client: &Client, address: &str) -> Answer {
    let (_, path) = address
        .split_once("/fhir/")
        .expect("an address below the base");
    client.get(path).await.expect_status(200)
}

fn assert_each_once(seen: &[String], there: &BTreeSet<String>) {
    let distinct: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "something was seen twice");
    let missed: Vec<_> = there.difference(&distinct).collect();
    assert!(missed.is_empty(), "missed {missed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_sees_each_resource_that_stays_exactly_once() {
    let (_server, client, there) = filled().await;
    for search in [
        "Patient?_count=7",
        "Patient?_count=7&_sort=family",
        "Patient?_count=7&_sort=-_lastUpdated",
        "Patient?gender=female&_count=7",
    ] {
        let done = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4)
            .map(|n| tokio::spawn(disturb(client.clone(), n, done.clone())))
            .collect();
        let seen = walk(&client, search, "next").await;
        done.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.expect("a writer that does not fail");
        }
        let seen: Vec<_> = seen.into_iter().filter(|id| there.contains(id)).collect();
        assert_each_once(&seen, &there);
    }
}

/// Creates and deletes others' resources until told to stop.
async fn disturb(client: Client, writer: usize, done: Arc<AtomicBool>) {
    for n in 0.. {
        if done.load(Ordering::Relaxed) {
            return;
        }
        let id = client
            .post(
                "Patient",
                patient(&format!("Bell{:03}x{writer}", n % BEFORE)),
            )
            .await
            .expect_status(201)
            .id();
        if n % 2 == 0 {
            client
                .delete(&format!("Patient/{id}"))
                .await
                .expect_status(204);
        }
    }
}

#[tokio::test]
async fn the_way_back_is_the_way_there() {
    let (_server, client, there) = filled().await;
    for search in ["Patient?_count=8", "Patient?_count=8&_sort=-family"] {
        let mut page = client.get(search).await.expect_status(200);
        let mut pages = vec![page.entry_ids()];
        while let Some(next) = page.link("next") {
            page = follow(&client, &next).await;
            pages.push(page.entry_ids());
        }
        assert_each_once(&pages.concat(), &there);
        for expect in pages.iter().rev().skip(1) {
            let previous = page.link("previous").expect("a previous page");
            page = follow(&client, &previous).await;
            assert_eq!(page.entry_ids(), *expect, "{search}");
        }
        assert!(page.link("previous").is_none(), "{search}");
    }
}

#[tokio::test]
async fn a_page_says_where_it_is() {
    let (_server, client, _there) = filled().await;
    let default = client.get("Patient").await.expect_status(200);
    assert_eq!(default.entry_ids().len(), 10);
    assert_eq!(default.json()["total"], BEFORE);
    for relation in ["self", "first", "next"] {
        let link = default
            .link(relation)
            .unwrap_or_else(|| panic!("no {relation} in {}", default.text));
        assert!(link.starts_with(&client.instance), "{link}");
    }
    let empty = client
        .get("Patient?family=Nobody")
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&empty["total"], empty.get("link"), empty.get("entry")),
        (&0.into(), None, None)
    );
}

#[tokio::test]
async fn sorting_by_a_repeated_value_misses_nothing() {
    let (_server, client) = Server::alone().await;
    let mut there = BTreeSet::new();
    for n in 0..25 {
        let id = format!("same{n}");
        client
            .put(&format!("Patient/{id}"), patient_with_id(&id, "Bell"))
            .await
            .expect_status(201);
        there.insert(id);
    }
    for sort in ["family", "-family", "birthdate", "-birthdate", "family,_id"] {
        assert_each_once(
            &walk(&client, &format!("Patient?_count=4&_sort={sort}"), "next").await,
            &there,
        );
    }
}
