//! No room for more data: writes are refused in those words, reads go on, and when there is room
//! again writes go on too.

use std::fmt::Write;

use crate::client::Client;
use crate::server::Server;

/// Far more than fits below the limit.
const WRITES_MAX: usize = 2_000;
/// What one file may grow to.
const LIMIT_KIB: u32 = 4_096;

#[tokio::test]
async fn a_full_disk_refuses_writes_and_goes_on_reading() {
    let (mut server, client) = Server::alone().await;
    server.kill();
    server.start_on_small_disk(LIMIT_KIB).await;
    let mut acknowledged = Vec::new();
    let refusal = loop {
        let answer = client
            .post("Patient", large_patient(acknowledged.len()))
            .await;
        if answer.status != 201 {
            break answer;
        }
        acknowledged.push(answer.id());
        assert!(acknowledged.len() < WRITES_MAX, "the disk does not fill");
    };
    assert!(
        [503, 507].contains(&refusal.status),
        "{} {}",
        refusal.status,
        refusal.text
    );
    refusal.issues();
    assert_readable(&client, &acknowledged).await;
    let again = client.post("Patient", large_patient(0)).await;
    assert!(
        [503, 507].contains(&again.status),
        "{} {}",
        again.status,
        again.text
    );

    server.enlarge_disk();
    client
        .post("Patient", large_patient(1))
        .await
        .expect_status(201);
    server.kill();
    server.verify();
    server.start_again().await;
    assert_readable(&client, &acknowledged).await;
    assert_eq!(client.count("Patient").await, acknowledged.len() as u64 + 1);
}

async fn assert_readable(client: &Client, ids: &[String]) {
    for id in ids {
        client
            .get(&format!("Patient/{id}"))
            .await
            .expect_status(200);
    }
    let found = client.get("Patient?family=Bell").await.expect_status(200);
    assert_eq!(found.entry_ids().is_empty(), ids.is_empty());
}

/// A patient with 64 kB that do not compress well.
fn large_patient(seed: usize) -> String {
    let mut state = seed as u64 + 1;
    let mut text = String::new();
    while text.len() < 64 << 10 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        write!(text, "{:016x}", state.rotate_left(17)).expect("memory");
    }
    format!(
        r#"{{"resourceType":"Patient","name":[{{"family":"Bell"}}],"identifier":[{{"value":"n"}}],"address":[{{"text":"{text}"}}]}}"#
    )
}
