//! Instances of tests, and the nodes that have them open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cresset_base::{InstanceName, Limits};
use cresset_store::Store;
use cresset_store::contract::world::World;
use cresset_store_postgres::{Cluster, Options, PostgresStore};
use cresset_testkit::ManualClock;

/// An instance of its own.
pub(crate) struct Instance {
    cluster: Cluster,
    name: InstanceName,
}

impl Instance {
    /// Makes one on a server.
    pub(crate) async fn create(url: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", MADE.fetch_add(1, Ordering::Relaxed));
        let instance = Self {
            cluster: Cluster::parse(url).unwrap(),
            name: name.parse().unwrap(),
        };
        instance.cluster.create(&instance.name).await.unwrap();
        instance
    }

    /// Opens it as a node of this name whose clock stands at an instant.
    pub(crate) async fn open(&self, node: &str, at: &str) -> World {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(at.parse().unwrap()));
        let options = Options {
            clock: clock.clone(),
            limits: Arc::new(Limits::default()),
            node: node.to_owned(),
            directory: directory.path().to_owned(),
            bases: Vec::new(),
        };
        let store = PostgresStore::open(&self.cluster, &self.name, options).await;
        let store: Arc<dyn Store> = Arc::new(store.unwrap());
        World {
            store,
            advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
            keeps: Box::new(directory),
        }
    }
}
