//! Instances of tests, and the nodes that have them open.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cresset_base::{InstanceName, Limits};
use cresset_store::contract::world::World;
use cresset_store::{AuditRecord, Whose};
use cresset_store_postgres::{Cluster, Options, PostgresStore};
use cresset_testkit::ManualClock;
use tokio_postgres::{Client, NoTls};

/// An instance of its own.
pub(crate) struct Instance {
    url: String,
    pub(crate) name: InstanceName,
}

impl Instance {
    /// Makes one on a server.
    pub(crate) async fn create(url: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", MADE.fetch_add(1, Ordering::Relaxed));
        let instance = Self {
            url: url.to_owned(),
            name: name.parse().unwrap(),
        };
        let cluster = Cluster::parse(url, &Limits::default()).unwrap();
        cluster.create(&instance.name).await.unwrap();
        instance
    }

    /// Opens it as a node of this name whose clock stands at an instant.
    pub(crate) async fn open(&self, node: &str, at: &str) -> World {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(at.parse().unwrap()));
        let options = options(node, directory.path(), clock.clone());
        World {
            store: self.open_with(options).await,
            advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
            keeps: Box::new(directory),
        }
    }

    /// Opens it with other options, as a node that has no other instance open.
    pub(crate) async fn open_with(&self, options: Options) -> Arc<PostgresStore> {
        let cluster = Cluster::parse(&self.url, &options.limits).unwrap();
        self.open_of(&cluster, options).await
    }

    /// Opens it as a node that shares its connections among instances.
    pub(crate) async fn open_of(&self, cluster: &Cluster, options: Options) -> Arc<PostgresStore> {
        let store = PostgresStore::open(cluster, &self.name, options).await;
        Arc::new(store.unwrap())
    }

    /// The schema it lives in.
    pub(crate) fn schema(&self) -> String {
        format!("cresset_{}", self.name)
    }

    /// A connection that sees its tables.
    pub(crate) async fn tables(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let text = format!("SET search_path=\"{}\"", self.schema());
        client.batch_execute(&text).await.unwrap();
        client
    }
}

/// What a node opens instances with.
pub(crate) fn options(node: &str, directory: &Path, clock: Arc<ManualClock>) -> Options {
    Options {
        clock,
        limits: Arc::new(Limits::default()),
        node: node.to_owned(),
        directory: directory.to_owned(),
        bases: Vec::new(),
        keeps_words: true,
    }
}

/// A record of an interaction with nothing in particular.
pub(crate) fn record(interaction: &str, correlation: &str) -> AuditRecord {
    AuditRecord {
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        app: None,
        subject: None,
        interaction: interaction.to_owned(),
        resource_type: None,
        id: None,
        whose: Whose::default(),
        query: None,
        status: 200,
        times: 1,
        address: None,
        correlation_id: correlation.to_owned(),
    }
}
