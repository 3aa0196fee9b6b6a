//! Dictionaries of a bulk.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::Store;
use cresset_store::contract::world::{everything, put, query};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;
use rusqlite::Connection;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_is_written_though_its_dictionary_cannot_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap())),
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_| Vec::new()),
    };
    let store = SqliteStore::open(directory.path(), &options, OfInstance::default()).unwrap();
    Connection::open(directory.path().join("instance.sqlite"))
        .and_then(|tables| tables.execute("DROP TABLE dictionary", ()))
        .unwrap();
    let changes = (0..300).map(|n| {
        put(&format!(
            r#"{{"resourceType":"Patient","id":"p{n}","name":[{{"family":"Elaborate{n}","given":["Somebody"]}}]}}"#
        ))
    });
    let access = everything();
    store.commit(&access, changes.collect()).await.unwrap();
    let all = query("Patient?_summary=count");
    let page = store.search(&access, &all, None).await.unwrap();
    assert_eq!(page.total, Some(300));
}
