//! A power cut in the middle of writing: what was acknowledged is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::client::{Client, FHIR_JSON};
use crate::resources::patient;
use crate::server::Server;

const ROUNDS: usize = 50;
const WRITERS: usize = 16;
/// Acknowledged writes after which the process is killed, so that every round kills it while all
/// writers are busy.
const WRITES: usize = 48;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_fifty_kills() {
    let (mut server, client) = Server::alone().await;
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let seen = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| tokio::spawn(write(client.clone(), round, n, seen.clone())))
            .collect();
        while seen.load(Ordering::Relaxed) < WRITES {
            tokio::task::yield_now().await;
        }
        server.kill();
        let mut written = Vec::new();
        for writer in writers {
            written.extend(writer.await.expect("a writer that does not fail"));
        }
        server.verify();
        server.start_again().await;
        for (id, family) in &written {
            let read = client
                .get(&format!("Patient/{id}"))
                .await
                .expect_status(200);
            assert!(
                read.text.contains(family),
                "round {round}: {} is not what was acknowledged",
                read.text
            );
        }
        acknowledged += written.len();
    }
    assert!(client.count("Patient").await >= acknowledged as u64);
}

/// Creates patients until the server is gone; those that were acknowledged.
pub(crate) async fn write(
    client: Client,
    round: usize,
    writer: usize,
    seen: Arc<AtomicUsize>,
) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    loop {
        let family = format!("Bell-{round}-{writer}-{}", acknowledged.len());
        let request = client
            .request(Method::POST, "Patient")
            .header(CONTENT_TYPE, FHIR_JSON)
            .body(patient(&family));
        let Some(answer) = client.try_send(request).await else {
            return acknowledged;
        };
        acknowledged.push((answer.expect_status(201).id(), family));
        seen.fetch_add(1, Ordering::Relaxed);
    }
}
