//! The checks every backend must pass.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::path::Path;
use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::attempt::Counted;
use cresset_store::contract::world::World;
use cresset_store::contract::{
    access, attempts, audit, chains, crud, ehr, expectations, explain, filters, grants, history,
    includes, jobs, lists, mail, order, paging, passkeys, people, places, registrations, search,
    types, unit, units, words,
};
use cresset_store::grant::Hashed;
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;

fn fresh() -> World {
    let directory = tempfile::tempdir().unwrap();
    let mut world = open(directory.path());
    world.keeps = Box::new(directory);
    world
}

fn open(directory: &Path) -> World {
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
    let store = SqliteStore::open(directory, &options, own).unwrap();
    World {
        store: Arc::new(store),
        advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
        keeps: Box::new(()),
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
    jobs,
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_across_closing() {
    let directory = tempfile::tempdir().unwrap();
    attempts::across_closing(&|| open(directory.path())).await;
}

/// A window begins anew when it is over, and also where the clock went back before it began.
#[tokio::test]
async fn a_long_window_ends() {
    let directory = tempfile::tempdir().unwrap();
    let world = open(directory.path());
    for (at, attempts, left_s) in [
        ("2026-03-01T12:00:00Z", 1, 7200),
        ("2026-03-01T13:59:59Z", 2, 1),
        ("2026-03-01T14:00:00Z", 1, 7200),
        ("2026-03-01T13:59:59Z", 1, 7200),
    ] {
        let key = Hashed([1; 32]);
        let counted = world.store.count_attempt(key, 7200, at.parse().unwrap());
        let expect = Counted { attempts, left_s };
        assert_eq!(counted.await.unwrap(), expect, "{at}");
    }
}
