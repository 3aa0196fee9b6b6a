//! The checks every backend must pass.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::contract::world::World;
use cresset_store::contract::{
    access, attempts, audit, chains, crud, ehr, expectations, explain, filters, grants, history,
    includes, lists, mail, order, paging, passkeys, people, places, registrations, search, types, unit,
    units, words,
};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;

fn fresh() -> World {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00.123Z".parse().unwrap()));
    let options = Options {
        clock: clock.clone(),
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_| Vec::new()),
    };
    let own = OfInstance {
        keeps_words: true,
        ..OfInstance::default()
    };
    let store = SqliteStore::open(directory.path(), &options, own).unwrap();
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
    attempts,
    audit,
    chains,
    crud,
    ehr,
    expectations,
    explain,
    filters,
    grants,
    history,
    includes,
    lists,
    mail,
    order,
    paging,
    passkeys,
    people,
    places,
    registrations,
    search,
    types,
    unit,
    units,
    words
);
