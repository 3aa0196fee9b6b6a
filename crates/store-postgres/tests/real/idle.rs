//! What instances cost the server: nothing while nobody asks, and never more than a node may have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cresset_base::Limits;
use cresset_store::contract::world::{everything, put, query};
use cresset_store::{Error, Store};
use cresset_store_postgres::{Cluster, Options, PostgresStore};
use cresset_testkit::ManualClock;
use cresset_testkit::postgres::Server;
use tempfile::TempDir;
use tokio_postgres::Client;

use crate::instance::{Instance, options};

/// How long a busy machine may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Instances of one node.
const MANY: usize = 20;
/// Connections the node may have.
const FEW: usize = 4;

/// A node over instances of one server.
struct Node {
    stores: Vec<Arc<PostgresStore>>,
    _directories: Vec<TempDir>,
}

impl Node {
    async fn over(server: &Server, instances: usize, limits: Limits) -> Self {
        let cluster = Cluster::parse(server.url(), &limits).unwrap();
        let limits = Arc::new(limits);
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
        let (mut stores, mut directories) = (Vec::new(), Vec::new());
        for _ in 0..instances {
            let instance = Instance::create(server.url()).await;
            let directory = tempfile::tempdir().unwrap();
            let options = Options {
                limits: limits.clone(),
                ..options("one", directory.path(), clock.clone())
            };
            stores.push(instance.open_of(&cluster, options).await);
            directories.push(directory);
        }
        Self {
            stores,
            _directories: directories,
        }
    }
}

/// Writes a patient and finds it.
async fn use_once(store: &PostgresStore, name: &str) {
    let body = format!(r#"{{"resourceType":"Patient","id":"{name}"}}"#);
    let access = everything();
    store.commit(&access, vec![put(&body)]).await.unwrap();
    let found = query(&format!("Patient?_id={name}"));
    let page = store.search(&access, &found, None).await.unwrap();
    assert_eq!(page.matches.len(), 1);
}

/// Connections whose name is like this.
async fn connections(watch: &Client, like: &str) -> usize {
    let text = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE $1";
    let row = watch.query_one(text, &[&like]).await.unwrap();
    usize::try_from(row.get::<_, i64>(0)).unwrap()
}

pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_nobody_asks_holds_no_connection() {
    let server = Server::start();
    let limits = Limits {
        cluster_idle_ms_max: 3_000,
        ..Limits::default()
    };
    let node = Node::over(&server, 3, limits).await;
    let watch = Instance::create(server.url()).await.tables().await;
    for round in ["a", "b"] {
        for store in &node.stores {
            use_once(store, round).await;
        }
        let all_hear = async || {
            node.stores.iter().all(|store| {
                use cresset_store::grant::Grants;
                store.endings().is_some()
            })
        };
        until("the node does not listen", all_hear).await;
        assert!(connections(&watch, "cresset\\_%").await > 0);
        assert_eq!(connections(&watch, "cresset listening").await, 1);
        let rests = async || connections(&watch, "cresset%").await == 0;
        until("connections stay open", rests).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_instances_share_few_connections() {
    let server = Server::start();
    let limits = Limits {
        cluster_connections_node_max: FEW,
        cluster_wait_ms_max: 60_000,
        ..Limits::default()
    };
    let node = Node::over(&server, MANY, limits).await;
    let watch = Instance::create(server.url()).await.tables().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let sampling = {
        let is_over = is_over.clone();
        tokio::spawn(async move {
            let mut most = 0;
            while !is_over.load(Ordering::Relaxed) {
                most = most.max(connections(&watch, "cresset\\_%").await);
            }
            most
        })
    };
    let callers = node.stores.iter().flat_map(|store| {
        ["a", "b"].map(|name| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..3 {
                    use_once(&store, &format!("{name}{round}")).await;
                }
            })
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    let most = sampling.await.unwrap();
    // One that was closed here may still be ending there when its successor begins.
    assert!(most > 0 && most <= FEW + 2, "{most} connections");
}

/// Who comes while all connections are in use waits for as long as one may, and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_none_is_left_the_caller_is_told() {
    let server = Server::start();
    let limits = Limits {
        cluster_connections_node_max: 1,
        cluster_wait_ms_max: 1_500,
        ..Limits::default()
    };
    let node = Node::over(&server, 2, limits).await;
    let [held, waiting] = node.stores.as_slice() else {
        panic!("two instances");
    };
    let watch = Instance::create(server.url()).await.tables().await;
    use_once(held, "a").await;
    let schema = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cresset\\_%' ORDER BY oid";
    let rows = watch.query(schema, &[]).await.unwrap();
    let schema: String = rows.first().unwrap().get(0);
    let lock = format!("BEGIN; LOCK TABLE \"{schema}\".tally IN ACCESS EXCLUSIVE MODE");
    watch.batch_execute(&lock).await.unwrap();
    let searching = {
        let held = held.clone();
        tokio::spawn(async move { use_once(&held, "b").await })
    };
    let waits = async || {
        let text = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        let row = watch.query_one(text, &[]).await.unwrap();
        row.get::<_, i64>(0) > 0
    };
    until("nobody waits for the lock", waits).await;
    let begun = Instant::now();
    let asked = query("Patient?_id=a");
    let refused = waiting.search(&everything(), &asked, None).await;
    assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    assert!(begun.elapsed() < PATIENCE);
    watch.batch_execute("ROLLBACK").await.unwrap();
    searching.await.unwrap();
    use_once(waiting, "a").await;
}
