//! Instances whose data is on PostgreSQL servers, opened when they are asked for.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_base::{InstanceName, Rng, Secret};
use cresset_store::{Error, InstanceSettings, Store};
use cresset_store_postgres::{Cluster, ClusterError, Options, PostgresStore};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::failure::{Context, Failure, Kind};
use crate::settings::Settings;
use crate::{platform, surroundings};

/// Holds the URL of an instance's server, within the instance's directory.
const URL_FILE: &str = "cluster.url";
/// Holds the name under which servers know this data directory.
const NODE_FILE: &str = "node";
/// An instance nobody used for this long is closed.
const IDLE: Duration = Duration::from_mins(10);

/// Open instances of clusters.
pub(crate) struct Clusters {
    settings: Settings,
    /// By URL: all instances of a server share its connections.
    servers: Mutex<HashMap<String, Cluster>>,
    open: Mutex<HashMap<InstanceName, Arc<Open>>>,
}

/// An instance that is open, or being opened by whoever asked first.
struct Open {
    store: OnceCell<Arc<PostgresStore>>,
    used: Mutex<Instant>,
}

impl Open {
    fn new() -> Self {
        Self {
            store: OnceCell::new(),
            used: Mutex::new(Instant::now()),
        }
    }

    fn is_idle(&self) -> bool {
        let is_held = |store: &Arc<PostgresStore>| Arc::strong_count(store) > 1;
        !self.store.get().is_some_and(is_held) && self.used.lock().elapsed() > IDLE
    }
}

impl Clusters {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            settings: settings.clone(),
            servers: Mutex::default(),
            open: Mutex::default(),
        }
    }

    /// The store of an instance that is open.
    pub(crate) fn opened(&self, name: &InstanceName) -> Option<Arc<PostgresStore>> {
        let open = self.open.lock();
        let entry = open.get(name)?;
        *entry.used.lock() = Instant::now();
        entry.store.get().cloned()
    }

    /// All that are open, which does not count as a use.
    pub(crate) fn all_opened(&self) -> Vec<(InstanceName, Arc<dyn Store>)> {
        let open = self.open.lock();
        let stores = open.iter().filter_map(|(name, entry)| {
            let store: Arc<dyn Store> = entry.store.get()?.clone();
            Some((name.clone(), store))
        });
        stores.collect()
    }

    /// The store of an instance, opened on first use; instances long unused are closed on the way.
    /// While a server lets its own wait, those of others are opened.
    pub(crate) async fn store(
        &self,
        name: &InstanceName,
        (directory, of): (&Path, &InstanceSettings),
    ) -> Result<Arc<PostgresStore>, Error> {
        let entry = {
            let mut open = self.open.lock();
            open.retain(|other, entry| other == name || !entry.is_idle());
            let entry = open.entry(name.clone());
            entry.or_insert_with(|| Arc::new(Open::new())).clone()
        };
        let opening = || self.open(name, (directory, of));
        entry.store.get_or_try_init(opening).await.cloned()
    }

    async fn open(
        &self,
        name: &InstanceName,
        (directory, of): (&Path, &InstanceSettings),
    ) -> Result<Arc<PostgresStore>, Error> {
        let failed = |failure: Failure| Error::failed(failure.what());
        let cluster = self.cluster_of(directory).map_err(failed)?;
        let options = Options {
            clock: surroundings::clock(),
            limits: Arc::new(self.settings.limits.clone()),
            node: node(&self.settings.data).map_err(failed)?,
            directory: directory.to_owned(),
            bases: vec![platform::fhir_base(&self.settings.public_url(), name)],
            keeps_words: of.full_text,
        };
        PostgresStore::open(&cluster, name, options)
            .await
            .map(Arc::new)
    }

    /// Makes the place of a new instance on a server.
    pub(crate) async fn create(
        &self,
        url: &Secret<String>,
        name: &InstanceName,
    ) -> Result<(), Failure> {
        let cluster = self.cluster(url.expose())?;
        cluster.create(name).await.map_err(failure)
    }

    /// Removes it again with all its data.
    pub(crate) async fn remove(&self, name: &InstanceName, directory: &Path) -> Result<(), Failure> {
        self.open.lock().remove(name);
        match self.cluster_of(directory)?.remove(name).await {
            Ok(()) | Err(ClusterError::Absent(_)) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }

    /// Whether the server of an instance can be used. One that cannot be reached now may be later.
    pub(crate) async fn check(&self, name: &InstanceName, directory: &Path) -> Result<(), Failure> {
        match self.cluster_of(directory)?.check().await {
            Err(error @ ClusterError::Unreachable(_)) => {
                tracing::warn!(instance = %name, %error, "its requests are answered 503 until it is back");
                Ok(())
            }
            checked => checked.map_err(failure),
        }
    }

    fn cluster_of(&self, directory: &Path) -> Result<Cluster, Failure> {
        let path = directory.join(URL_FILE);
        let url = fs::read_to_string(&path).context(path.display())?;
        self.cluster(url.trim())
    }

    fn cluster(&self, url: &str) -> Result<Cluster, Failure> {
        let mut servers = self.servers.lock();
        if let Some(known) = servers.get(url) {
            return Ok(known.clone());
        }
        let cluster = Cluster::parse(url, &self.settings.limits).map_err(failure)?;
        servers.insert(url.to_owned(), cluster.clone());
        Ok(cluster)
    }
}

/// Notes the server of an instance where nobody else can read it: a URL may hold a password.
pub(crate) fn note(url: &Secret<String>, directory: &Path) -> Result<(), Failure> {
    let path = directory.join(URL_FILE);
    let write = || {
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(url.expose().as_bytes())?;
        file.sync_all()
    };
    write().context(path.display())
}

/// The name of this data directory among all that serve the same instances.
fn node(data: &Path) -> Result<String, Failure> {
    let path: PathBuf = data.join(NODE_FILE);
    if !path.exists() {
        let mut bytes = [0; 8];
        surroundings::SystemRng.fill(&mut bytes);
        let name = format!("{:016x}", u64::from_be_bytes(bytes));
        fs::write(&path, name).context(path.display())?;
    }
    fs::read_to_string(&path).context(path.display())
}

fn failure(error: ClusterError) -> Failure {
    match error {
        ClusterError::Url(_) => Failure::new(Kind::Settings, error)
            .hint("it looks like postgres://role:password@host:5432/database"),
        ClusterError::Exists(_) => Failure::new(Kind::Settings, error)
            .hint("another name, or another database of the server, is free"),
        ClusterError::Absent(_) => Failure::new(Kind::NotFound, error),
        _ => Failure::new(Kind::Other, error),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::path::Path;

    use super::{Cluster, Clusters, note};
    use crate::settings::Settings;
    use crate::surroundings;
    use cresset_base::{InstanceName, Secret};
    use cresset_store::InstanceSettings;
    use cresset_testkit::postgres;

    /// A name, and a directory that says it lives on the server behind this URL.
    fn instance(data: &Path, name: &str, url: &str) -> (InstanceName, std::path::PathBuf) {
        let directory = data.join(name);
        std::fs::create_dir(&directory).unwrap();
        note(&Secret::new(url.to_owned()), &directory).unwrap();
        (name.parse().unwrap(), directory)
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_keeps_no_other_waiting() {
        let data = tempfile::tempdir().unwrap();
        let settings = Settings {
            data: data.path().to_owned(),
            ..Settings::default()
        };
        let clusters = Clusters::new(&settings);
        // It takes connections, and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://a@{}/b", silent.local_addr().unwrap());
        let (deaf, its_directory) = instance(data.path(), "deaf", &url);
        let url = postgres::server().url();
        let (well, directory) = instance(data.path(), "well", url);
        Cluster::parse(url, &settings.limits)
            .unwrap()
            .create(&well).await.unwrap();
        let of = InstanceSettings::new(surroundings::clock().now());
        tokio::select! {
            biased;
            _ = clusters.store(&deaf, (&its_directory, &of)) => panic!("the silent server was faster"),
            opened = clusters.store(&well, (&directory, &of)) => assert!(opened.is_ok()),
        }
        assert!(clusters.opened(&well).is_some());
        assert!(clusters.opened(&deaf).is_none());
    }
}
