//! Instances on a PostgreSQL server: several nodes, beside instances in directories, and what is
//! said where the server is not what it should be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cresset_testkit::postgres;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::client::{Client, FHIR_JSON};
use crate::crash::write;
use crate::resources::patient;
use crate::server::{Server, Setup, refuse};

const ROUNDS: usize = 50;
const WRITERS: usize = 16;
/// Acknowledged writes after which a node is killed.
const WRITES: usize = 48;
/// How long a busy machine may take to say a thing to another node.
const PATIENCE: Duration = Duration::from_secs(20);

/// Arguments that keep an instance on the server of these tests.
fn on_cluster() -> [&'static str; 2] {
    ["--store", postgres::server().url()]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_loses_nothing_and_the_other_goes_on() {
    let settings = on_cluster();
    let setup = Setup {
        settings: &settings,
        ..Setup::of("killed")
    };
    let server = Server::start(&[setup]).await;
    let staying = server.caller("killed", "system/*.cruds").await;
    let mut node = server.another_node().await;
    // A token of one node is one of the other.
    let dying = node.nobody("killed");
    let dying = dying.bearing(staying.token.as_deref().expect("a token"));
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let seen = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| tokio::spawn(write(dying.clone(), round, n, seen.clone())))
            .collect();
        let beside = tokio::spawn(write_few(staying.clone(), round));
        while seen.load(Ordering::Relaxed) < WRITES {
            tokio::task::yield_now().await;
        }
        node.kill();
        let mut written = beside.await.expect("a writer that does not fail");
        for writer in writers {
            written.extend(writer.await.expect("a writer that does not fail"));
        }
        for (id, family) in &written {
            let read = staying.get(&format!("Patient/{id}")).await;
            let read = read.expect_status(200);
            assert!(read.text.contains(family), "round {round}: {}", read.text);
        }
        acknowledged += written.len();
        node.start_again().await;
    }
    assert!(dying.count("Patient").await >= acknowledged as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_ends_ends_at_the_other() {
    let settings = on_cluster();
    let setup = Setup {
        settings: &settings,
        ..Setup::of("ended")
    };
    let server = Server::start(&[setup]).await;
    let here = server.caller("ended", "system/*.cruds").await;
    let token = here.token.as_deref().expect("a token");
    let node = server.another_node().await;
    let there = node.nobody("ended").bearing(token);
    for _ in 0..20 {
        there.get("Patient").await.expect_status(200);
    }
    let app = server.app("ended");
    let revoke = here
        .plain(Method::POST, "/auth/revoke/")
        .basic_auth(&app.client_id, Some(&app.client_secret))
        .form(&[("token", token)]);
    here.send(revoke).await.expect_status(200);
    here.get("Patient").await.expect_status(401);
    let begun = Instant::now();
    while there.get("Patient").await.status != 401 {
        assert!(begun.elapsed() < PATIENCE, "the token does not end");
    }
    // Failed authentications count wherever they are made.
    let mut refused = Vec::new();
    for at in 0..400 {
        let node = if at % 2 == 0 { &here } else { &there };
        let wrong = node
            .plain(Method::POST, "/auth/token/")
            .basic_auth("guessed", Some("wrong"))
            .form(&[("grant_type", "client_credentials")]);
        let status = node.send(wrong).await.status;
        refused.push(status);
        if status == 429 {
            break;
        }
    }
    let failures = refused.iter().filter(|status| **status == 401).count();
    assert_eq!(
        failures,
        usize::try_from(cresset_base::Limits::default().authentication_failures_max).unwrap_or(0)
    );
}

/// Creates a few patients; each is acknowledged, whatever becomes of other nodes.
async fn write_few(client: Client, round: usize) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    for at in 0..8 {
        let family = format!("Stone-{round}-{at}");
        let request = client
            .request(Method::POST, "Patient")
            .header(CONTENT_TYPE, FHIR_JSON)
            .body(patient(&family));
        let answer = client.send(request).await.expect_status(201);
        acknowledged.push((answer.id(), family));
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_on_a_cluster_and_in_directories_are_served_side_by_side() {
    let settings = on_cluster();
    let there = Setup {
        settings: &settings,
        ..Setup::of("there")
    };
    let server = Server::start(&[there, Setup::of("here")]).await;
    for (name, other) in [("there", "here"), ("here", "there")] {
        let client = server.caller(name, "system/*.cruds").await;
        let request = client
            .request(Method::POST, "Patient")
            .header(CONTENT_TYPE, FHIR_JSON)
            .body(patient(name));
        client.send(request).await.expect_status(201);
        assert_eq!(client.count("Patient").await, 1);
        // A token of one is an unknown token at the other.
        let stranger = server.nobody(other);
        let stranger = stranger.bearing(client.token.as_deref().expect("a token"));
        stranger.get("Patient").await.expect_status(401);
    }
}

#[test]
fn what_stands_in_the_way_is_said_with_its_remedy() {
    let url = postgres::server().url();
    let check = |url: &str, says: &[&str]| {
        let said = refuse(&["instance", "create", "alpha", "--store", url]);
        for text in says {
            assert!(said.contains(text), "{text} is not in {said}");
        }
    };
    check(
        "mysql://x",
        &["no URL of a PostgreSQL server", "postgres://"],
    );
    check(
        "postgres://cresset@127.0.0.1:1/postgres",
        &["cannot be used"],
    );
    check(
        &url.replace("/postgres", "/nowhere"),
        &["database \"nowhere\" does not exist"],
    );
    let made = std::process::Command::new("psql")
        .args([
            url,
            "-qc",
            "DROP ROLE IF EXISTS weak",
            "-c",
            "CREATE ROLE weak LOGIN",
        ])
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    check(
        &url.replace("cresset@", "weak@"),
        &["may not make roles", "ALTER ROLE \"weak\" CREATEROLE"],
    );
}
