//! Two nodes over one instance, written through at once: nothing is lost, torn or made twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cresset_testkit::postgres;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::client::{Answer, Client, FHIR_JSON};
use crate::server::{Server, Setup};

const ACCOUNTS: usize = 6;
const EACH: i64 = 100;
const WRITERS: usize = 6;
const TRANSFERS: usize = 8;

/// Two nodes, and a caller at each.
struct Nodes {
    _servers: [Server; 2],
    callers: [Client; 2],
}

async fn nodes(name: &str) -> Nodes {
    let settings = ["--store", postgres::server().url()];
    let setup = Setup {
        settings: &settings,
        ..Setup::of(name)
    };
    let one = Server::start(&[setup]).await;
    let here = one.caller(name, "system/*.cruds").await;
    let two = one.another_node().await;
    let there = two.nobody(name);
    let there = there.bearing(here.token.as_deref().expect("a token"));
    Nodes {
        _servers: [one, two],
        callers: [here, there],
    }
}

fn account(at: usize, amount: i64) -> Value {
    json!({
        "resourceType": "Observation",
        "id": format!("a{at}"),
        "status": "final",
        "code": {"text": "account"},
        "valueQuantity": {"value": amount},
    })
}

fn amount(account: &Value) -> i64 {
    account["valueQuantity"]["value"]
        .as_i64()
        .expect("an amount")
}

async fn send(client: &Client, path: &str, body: &Value) -> Answer {
    let request = client
        .request(Method::POST, path)
        .header(CONTENT_TYPE, FHIR_JSON)
        .body(body.to_string());
    client.send(request).await
}

/// Moves one from an account to another, as often as it takes for nobody to come in between.
async fn transfer(client: &Client, from: usize, to: usize) {
    loop {
        let mut entries = Vec::new();
        for (at, by) in [(from, -1), (to, 1)] {
            let read = client.get(&format!("Observation/a{at}")).await;
            let read = read.expect_status(200);
            let version = read.header("etag").to_owned();
            let url = format!("Observation/a{at}");
            entries.push(json!({
                "resource": account(at, amount(&read.json()) + by),
                "request": {"method": "PUT", "url": url, "ifMatch": version},
            }));
        }
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let answer = send(client, "", &bundle).await;
        match answer.status {
            200 => return,
            409 | 412 => {}
            other => panic!("{other}: {}", answer.text),
        }
    }
}

/// Whatever is found together was there together.
async fn count_money(client: Client, stop: Arc<AtomicBool>) -> usize {
    let mut counted = 0;
    while !stop.load(Ordering::Relaxed) {
        let found = client.get("Observation?_count=50").await.expect_status(200);
        let found = found.json();
        let entries = found["entry"].as_array().expect("entries");
        let sum: i64 = entries.iter().map(|e| amount(&e["resource"])).sum();
        assert_eq!(
            (entries.len(), sum),
            (ACCOUNTS, EACH * i64::try_from(ACCOUNTS).unwrap_or(0))
        );
        counted += 1;
    }
    counted
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_moved_and_neither_made_nor_lost() {
    let nodes = nodes("bank").await;
    for at in 0..ACCOUNTS {
        let body = account(at, EACH).to_string();
        let path = format!("Observation/a{at}");
        let put = nodes.callers[at % 2].put(&path, body).await;
        put.expect_status(201);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let readers = nodes
        .callers
        .clone()
        .map(|caller| tokio::spawn(count_money(caller, stop.clone())));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let caller = nodes.callers[writer % 2].clone();
            tokio::spawn(async move {
                for round in 0..TRANSFERS {
                    let from = (writer + round) % ACCOUNTS;
                    transfer(&caller, from, (from + 1 + round % 3) % ACCOUNTS).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer that does not fail");
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.expect("a reader that does not fail") > 0);
    }
    // Each transfer made one version of two accounts, and no other did.
    let mut versions = 0;
    for at in 0..ACCOUNTS {
        let caller = &nodes.callers[(at + 1) % 2];
        let read = caller.get(&format!("Observation/a{at}")).await;
        let version: usize = read.expect_status(200).json()["meta"]["versionId"]
            .as_str()
            .and_then(|version| version.parse().ok())
            .expect("a version");
        versions += version - 1;
    }
    assert_eq!(versions, 2 * WRITERS * TRANSFERS);
}

/// Both nodes are told at once to make what is not there yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_both_make_is_made_once() {
    let nodes = nodes("set").await;
    for at in 0..20 {
        let patient = json!({
            "resourceType": "Patient",
            "identifier": [{"system": "urn:set", "value": at.to_string()}],
        });
        let make = |caller: &Client| {
            let caller = caller.clone();
            let body = patient.to_string();
            tokio::spawn(async move {
                let request = caller
                    .request(Method::POST, "Patient")
                    .header(CONTENT_TYPE, FHIR_JSON)
                    .header("If-None-Exist", format!("identifier=urn:set|{at}"))
                    .body(body);
                caller.send(request).await.status
            })
        };
        let both = nodes.callers.each_ref().map(make);
        let mut statuses = Vec::new();
        for one in both {
            statuses.push(one.await.expect("an answer"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201], "{at}");
    }
    for caller in &nodes.callers {
        assert_eq!(caller.count("Patient").await, 20);
    }
}
