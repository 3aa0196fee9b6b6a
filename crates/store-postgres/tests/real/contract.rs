//! The checks every backend must pass.

use cresset_store::contract::world::World;
use cresset_store::contract::{
    access, attempts, audit, chains, crud, ehr, expectations, explain, filters, grants, history,
    includes, jobs, lists, mail, order, paging, passkeys, people, places, registrations, search,
    types, unit, units, words,
};
use cresset_testkit::postgres;
use tokio::runtime::Handle;

use crate::instance::Instance;

fn fresh() -> World {
    let open = async {
        let instance = Instance::create(postgres::server().url()).await;
        instance.open("one", "2026-03-01T12:00:00.123Z").await
    };
    tokio::task::block_in_place(|| Handle::current().block_on(open))
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
    let instance = Instance::create(postgres::server().url()).await;
    let open = || {
        let opened = instance.open("one", "2026-03-01T12:00:00Z");
        tokio::task::block_in_place(|| Handle::current().block_on(opened))
    };
    attempts::across_closing(&open).await;
}
