//! A search that takes longer than one may.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_base::Limits;
use cresset_store::contract::world::{everything, put, query};
use cresset_store::{Error, Store};
use cresset_testkit::{ManualClock, postgres};

use crate::instance::{Instance, options};

/// The time is that of all statements together: of none it is over before the second.
#[tokio::test]
async fn all_statements_of_a_search_share_its_time() {
    let instance = Instance::create(postgres::server().url()).await;
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let mut options = options("one", directory.path(), clock);
    options.limits = Arc::new(Limits {
        search_ms_max: 0,
        ..Limits::default()
    });
    let store = instance.open_with(options).await;
    let access = everything();
    let body = r#"{"resourceType":"Patient","id":"p","name":[{"family":"Elaborate"}]}"#;
    store.commit(&access, vec![put(body)]).await.unwrap();
    for (url, told) in [
        (
            "Patient?family=elaborate",
            "Patient: candidates are counted of each of family, to begin with the fewest",
        ),
        ("Patient?_sort=_id", "Patient: candidates are every Patient"),
    ] {
        let refused = store.search(&access, &query(url), None).await;
        let Err(Error::TooCostly(what)) = refused else {
            panic!("{url}: {refused:?}");
        };
        assert_eq!(what, told);
    }
}

/// What the first statement took, the next has no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_statement_has_what_is_left() {
    let instance = Instance::create(postgres::server().url()).await;
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let mut options = options("one", directory.path(), clock);
    options.limits = Arc::new(Limits {
        search_ms_max: 4_000,
        ..Limits::default()
    });
    let store = instance.open_with(options).await;
    let access = everything();
    let body = r#"{"resourceType":"Patient","id":"p","name":[{"family":"Reed"}]}"#;
    store.commit(&access, vec![put(body)]).await.unwrap();
    // The first statements wait for one table most of the time, the later ones for another.
    let (first, later) = (instance.tables().await, instance.tables().await);
    let lock = |table| format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    first.batch_execute(&lock("tally")).await.unwrap();
    later.batch_execute(&lock("resource")).await.unwrap();
    let begun = Instant::now();
    let searching = tokio::spawn(async move {
        let asked = query("Patient?family=reed");
        let found = store.search(&access, &asked, None).await;
        found.map(|page| page.matches.len())
    });
    tokio::time::sleep(Duration::from_secs(3)).await;
    first.batch_execute("ROLLBACK").await.unwrap();
    let refused = searching.await.unwrap();
    assert!(matches!(refused, Err(Error::TooCostly(_))), "{refused:?}");
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(5_500), "{took:?}");
    drop(later);
}
