//! Search parameters an instance defines: built by the running server, beside writers, across a restart,
//! and on every node.

use std::time::{Duration, Instant};

use cresset_testkit::postgres;

use crate::client::Client;
use crate::server::{Server, Setup};

/// How long a busy machine may take to build the index of a few resources.
const PATIENCE: Duration = Duration::from_secs(40);
const EACH: usize = 150;
const WRITERS: usize = 4;
const TONGUES: &str = r#"{"resourceType":"SearchParameter","id":"tongue","url":"http://example.org/tongue","name":"Tongue","status":"active","description":"x","code":"tongue","base":["Patient"],"type":"token","expression":"Patient.communication.language"}"#;

fn patient(id: &str, language: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","communication":[{{"language":{{"coding":[{{"code":"{language}"}}]}}}}]}}"#
    )
}

/// Writes patients, each of them twice.
async fn write(client: Client, writer: usize) {
    for n in 0..EACH {
        let id = format!("p{writer}-{n}");
        for language in ["fr", if n % 2 == 0 { "de" } else { "fr" }] {
            let path = format!("Patient/{id}");
            let answer = client.put(&path, patient(&id, language)).await;
            assert!(answer.status < 300, "{}", answer.text);
        }
    }
}

/// How many a search finds once it is answered; until then it must be refused as one that lacks its index.
async fn total(client: &Client, search: &str) -> u64 {
    let began = Instant::now();
    loop {
        let answer = client.get(search).await;
        if answer.status == 200 {
            return answer.json()["total"].as_u64().expect("a total");
        }
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.text.contains("incomplete"), "{}", answer.text);
        assert!(began.elapsed() < PATIENCE, "{}", answer.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Defines while others write, and finds through all callers what one of them wrote.
async fn define_beside_writers(callers: &[Client]) {
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(callers[writer % callers.len()].clone(), writer)))
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let defined = callers[0].put("SearchParameter/tongue", TONGUES).await;
    defined.expect_status(201);
    for writer in writers {
        writer.await.expect("a writer that does not fail");
    }
    let half = u64::try_from(WRITERS * EACH / 2).expect("a small number");
    for client in callers.iter().rev() {
        for language in ["de", "fr"] {
            let search = format!("Patient?tongue={language}&_total=accurate&_count=0");
            assert_eq!(total(client, &search).await, half, "{language}");
        }
        let lenient = client.get("Patient?tongue:missing=true&_count=0").await;
        assert_eq!(lenient.json()["total"], 0);
        let statement = client.get("metadata").await.text;
        assert!(statement.contains("http://example.org/tongue"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_directory_and_after_a_restart() {
    let (mut server, client) = Server::alone().await;
    define_beside_writers(std::slice::from_ref(&client)).await;
    server.kill();
    server.start_again().await;
    let search = "Patient?tongue=de&_count=0&_total=accurate";
    let half = u64::try_from(WRITERS * EACH / 2).expect("a small number");
    assert_eq!(total(&client, search).await, half);
    client
        .delete("SearchParameter/tongue")
        .await
        .expect_status(204);
    client.get(search).await.expect_status(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_two_nodes() {
    let settings = ["--store", postgres::server().url()];
    let setup = Setup {
        settings: &settings,
        ..Setup::of("defining")
    };
    let one = Server::start(&[setup]).await;
    let here = one.caller("defining", "system/*.cruds").await;
    let two = one.another_node().await;
    let there = two.nobody("defining");
    let there = there.bearing(here.token.as_deref().expect("a token"));
    define_beside_writers(&[here.clone(), there.clone()]).await;
    here.delete("SearchParameter/tongue")
        .await
        .expect_status(204);
    // Each node has known it; none answers from rows that are being removed.
    for client in [&there, &here, &there] {
        let answer = client.get("Patient?tongue=de").await;
        assert!(matches!(answer.status, 400 | 503), "{}", answer.text);
    }
    there.get("Patient?tongue=de").await.expect_status(400);
}
