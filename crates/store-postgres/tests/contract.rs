//! The checks every backend must pass, against a real server.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cresset_base::{InstanceName, Limits};
use cresset_store::contract::world::World;
use cresset_store::contract::{
    access, audit, chains, crud, ehr, expectations, filters, grants, history, includes, order,
    paging, people, search, types, unit,
};
use cresset_store_postgres::{Cluster, Options, PostgresStore};
use cresset_testkit::{ManualClock, postgres};
use tokio::runtime::Handle;

/// An instance of its own on the server of these tests.
fn fresh() -> World {
    tokio::task::block_in_place(|| Handle::current().block_on(open()))
}

async fn open() -> World {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("t{}", MADE.fetch_add(1, Ordering::Relaxed));
    let name: InstanceName = name.parse().unwrap();
    let cluster = Cluster::parse(postgres::server().url()).unwrap();
    cluster.create(&name).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00.123Z".parse().unwrap()));
    let options = Options {
        clock: clock.clone(),
        limits: Arc::new(Limits::default()),
        node: "one".to_owned(),
        directory: directory.path().to_owned(),
        bases: Vec::new(),
    };
    let store = PostgresStore::open(&cluster, &name, options).await.unwrap();
    World {
        store: Arc::new(store),
        advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
        keeps: Box::new(directory),
    }
}

macro_rules! contract {
    ($($part:ident),*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $part() {
            $part::all(&fresh).await;
        }
    )*};
}

contract!(
    access,
    audit,
    chains,
    crud,
    ehr,
    expectations,
    filters,
    grants,
    history,
    includes,
    order,
    paging,
    people,
    search,
    types,
    unit
);
