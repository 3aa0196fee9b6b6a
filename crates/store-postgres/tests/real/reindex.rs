//! The index built anew: by one of several nodes, and while programs of two versions serve.

use std::sync::{Arc, Weak};

use cresset_base::Limits;
use cresset_definitions::ResourceType;
use cresset_store::contract::reindex::{Aging, all};
use cresset_store::contract::world::{World, everything, query};
use cresset_store::{Error, Reindexed, Store};
use cresset_store_postgres::PostgresStore;
use cresset_testkit::{ManualClock, postgres};
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio_postgres::Client;

use crate::instance::{Instance, options};

struct Aged {
    instance: Instance,
    tables: Client,
    directory: TempDir,
    /// What was opened last.
    open: Mutex<Weak<PostgresStore>>,
}

fn now<T>(task: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| Handle::current().block_on(task))
}

async fn fresh() -> Aged {
    let instance = Instance::create(postgres::server().url()).await;
    let aged = Aged {
        tables: instance.tables().await,
        directory: tempfile::tempdir().unwrap(),
        open: Mutex::default(),
        instance,
    };
    // With tables to be altered.
    drop(aged.open_as("one").await);
    aged
}

impl Aged {
    async fn open_as(&self, node: &str) -> World {
        self.open_to_keep(node, true).await
    }

    async fn open_to_keep(&self, node: &str, words: bool) -> World {
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
        let directory = self.directory.path().join(node);
        std::fs::create_dir_all(&directory).unwrap();
        let mut options = options(node, &directory, clock.clone());
        options.limits = Arc::new(Limits {
            reindex_part_max: 2,
            ..Limits::default()
        });
        options.keeps_words = words;
        let store = self.instance.open_with(options).await;
        *self.open.lock() = Arc::downgrade(&store);
        World {
            store,
            advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
            keeps: Box::new(()),
        }
    }

    /// Changes the table of parameters as another program does.
    async fn alter(&self, text: &str) {
        let text = format!("BEGIN; {text}; UPDATE writer SET indexing=indexing+1; COMMIT");
        self.tables.batch_execute(&text).await.unwrap();
    }

    async fn number(&self, text: &str) -> i64 {
        let row = self.tables.query_one(text, &[]).await.unwrap();
        row.get(0)
    }
}

fn patient_code() -> u8 {
    ResourceType::parse("Patient").unwrap().code()
}

impl Aging for Aged {
    fn open(&self) -> World {
        now(self.open_as("one"))
    }

    fn open_wordless(&self) -> World {
        now(self.open_to_keep("one", false))
    }

    fn with_other_rules(&self, codes: &[&str]) {
        let codes = codes.join("','");
        now(self.alter(&format!(
            "UPDATE parameter SET rule=7 WHERE code IN ('{codes}')"
        )));
    }

    fn without(&self, code: &str) {
        let of = patient_code();
        let numbers = format!("(SELECT number FROM parameter WHERE code='{code}' AND type={of})");
        now(self.alter(&format!(
            "DELETE FROM str WHERE (p-1024)>>3 IN {numbers}; \
             DELETE FROM parameter WHERE code='{code}' AND type={of}"
        )));
    }

    fn before_rules(&self) {
        now(self.alter(
            "DELETE FROM idx WHERE p>=1024 AND p&7 IN (4,5); UPDATE parameter SET rule=0,state=1",
        ));
    }

    fn problems(&self) -> Vec<String> {
        let store = self.open.lock().upgrade().unwrap();
        now(store.verify()).unwrap().problems
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_parts_beside_readers_and_writers() {
    all(&|| now(fresh())).await;
}

const BY_FAMILY: &str = "Patient?family=old&_count=10";

fn patient(id: &str, family: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}]}}"#)
}

async fn write_five(world: &World) {
    for n in 0..5 {
        world.put(&[&patient(&format!("p{n}"), "Old")]).await;
    }
}

async fn refusal(store: &dyn Store) -> Option<u8> {
    match store.search(&everything(), &query(BY_FAMILY), None).await {
        Err(Error::Unindexed(percent)) => Some(percent),
        other => {
            other.unwrap();
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_at_a_time_does_it_and_another_goes_on() {
    let aged = fresh().await;
    write_five(&aged.open_as("one").await).await;
    aged.with_other_rules(&["family"]);
    let one = aged.open_as("one").await;
    let two = aged.open_as("two").await;
    assert_eq!(refusal(&*two.store).await, Some(0));
    assert_eq!(one.store.reindex().await.unwrap(), Reindexed::More);
    assert_eq!(two.store.reindex().await.unwrap(), Reindexed::Elsewhere);
    for node in [&one, &two] {
        assert_eq!(refusal(&*node.store).await, Some(40));
    }
    // The node that was at it says no more.
    aged.alter("UPDATE lease SET ends=now()-interval '1 second'")
        .await;
    while two.store.reindex().await.unwrap() == Reindexed::More {}
    for node in [&one, &two] {
        let expected = ["p0", "p1", "p2", "p3", "p4"];
        node.check(BY_FAMILY, &expected).await;
        assert!(node.store.unindexed().is_empty());
    }
    assert_eq!(one.store.reindex().await.unwrap(), Reindexed::Done);
    assert_eq!(aged.problems(), [""; 0]);
}

/// A program that knows the parameter by a later rule has begun on another node, and so has retired
/// the number of this one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_program_retired_is_not_searched_by() {
    let aged = fresh().await;
    let world = aged.open_as("one").await;
    write_five(&world).await;
    let of = patient_code();
    aged.alter(&format!(
        "UPDATE parameter SET state=2 WHERE code='family' AND type={of}; \
         INSERT INTO parameter(number,type,code,rule,state) \
         SELECT max(number)+1,{of},'family',7,1 FROM parameter"
    ))
    .await;
    assert_eq!(refusal(&*world.store).await, Some(0));
    world
        .check("Patient?name=old", &["p0", "p1", "p2", "p3", "p4"])
        .await;
    let rows = "SELECT count(*) FROM str k JOIN parameter n ON n.number=(k.p-1024)>>3 \
                WHERE n.state=2";
    assert_eq!(aged.number(rows).await, 5);
    world.put(&[&patient("p5", "Old")]).await;
    assert_eq!(aged.number(rows).await, 5);
    let later = "SELECT count(*) FROM parameter WHERE rule=7 AND state=4";
    assert_eq!(aged.number(later).await, 1);
}

/// A program that does not know a parameter has written: the next one that does begins anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_program_left_is_emptied_and_built() {
    let aged = fresh().await;
    let world = aged.open_as("one").await;
    write_five(&world).await;
    let of = patient_code();
    aged.alter(&format!(
        "UPDATE str SET s='lost' WHERE (p-1024)>>3=(SELECT number FROM parameter WHERE code='family' AND type={of}); \
         UPDATE parameter SET state=4 WHERE code='family' AND type={of}"
    ))
    .await;
    assert_eq!(refusal(&*world.store).await, Some(0));
    world.put(&[&patient("p1", "New")]).await;
    while world.store.reindex().await.unwrap() == Reindexed::More {}
    world.check(BY_FAMILY, &["p0", "p2", "p3", "p4"]).await;
    world.check("Patient?family=lost", &[]).await;
    world.check("Patient?family=new", &["p1"]).await;
    assert_eq!(aged.problems(), [""; 0]);
}
