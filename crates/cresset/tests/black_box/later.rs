//! A power cut while a request is carried out that nobody waits for.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::client::{Answer, Client, FHIR_JSON};
use crate::server::Server;

const ROUNDS: usize = 8;
/// Enough for the transaction to be under way when the process is killed.
const ENTRIES: usize = 300;

/// What a node that died held is free after this time, in which a busy one that lives says that it does.
const LEASE: (&str, &str) = ("CRESSET_LIMITS__JOB_LEASE_MS", "5000");

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_happens_once_whoever_dies_when() {
    let (mut server, client) = Server::alone().await;
    server.kill();
    server.set(LEASE);
    server.start_again().await;
    for round in 0..ROUNDS {
        let at = later(&client, &bundle("transaction", round)).await;
        // From the moment it is taken to after its end: each round has the process die elsewhere.
        for _ in 0..round * 3 {
            client.count("Basic").await;
        }
        server.kill();
        server.verify();
        server.start_again().await;
        assert_created(&answered(&client, &at).await.json());
        let expect = (round + 1) * ENTRIES;
        assert_eq!(
            client.count("Patient").await,
            expect as u64,
            "round {round}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_ends_in_peace_finishes_what_it_is_at() {
    let (mut server, client) = Server::alone().await;
    let at = later(&client, &bundle("batch", 0)).await;
    while client.count("Patient").await == 0 {
        tokio::task::yield_now().await;
    }
    server.stop();
    server.start_again().await;
    assert_created(&answered(&client, &at).await.json());
    assert_eq!(client.count("Patient").await, ENTRIES as u64);
}

fn assert_created(answer: &Value) {
    let entry = &answer["entry"][0];
    assert_eq!(entry["response"]["status"], "200 OK", "{entry}");
    let told = entry["resource"]["entry"].as_array().expect("entries");
    assert_eq!(told.len(), ENTRIES);
    let is_created = |entry: &Value| entry["response"]["status"] == "201 Created";
    assert!(told.iter().all(is_created), "{entry}");
}

fn bundle(bundle_type: &str, round: usize) -> String {
    let entry = |n: usize| {
        let name = format!("Bell-{round}-{n}");
        json!({
            "request": { "method": "POST", "url": "Patient" },
            "resource": { "resourceType": "Patient", "name": [{ "family": name }] },
        })
    };
    let entries: Vec<Value> = (0..ENTRIES).map(entry).collect();
    json!({ "resourceType": "Bundle", "type": bundle_type, "entry": entries }).to_string()
}

/// Sends a Bundle to be carried out later; gives where the answer will be, below the FHIR base.
pub(crate) async fn later(client: &Client, bundle: &str) -> String {
    let request = client
        .request(Method::POST, "")
        .header(CONTENT_TYPE, FHIR_JSON)
        .header("prefer", "respond-async")
        .body(bundle.to_owned());
    let taken = client.send(request).await.expect_status(202);
    let (_, at) = taken
        .header("content-location")
        .split_once("/fhir/")
        .expect("a place");
    at.to_owned()
}

/// The answer there, as soon as it is there.
pub(crate) async fn answered(client: &Client, at: &str) -> Answer {
    loop {
        let answer = client.get(at).await;
        if answer.status != 202 {
            return answer.expect_status(200);
        }
        tokio::task::yield_now().await;
    }
}
