//! The data directory, held by this process alone.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use cresset_base::{InstanceName, Secret};
use cresset_store::verify::Report;
use cresset_store::{AsSet, CodeSystems, Error, InstanceSettings, Instances, Place, Store};
use cresset_store_postgres::{Change, Entry, PostgresStore, Registry};
use cresset_store_sqlite::{DataDirectory, DirectoryError, Options, SqliteCodeSystemLoader};
use futures_util::future::try_join_all;

use crate::clusters::{self, Clusters, Home};
use crate::commands::DataDir;
use crate::failure::{Context, Failure, Kind};
use crate::settings::Settings;
use crate::{platform, surroundings};

/// The data directory, held by this process alone.
#[derive(Clone)]
pub(crate) struct Data {
    directory: Arc<DataDirectory>,
    clusters: Arc<Clusters>,
    registry: Option<Arc<Registry>>,
}

impl Data {
    /// Takes the data directory of a server, making it if it is not there.
    pub(crate) fn open(settings: &Settings) -> Result<Self, Failure> {
        let public_url = settings.public_url();
        let options = Options {
            clock: surroundings::clock(),
            limits: Arc::new(settings.limits.clone()),
            bases: Arc::new(move |name: &InstanceName| {
                vec![platform::fhir_base(&public_url, name)]
            }),
        };
        let directory = DataDirectory::open(&settings.data, options).map_err(failure)?;
        let clusters = Clusters::new(settings);
        Ok(Self {
            directory: Arc::new(directory),
            registry: clusters.registry()?.map(Arc::new),
            clusters: Arc::new(clusters),
        })
    }

    /// Takes the data directory of a command other than those that serve.
    pub(crate) fn for_command(of: &DataDir) -> Result<(Self, Settings), Failure> {
        let settings = of.settings()?;
        Ok((Self::open(&settings)?, settings))
    }

    /// The same, of a directory that must be there, unless it is a registry that knows the instances.
    pub(crate) fn existing(of: &DataDir) -> Result<(Self, Settings), Failure> {
        let settings = Self::existing_settings(of)?;
        Ok((Self::open(&settings)?, settings))
    }

    /// The same without the registry, for what is this node's own.
    pub(crate) fn existing_files(of: &DataDir) -> Result<(Self, Settings), Failure> {
        let settings = Settings {
            registry: None,
            ..Self::existing_settings(of)?
        };
        Ok((Self::open(&settings)?, settings))
    }

    fn existing_settings(of: &DataDir) -> Result<Settings, Failure> {
        let settings = of.settings()?;
        if !of.data.is_dir() && settings.registry.is_none() {
            return Err(Failure::new(
                Kind::NotFound,
                format!("there is no data directory {}", of.data.display()),
            )
            .hint("`cresset demo` or `cresset instance create` makes one; --data names another"));
        }
        Ok(settings)
    }

    /// All instances, sorted.
    pub(crate) async fn names(&self) -> Result<Vec<InstanceName>, Failure> {
        self.listed().await.context("listing the instances")
    }

    async fn listed(&self) -> Result<Vec<InstanceName>, Error> {
        let mut names = Instances::list(&*self.directory).await?;
        if let Some(registry) = &self.registry {
            names.extend(registry.names().await?);
            names.sort();
            names.dedup();
        }
        Ok(names)
    }

    /// Creates an empty instance: on the server of this URL or name, else on the one the settings
    /// give it, else in its own directory.
    pub(crate) async fn create(
        &self,
        name: &InstanceName,
        settings: &InstanceSettings,
        server: Option<&Secret<String>>,
    ) -> Result<(), Failure> {
        if self.found(name).await.context(ASKING)?.is_some() {
            return Err(failure(DirectoryError::Exists(name.clone())));
        }
        let server = match server {
            Some(server) => Some(server.expose().clone()),
            None => self.clusters.placed().await?,
        };
        let Some(server) = server else {
            if self.registry.is_some() {
                let text =
                    "the other nodes of the registry would not know an instance of this directory";
                return Err(Failure::new(Kind::Settings, text)
                    .hint("name a server among `clusters` of the settings, or one with --store"));
            }
            return self
                .directory
                .create(name, settings)
                .map(drop)
                .map_err(failure);
        };
        let settings = InstanceSettings {
            place: Place::Cluster,
            ..settings.clone()
        };
        let url = self.clusters.url_of(&server)?;
        let Some(registry) = &self.registry else {
            let created = self.clusters.create(&url, name).await;
            created.map_err(|not| not.failure)?;
            self.directory.register(name, &settings).map_err(failure)?;
            return clusters::note(&server, &self.directory_of(name));
        };
        // The name is taken first: what is left of a creation that was interrupted can be deleted.
        let entry = Entry { settings, server };
        if !registry.add(name, &entry).await.context(ENTERING)? {
            return Err(failure(DirectoryError::Exists(name.clone())));
        }
        let Err(not) = self.clusters.create(&url, name).await else {
            return Ok(());
        };
        if not.is_certain {
            let created = entry.settings.created;
            registry.remove(name, created).await.context(ENTERING)?;
            return Err(not.failure);
        }
        Err(not.failure.hint(
            "what is there of it is deleted by `cresset instance delete`, and then the name is free",
        ))
    }

    /// Replaces the settings of an instance, which the caller saw.
    pub(crate) async fn set(
        &self,
        name: &InstanceName,
        seen: &InstanceSettings,
        settings: &InstanceSettings,
    ) -> Result<(), Failure> {
        if let Some(registry) = &self.registry
            && !self.directory.exists(name)
        {
            let set = registry.set(name, seen, settings).await;
            return made(set.context(ENTERING)?, name);
        }
        let replaced = self.directory.set_instance_settings(name, settings);
        replaced.map_err(failure)
    }

    /// Deletes an instance with all its data.
    pub(crate) async fn delete(&self, name: &InstanceName) -> Result<(), Failure> {
        let (settings, home) = self.known(name).await?;
        if let Some(home) = home {
            self.clusters.remove(&home.url, name).await?;
        }
        let is_file = self.directory.exists(name);
        if let Some(registry) = self.registry.as_ref().filter(|_| !is_file) {
            let removed = registry.remove(name, settings.created).await;
            made(removed.context(ENTERING)?, name)?;
            let own = self.directory_of(name);
            return match std::fs::remove_dir_all(&own) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(error).context(own.display())
                }
                _ => Ok(()),
            };
        }
        self.directory.delete(name).map_err(failure)
    }

    /// Whether the servers of the settings, and those of the instances of this directory, can be
    /// used.
    pub(crate) async fn check_clusters(&self) -> Result<(), Failure> {
        let mut servers = self.clusters.named();
        for name in self.directory.names().map_err(failure)? {
            if let (_, Some(home)) = self.known(&name).await?
                && !servers.contains(&home.url)
            {
                servers.push(home.url);
            }
        }
        try_join_all(servers.iter().map(|url| self.clusters.check(url))).await?;
        match &self.registry {
            Some(registry) => match registry.check().await {
                Err(Error::Busy) => {
                    tracing::warn!(
                        "the registry cannot be reached: instances are answered 503 until it is back"
                    );
                    Ok(())
                }
                checked => checked.context("opening the registry"),
            },
            None => Ok(()),
        }
    }

    /// The settings of an instance.
    pub(crate) async fn settings(&self, name: &InstanceName) -> Result<InstanceSettings, Failure> {
        Ok(self.known(name).await?.0)
    }

    /// The data of an instance.
    pub(crate) async fn store(&self, name: &InstanceName) -> Result<Arc<dyn Store>, Failure> {
        match self.known(name).await? {
            (_, None) => Ok(self.directory.store(name).map_err(failure)?),
            (settings, Some(home)) => Ok(self.on_server(name, (&home, &settings)).await?),
        }
    }

    async fn on_server(
        &self,
        name: &InstanceName,
        of: (&Home, &InstanceSettings),
    ) -> Result<Arc<PostgresStore>, Failure> {
        let opened = self.clusters.store(name, of).await;
        opened.context(format_args!("opening instance {name}"))
    }

    /// Checks everything an instance holds.
    pub(crate) async fn verify(&self, name: &InstanceName) -> Result<Report, Failure> {
        let report = match self.known(name).await? {
            (_, None) => self.directory.store(name).map_err(failure)?.verify().await,
            (settings, Some(home)) => {
                let store = self.on_server(name, (&home, &settings)).await?;
                store.verify().await
            }
        };
        report.context(format_args!("checking instance {name}"))
    }

    /// Checks the audit trail of an instance alone.
    pub(crate) async fn verify_audit(&self, name: &InstanceName) -> Result<Report, Failure> {
        let report = match self.known(name).await? {
            (_, None) => {
                let store = self.directory.store(name).map_err(failure)?;
                store.verify_audit().await
            }
            (settings, Some(home)) => {
                let store = self.on_server(name, (&home, &settings)).await?;
                store.verify_audit().await
            }
        };
        report.context(format_args!("checking the audit trail of instance {name}"))
    }

    /// Loads code systems for all instances.
    pub(crate) fn code_system_loader(&self) -> Result<SqliteCodeSystemLoader, Failure> {
        let loader = self.directory.code_system_loader();
        loader.context("opening the code systems")
    }

    /// The directory of an instance.
    pub(crate) fn directory_of(&self, name: &InstanceName) -> PathBuf {
        self.directory.instance_path(name)
    }

    /// The same, made if it is not there: of an instance of the registry a node has none at first.
    pub(crate) fn own_directory_of(&self, name: &InstanceName) -> Result<PathBuf, Failure> {
        let path = self.directory_of(name);
        let mut private = DirBuilder::new();
        let made = private.recursive(true).mode(0o700).create(&path);
        made.context(path.display())?;
        Ok(path)
    }

    /// The instances that are open.
    pub(crate) fn opened(&self) -> Vec<(InstanceName, Arc<dyn Store>)> {
        let mut opened = self.clusters.all_opened();
        let here = self.directory.opened().into_iter();
        opened.extend(here.map(|(name, store)| (name, store as Arc<dyn Store>)));
        opened
    }

    /// All instances, opened when they are asked for.
    pub(crate) fn instances(&self) -> Arc<dyn Instances> {
        Arc::new(self.clone())
    }

    /// What is set for an instance, and where it lives when that is not its directory.
    async fn found(&self, name: &InstanceName) -> Result<Option<Known>, Error> {
        let told = |failure: Failure| Error::failed(failure.what());
        if let Some(settings) = Instances::settings(&*self.directory, name).await? {
            if settings.place == Place::Directory {
                return Ok(Some((settings, None)));
            }
            let journal = self.directory_of(name);
            let server = clusters::noted(&journal).map_err(told)?;
            let url = self.clusters.url_of(&server).map_err(told)?;
            return Ok(Some((settings, Some(Home { url, journal }))));
        }
        let Some(registry) = &self.registry else {
            return Ok(None);
        };
        let Some(entry) = registry.entry(name).await? else {
            return Ok(None);
        };
        let settings = entry.settings.clone();
        let home = Home {
            url: self.clusters.url_of(&entry.server).map_err(told)?,
            // Another instance may have had the name before, and left a journal.
            journal: self
                .directory_of(name)
                .join(format!("since-{}", settings.created.as_millisecond())),
        };
        Ok(Some((settings, Some(home))))
    }

    async fn known(&self, name: &InstanceName) -> Result<Known, Failure> {
        let found = self.found(name).await.context(ASKING)?;
        found.ok_or_else(|| failure(DirectoryError::Absent(name.clone())))
    }
}

/// What is set for an instance, and where it lives when that is not its directory.
type Known = (InstanceSettings, Option<Home>);

/// What is being done, for those who read of a failure.
const ASKING: &str = "looking for the instance";
const ENTERING: &str = "changing the registry";

#[async_trait]
impl Instances for Data {
    async fn open_as_set(&self, name: &InstanceName) -> Result<Option<AsSet>, Error> {
        match self.found(name).await? {
            None => {
                self.clusters.close(name);
                Ok(None)
            }
            Some((_, None)) => self.directory.open_as_set(name).await,
            Some((settings, Some(home))) => {
                let store = self.clusters.store(name, (&home, &settings)).await?;
                Ok(Some((store, settings)))
            }
        }
    }

    async fn settings(&self, name: &InstanceName) -> Result<Option<InstanceSettings>, Error> {
        let found = self.found(name).await?;
        Ok(found.map(|(settings, _)| settings))
    }

    async fn marked(&self, mark: &str) -> Result<Option<InstanceName>, Error> {
        let here = self.directory.marked(mark).await?;
        let there = match &self.registry {
            Some(registry) => registry.marked(mark).await?,
            None => None,
        };
        Ok(match (here, there) {
            (Some(_), Some(_)) => None,
            (here, there) => here.or(there),
        })
    }

    fn version(&self) -> Option<u64> {
        match &self.registry {
            Some(registry) => registry.number(),
            None => self.directory.version(),
        }
    }

    fn is_registry_away(&self) -> Option<bool> {
        self.registry.as_ref().map(|registry| registry.is_away())
    }

    async fn list(&self) -> Result<Vec<InstanceName>, Error> {
        self.listed().await
    }

    fn code_systems(&self) -> Arc<dyn CodeSystems> {
        Instances::code_systems(&*self.directory)
    }
}

/// A change of the registry that was not made is a failure.
fn made(change: Change, name: &InstanceName) -> Result<(), Failure> {
    match change {
        Change::Made => Ok(()),
        Change::Absent => Err(failure(DirectoryError::Absent(name.clone()))),
        Change::Outdated => {
            let text =
                format!("somebody else changed instance {name} meanwhile; nothing was changed");
            Err(Failure::new(Kind::Other, text).hint("look at it, and say it again"))
        }
    }
}

fn failure(error: DirectoryError) -> Failure {
    match error {
        DirectoryError::Locked(_) => Failure::new(
            Kind::Locked,
            "the data directory is in use by another cresset process",
        )
        .hint("stop that process first, or choose another directory with --data"),
        DirectoryError::Absent(_) => {
            Failure::new(Kind::NotFound, error).hint("`cresset instance list` shows all instances")
        }
        DirectoryError::Exists(_) => Failure::new(Kind::Settings, error),
        _ => Failure::new(Kind::Other, error),
    }
}
