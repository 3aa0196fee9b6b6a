//! A search that takes longer than one may.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::contract::world::{everything, put, query};
use cresset_store::{Error, Store};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_names_what_made_it_so() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap())),
        limits: Arc::new(Limits {
            search_ms_max: 0,
            ..Limits::default()
        }),
        bases: Arc::new(|_| Vec::new()),
    };
    let store = SqliteStore::open(directory.path(), &options, OfInstance::default()).unwrap();
    let access = everything();
    let changes = (0..500).map(|n| {
        put(&format!(
            r#"{{"resourceType":"Patient","id":"p{n}","name":[{{"family":"Elaborate{n}"}}]}}"#
        ))
    });
    store.commit(&access, changes.collect()).await.unwrap();
    // What takes no time is answered whatever the limit.
    let one = query("Patient?_id=p7&_total=none");
    assert_eq!(
        store
            .search(&access, &one, None)
            .await
            .unwrap()
            .matches
            .len(),
        1
    );
    for (url, name) in [
        ("Patient?family:contains=borate&_total=accurate", "family"),
        ("Patient?family:contains=nowhere&_total=none", "family"),
        (
            "Patient?gender:missing=true&_sort=family,_id&_total=none",
            "gender",
        ),
        ("Patient?_sort=family,_id&_total=none", "sorted by family"),
    ] {
        let error = store.search(&access, &query(url), None).await.unwrap_err();
        let Error::TooCostly(what) = error else {
            unreachable!("{url}: {error}");
        };
        assert!(what.starts_with("Patient: candidates are "), "{what}");
        assert!(what.contains(name), "{what}");
        assert!(
            !what.contains("borate") && !what.contains("nowhere"),
            "{what}"
        );
    }
}
