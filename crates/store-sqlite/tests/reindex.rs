//! The index built anew beside readers and writers, by parts, across restarts.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::sync::{Arc, Mutex, Weak};

use cresset_base::Limits;
use cresset_definitions::ResourceType;
use cresset_store::contract::reindex::{Aging, all};
use cresset_store::contract::world::{World, everything, query};
use cresset_store::{Error, Reindexed};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Handle;

struct Aged {
    directory: TempDir,
    open: Mutex<Weak<SqliteStore>>,
}

fn fresh() -> Aged {
    Aged {
        directory: tempfile::tempdir().unwrap(),
        open: Mutex::default(),
    }
}

impl Aged {
    fn tables(&self) -> Connection {
        Connection::open(self.directory.path().join("instance.sqlite")).unwrap()
    }

    fn open_as(&self, keeps_words: bool) -> World {
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
        let options = Options {
            clock: clock.clone(),
            limits: Arc::new(Limits {
                reindex_part_max: 2,
                ..Limits::default()
            }),
            bases: Arc::new(|_| Vec::new()),
        };
        let own = OfInstance {
            keeps_words,
            ..OfInstance::default()
        };
        let store = SqliteStore::open(self.directory.path(), &options, own);
        let store = Arc::new(store.unwrap());
        *self.open.lock().unwrap() = Arc::downgrade(&store);
        World {
            store,
            advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
            keeps: Box::new(()),
        }
    }
}

impl Aging for Aged {
    fn open(&self) -> World {
        self.open_as(true)
    }

    fn open_wordless(&self) -> World {
        self.open_as(false)
    }

    fn with_other_rules(&self, codes: &[&str]) {
        let codes = codes.join("','");
        let text = format!("UPDATE parameter SET rule=7 WHERE code IN ('{codes}')");
        self.tables().execute(&text, ()).unwrap();
    }

    fn without(&self, code: &str) {
        let of = ResourceType::parse("Patient").unwrap().code();
        let tables = self.tables();
        let number = "SELECT number FROM parameter WHERE code=? AND type=?";
        let number = tables.query_row(number, (code, of), |row| row.get(0));
        let number: i64 = number.unwrap();
        for text in [
            "DELETE FROM parameter WHERE number=?1",
            "DELETE FROM str WHERE p>>3=128+?1",
            "DELETE FROM str_r WHERE p>>3=128+?1",
        ] {
            tables.execute(text, [number]).unwrap();
        }
    }

    fn before_rules(&self) {
        for text in [
            "DELETE FROM idx WHERE p>=1024 AND p&7 IN (4,5)",
            "UPDATE parameter SET rule=0,state=1",
        ] {
            assert!(self.tables().execute(text, ()).unwrap() > 0);
        }
    }

    fn problems(&self) -> Vec<String> {
        let store = self.open.lock().unwrap().upgrade().unwrap();
        let report = tokio::task::block_in_place(|| Handle::current().block_on(store.verify()));
        report.unwrap().problems
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_parts_beside_readers_and_writers() {
    all(&fresh).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_kept_from_when_an_instance_is_to_keep_them() {
    let aged = fresh();
    let world = aged.open_as(false);
    for n in 0..3 {
        let body = format!(
            r#"{{"resourceType":"Patient","id":"p{n}","name":[{{"text":"Said before"}}]}}"#
        );
        world.put(&[&body]).await;
    }
    assert!(world.store.unindexed().is_wordless());
    drop(world);

    let world = aged.open_as(true);
    let (access, by_word) = (everything(), query("Patient?_content=said"));
    let refused = world.store.search(&access, &by_word, None);
    assert!(matches!(refused.await, Err(Error::Unindexed(0))));
    while world.store.reindex().await.unwrap() == Reindexed::More {}
    assert!(!world.store.unindexed().is_wordless());
    world
        .check("Patient?_content=said", &["p0", "p1", "p2"])
        .await;
    assert_eq!(aged.problems(), [""; 0]);
    drop(world);

    let world = aged.open_as(false);
    while world.store.reindex().await.unwrap() == Reindexed::More {}
    assert!(world.store.unindexed().is_wordless());
    assert_eq!(aged.problems(), [""; 0]);
    let left = "SELECT count(*) FROM content";
    let left: i64 = aged.tables().query_row(left, (), |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}
