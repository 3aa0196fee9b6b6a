//! What ends through one node is told to the others.

use std::time::{Duration, Instant};

use cresset_base::Timestamp;
use cresset_store::contract::world::World;
use cresset_store::grant::{App, AppDetails, Hashed, Token};
use cresset_testkit::postgres;

use crate::instance::Instance;

const AT: &str = "2026-03-01T12:00:00Z";
/// How long after something ended another node may not know it.
const BOUND: Duration = Duration::from_secs(1);
/// How long a busy machine may take to connect.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a node says that it hears of every ending.
async fn hears(node: &World) -> u64 {
    let begun = Instant::now();
    loop {
        if let Some(number) = node.store.endings() {
            return number;
        }
        assert!(begun.elapsed() < PATIENCE, "the node does not listen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether what was read at this number is worthless within the bound.
async fn is_worthless(node: &World, number: u64) -> bool {
    let begun = Instant::now();
    loop {
        let is_over = begun.elapsed() > BOUND;
        if node.store.endings() != Some(number) {
            return true;
        }
        if is_over {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn app() -> App {
    App {
        client_id: "app".to_owned(),
        name: "App".to_owned(),
        secret: None,
        scopes: String::new(),
        grant_types: Vec::new(),
        patient_tokens: false,
        registered: Timestamp::UNIX_EPOCH,
        enabled: true,
        details: AppDetails::default(),
    }
}

/// A token that has not ended by the clock of the server.
fn token() -> Token {
    Token {
        hash: Hashed([1; 32]),
        client_id: "app".to_owned(),
        scopes: String::new(),
        patient: None,
        consent: None,
        issued: Timestamp::UNIX_EPOCH,
        expires: "2100-01-01T00:00:00Z".parse().unwrap(),
        key: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_reaches_every_node() {
    let instance = Instance::create(postgres::server().url()).await;
    let one = instance.open("one", AT).await;
    let two = instance.open("two", AT).await;
    one.store.add_app(app()).await.unwrap();
    one.store.add_token(token()).await.unwrap();
    let number = hears(&two).await;
    assert!(one.store.revoke_token(token().hash).await.unwrap());
    assert!(is_worthless(&two, number).await);
    let number = hears(&two).await;
    let disabled = App {
        enabled: false,
        ..app()
    };
    one.store.update_app(disabled, None).await.unwrap();
    assert!(is_worthless(&two, number).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_does_not_hear_remembers_nothing() {
    let server = postgres::Server::start();
    let instance = Instance::create(server.url()).await;
    let one = instance.open("one", AT).await;
    let number = hears(&one).await;
    let tables = instance.tables().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE application_name='cresset listening'";
    assert!(!tables.query(cut, &[]).await.unwrap().is_empty());
    assert!(is_worthless(&one, number).await);
    // It listens again, and what it read before stays worthless.
    assert_ne!(hears(&one).await, number);
}
