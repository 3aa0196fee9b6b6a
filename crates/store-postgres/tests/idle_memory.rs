//! What an instance that nobody uses costs a node: memory is that of the process, so this is a
//! process of its own.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::sync::Arc;

use cresset_base::{InstanceName, Limits};
use cresset_store::Store;
use cresset_store::contract::world::{everything, put, query};
use cresset_store_postgres::{Cluster, Options, PostgresStore};
use cresset_testkit::{ManualClock, postgres};

const BYTES_MAX: u64 = 100_000;
const INSTANCES: u64 = 40;

/// Memory of this process in bytes.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// An instance that was written and searched.
async fn used(cluster: &Cluster, at: u64, directory: &std::path::Path) -> PostgresStore {
    let name: InstanceName = format!("m{at}").parse().unwrap();
    cluster.create(&name).await.unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap())),
        limits: Arc::new(Limits::default()),
        node: "one".to_owned(),
        directory: directory.to_owned(),
        bases: Vec::new(),
        keeps_words: true,
    };
    let store = PostgresStore::open(cluster, &name, options).await.unwrap();
    let access = everything();
    let body = r#"{"resourceType":"Patient","id":"p","name":[{"family":"Reed"}]}"#;
    store.commit(&access, vec![put(body)]).await.unwrap();
    let found = store
        .search(&access, &query("Patient?family=reed"), None)
        .await;
    assert_eq!(found.unwrap().matches.len(), 1);
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_instance_takes_little_memory() {
    let limits = Limits {
        cluster_idle_ms_max: 200,
        ..Limits::default()
    };
    let cluster = Cluster::parse(postgres::server().url(), &limits).unwrap();
    let directories: Vec<_> = (0..INSTANCES + 8)
        .map(|_| tempfile::tempdir().unwrap())
        .collect();
    let mut open = Vec::new();
    let mut before = 0;
    for (at, directory) in (0..).zip(&directories) {
        if at == 8 {
            // What all have in common is there.
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            before = memory();
        }
        open.push(used(&cluster, at, directory.path()).await);
    }
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let each = memory().saturating_sub(before) / INSTANCES;
    assert!(each <= BYTES_MAX, "{each} bytes an instance");
}
