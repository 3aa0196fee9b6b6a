//! A search that takes longer than one may.

use std::sync::Arc;

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
