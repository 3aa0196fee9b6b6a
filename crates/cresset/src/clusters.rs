//! Instances whose data is on PostgreSQL servers, opened when they are asked for.

mod placement;

use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_base::{InstanceName, Rng, Timestamp};
use cresset_store::{Error, InstanceSettings, Store};
use cresset_store_postgres::{Cluster, ClusterError, Options, PostgresStore, Registry};
use cresset_web::instance::bases;
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::failure::{Context, Failure, Kind};
use crate::settings::{ServerUrl, Settings};
use crate::surroundings;

/// Holds the URL or the name of an instance's server, within the instance's directory.
const URL_FILE: &str = "cluster.url";
/// Holds the name under which servers know this data directory.
const NODE_FILE: &str = "node";
/// An instance that nobody holds, and nobody asked for so long, is closed.
const IDLE: Duration = Duration::from_mins(1);

/// Open instances of clusters.
pub(crate) struct Clusters {
    settings: Settings,
    /// By URL: all instances of a server share its connections.
    servers: Mutex<HashMap<String, Cluster>>,
    open: Mutex<HashMap<InstanceName, Arc<Open>>>,
    /// The name of this node, once it was needed.
    node: Mutex<Option<String>>,
}

/// Where an instance lives.
#[derive(Clone)]
pub(crate) struct Home {
    /// Its server.
    pub(crate) url: ServerUrl,
    /// The directory of this node for its journal.
    pub(crate) journal: PathBuf,
}

/// Why an instance was not created, and whether that is certain.
pub(crate) struct NotCreated {
    pub(crate) failure: Failure,
    /// Nothing was made on the server.
    pub(crate) is_certain: bool,
}

/// An instance that is open, or being opened by whoever asked first.
struct Open {
    /// Of several that had the name one after the other, this one.
    of: (ServerUrl, Timestamp),
    store: OnceCell<Arc<PostgresStore>>,
    used: Mutex<Instant>,
}

impl Open {
    fn new(of: (ServerUrl, Timestamp)) -> Self {
        Self {
            of,
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
            node: Mutex::default(),
        }
    }

    /// All that are open, which does not count as a use; instances long unused are closed on the way.
    pub(crate) fn all_opened(&self) -> Vec<(InstanceName, Arc<dyn Store>)> {
        let mut open = self.open.lock();
        open.retain(|_, entry| !entry.is_idle());
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
        (home, settings): (&Home, &InstanceSettings),
    ) -> Result<Arc<PostgresStore>, Error> {
        let of = (home.url.clone(), settings.created);
        let entry = {
            let mut open = self.open.lock();
            open.retain(|other, entry| {
                if other == name {
                    entry.of == of
                } else {
                    !entry.is_idle()
                }
            });
            let entry = open.entry(name.clone());
            entry.or_insert_with(|| Arc::new(Open::new(of))).clone()
        };
        *entry.used.lock() = Instant::now();
        let opening = || self.open(name, (home, settings));
        entry.store.get_or_try_init(opening).await.cloned()
    }

    async fn open(
        &self,
        name: &InstanceName,
        (home, settings): (&Home, &InstanceSettings),
    ) -> Result<Arc<PostgresStore>, Error> {
        let failed = |failure: Failure| Error::failed(failure.what());
        let cluster = self.cluster(&home.url).map_err(failed)?;
        let mut private = DirBuilder::new();
        let made = private.recursive(true).mode(0o700).create(&home.journal);
        made.map_err(|error| Error::failed(format!("{}: {error}", home.journal.display())))?;
        let options = Options {
            clock: surroundings::clock(),
            limits: Arc::new(self.settings.limits.clone()),
            node: self.node().map_err(failed)?,
            directory: home.journal.clone(),
            bases: bases(&self.settings.public_url(), name.as_str(), settings),
            keeps_words: settings.full_text,
        };
        PostgresStore::open(&cluster, name, options)
            .await
            .map(Arc::new)
    }

    fn node(&self) -> Result<String, Failure> {
        let mut known = self.node.lock();
        if let Some(name) = &*known {
            return Ok(name.clone());
        }
        let name = node(&self.settings.data)?;
        Ok(known.insert(name).clone())
    }

    /// Closes an instance that is there no more.
    pub(crate) fn close(&self, name: &InstanceName) {
        self.open.lock().remove(name);
    }

    /// Makes the place of a new instance on a server.
    pub(crate) async fn create(
        &self,
        url: &ServerUrl,
        name: &InstanceName,
    ) -> Result<(), NotCreated> {
        let cluster = self.cluster(url).map_err(|failure| NotCreated {
            failure,
            is_certain: true,
        })?;
        cluster.create(name).await.map_err(|error| NotCreated {
            // The answer may be lost, and not what it was to say.
            is_certain: !matches!(error, ClusterError::Failed(_)),
            failure: failure(error),
        })
    }

    /// Removes it again with all its data.
    pub(crate) async fn remove(&self, url: &ServerUrl, name: &InstanceName) -> Result<(), Failure> {
        self.close(name);
        match self.cluster(url)?.remove(name).await {
            Ok(()) | Err(ClusterError::Absent(_)) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }

    /// Whether a server can be used. One that cannot be reached now may be later.
    pub(crate) async fn check(&self, url: &ServerUrl) -> Result<(), Failure> {
        let cluster = self.cluster(url)?;
        match cluster.check().await {
            Err(error @ ClusterError::Unreachable(_)) => {
                tracing::warn!(server = ?url, %error, "requests to its instances are answered 503 until it is back");
                Ok(())
            }
            checked => checked.map_err(failure),
        }
    }

    /// The servers the settings name.
    pub(crate) fn named(&self) -> Vec<ServerUrl> {
        let clusters = self.settings.clusters.values();
        clusters.map(|cluster| cluster.url.clone()).collect()
    }

    /// The registry of the settings.
    pub(crate) fn registry(&self) -> Result<Option<Registry>, Failure> {
        let Some(url) = &self.settings.registry else {
            return Ok(None);
        };
        let registry = Registry::of(&self.cluster(url)?, &self.settings.limits);
        registry.map(Some).map_err(failure)
    }

    /// The URL behind what is noted of an instance: a URL, or the name of a server of the settings.
    pub(crate) fn url_of(&self, server: &str) -> Result<ServerUrl, Failure> {
        if server.contains("://") {
            return Ok(server.to_owned().into());
        }
        let known = self.settings.clusters.get(server);
        let known = known.ok_or_else(|| {
            Failure::new(
                Kind::Settings,
                format!("the settings name no cluster `{server}`"),
            )
            .hint("`cresset settings` describes `clusters`; all nodes need the same ones")
        })?;
        Ok(known.url.clone())
    }

    fn cluster(&self, url: &ServerUrl) -> Result<Cluster, Failure> {
        let mut servers = self.servers.lock();
        if let Some(known) = servers.get(url.expose()) {
            return Ok(known.clone());
        }
        let cluster = Cluster::parse(url.expose(), &self.settings.limits).map_err(failure)?;
        let cluster = cluster.keeping_time(surroundings::clock());
        servers.insert(url.expose().to_owned(), cluster.clone());
        Ok(cluster)
    }
}

/// Notes the server of an instance where nobody else can read it: a URL may hold a password.
pub(crate) fn note(server: &str, directory: &Path) -> Result<(), Failure> {
    let path = directory.join(URL_FILE);
    let write = || {
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(server.as_bytes())?;
        file.sync_all()
    };
    write().context(path.display())
}

/// The server that was noted.
pub(crate) fn noted(directory: &Path) -> Result<String, Failure> {
    let path = directory.join(URL_FILE);
    let server = fs::read_to_string(&path).context(path.display())?;
    Ok(server.trim().to_owned())
}

/// The name of this data directory among all that serve the same instances, made where it has none.
/// The directory is this process's alone; within the process one caller at a time is here.
fn node(data: &Path) -> Result<String, Failure> {
    let path: PathBuf = data.join(NODE_FILE);
    if !path.exists() {
        let mut bytes = [0; 8];
        surroundings::SystemRng.fill(&mut bytes);
        let name = format!("{:016x}", u64::from_be_bytes(bytes));
        // It is there whole or not at all, whenever the machine stops.
        let unfinished = path.with_extension("new");
        let write = || {
            let mut file = fs::File::create(&unfinished)?;
            file.write_all(name.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().context(path.display())?;
    }
    let name = fs::read_to_string(&path).context(path.display())?;
    // Whoever writes it by hand ends the line.
    let name = name.trim();
    if name.is_empty() {
        let text = format!("{} is empty", path.display());
        return Err(Failure::new(Kind::Other, text).hint(
            "without this node's journals, remove the file; else write the node's name there",
        ));
    }
    Ok(name.to_owned())
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

    use super::{Cluster, Clusters, Home};
    use crate::settings::Settings;
    use crate::surroundings;
    use cresset_base::InstanceName;
    use cresset_store::InstanceSettings;
    use cresset_testkit::postgres;

    /// A name, and its home on the server behind this URL.
    fn instance(data: &Path, name: &str, url: &str) -> (InstanceName, Home) {
        let home = Home {
            url: url.to_owned().into(),
            journal: data.join(name),
        };
        (name.parse().unwrap(), home)
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
        let (deaf, its_home) = instance(data.path(), "deaf", &url);
        let url = postgres::server().url();
        let (well, home) = instance(data.path(), "well", url);
        let cluster = Cluster::parse(url, &settings.limits).unwrap();
        cluster.create(&well).await.unwrap();
        let of = InstanceSettings::new(surroundings::clock().now());
        tokio::select! {
            biased;
            _ = clusters.store(&deaf, (&its_home, &of)) => panic!("the silent server was faster"),
            opened = clusters.store(&well, (&home, &of)) => assert!(opened.is_ok()),
        }
        let opened = clusters.all_opened();
        assert_eq!(
            opened.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            [&well]
        );
    }
}
