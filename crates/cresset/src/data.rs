//! The data directory, held by this process alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use cresset_base::{InstanceName, Secret};
use cresset_store::verify::Report;
use cresset_store::{CodeSystems, Error, InstanceSettings, Instances, Place, Store};
use cresset_store_postgres::PostgresStore;
use cresset_store_sqlite::{DataDirectory, DirectoryError, Options, SqliteCodeSystemLoader};

use crate::clusters::{self, Clusters};
use crate::failure::{Context, Failure, Kind};
use crate::settings::{Flags, Settings};
use crate::{platform, surroundings};

/// The data directory, held by this process alone.
#[derive(Clone)]
pub(crate) struct Data {
    directory: Arc<DataDirectory>,
    clusters: Arc<Clusters>,
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
        Ok(Self {
            directory: Arc::new(directory),
            clusters: Arc::new(Clusters::new(settings)),
        })
    }

    /// Takes a data directory for a command other than `serve`, which has no configuration file.
    pub(crate) fn for_command(path: &Path) -> Result<(Self, Settings), Failure> {
        let settings = Settings::load(
            None,
            &Flags {
                data: Some(path.to_owned()),
                ..Flags::default()
            },
        )?;
        Ok((Self::open(&settings)?, settings))
    }

    /// The same, of a directory that must be there.
    pub(crate) fn existing(path: &Path) -> Result<(Self, Settings), Failure> {
        if !path.is_dir() {
            return Err(Failure::new(
                Kind::NotFound,
                format!("there is no data directory {}", path.display()),
            )
            .hint("`cresset demo` or `cresset instance create` makes one; --data names another"));
        }
        Self::for_command(path)
    }

    /// All instances, sorted.
    pub(crate) fn names(&self) -> Result<Vec<InstanceName>, Failure> {
        self.directory.names().map_err(failure)
    }

    /// Creates an empty instance, on the server of this URL or else in its own directory.
    pub(crate) async fn create(
        &self,
        name: &InstanceName,
        settings: &InstanceSettings,
        cluster: Option<&Secret<String>>,
    ) -> Result<(), Failure> {
        let Some(url) = cluster else {
            return self
                .directory
                .create(name, settings)
                .map(drop)
                .map_err(failure);
        };
        if self.directory.exists(name) {
            return Err(failure(DirectoryError::Exists(name.clone())));
        }
        self.clusters.create(url, name).await?;
        let settings = InstanceSettings {
            place: Place::Cluster,
            ..settings.clone()
        };
        self.directory.register(name, &settings).map_err(failure)?;
        clusters::note(url, &self.directory_of(name))
    }

    /// Deletes an instance with all its data.
    pub(crate) async fn delete(&self, name: &InstanceName) -> Result<(), Failure> {
        if self.settings(name)?.place == Place::Cluster {
            let directory = self.directory_of(name);
            self.clusters.remove(name, &directory).await?;
        }
        self.directory.delete(name).map_err(failure)
    }

    /// Whether the servers of all instances can be used.
    pub(crate) async fn check_clusters(&self) -> Result<(), Failure> {
        for name in self.names()? {
            if self.settings(&name)?.place == Place::Cluster {
                let directory = self.directory_of(&name);
                self.clusters.check(&name, &directory).await?;
            }
        }
        Ok(())
    }

    /// The settings of an instance.
    pub(crate) fn settings(&self, name: &InstanceName) -> Result<InstanceSettings, Failure> {
        self.directory.instance_settings(name).map_err(failure)
    }

    /// The data of an instance.
    pub(crate) async fn store(&self, name: &InstanceName) -> Result<Arc<dyn Store>, Failure> {
        match self.directory.store(name) {
            Ok(store) => Ok(store),
            Err(DirectoryError::Elsewhere(_)) => Ok(self.opened_on_cluster(name).await?),
            Err(error) => Err(failure(error)),
        }
    }

    async fn opened_on_cluster(&self, name: &InstanceName) -> Result<Arc<PostgresStore>, Failure> {
        let settings = self.settings(name)?;
        let place = self.directory_of(name);
        let opened = self.clusters.store(name, (&place, &settings)).await;
        opened.context(format_args!("opening instance {name}"))
    }

    /// Checks everything an instance holds.
    pub(crate) async fn verify(&self, name: &InstanceName) -> Result<Report, Failure> {
        let report = match self.directory.store(name) {
            Ok(store) => store.verify().await,
            Err(DirectoryError::Elsewhere(_)) => self.opened_on_cluster(name).await?.verify().await,
            Err(error) => return Err(failure(error)),
        };
        report.context(format_args!("checking instance {name}"))
    }

    /// Checks the audit trail of an instance alone.
    pub(crate) async fn verify_audit(&self, name: &InstanceName) -> Result<Report, Failure> {
        let report = match self.directory.store(name) {
            Ok(store) => store.verify_audit().await,
            Err(DirectoryError::Elsewhere(_)) => {
                self.opened_on_cluster(name).await?.verify_audit().await
            }
            Err(error) => return Err(failure(error)),
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

    /// The instances that are open and that other nodes may have open too.
    pub(crate) fn shared_instances(&self) -> Vec<(InstanceName, Arc<dyn Store>)> {
        self.clusters.all_opened()
    }

    /// All instances, opened when they are asked for.
    pub(crate) fn instances(&self) -> Arc<dyn Instances> {
        Arc::new(self.clone())
    }
}

#[async_trait]
impl Instances for Data {
    async fn open(&self, name: &InstanceName) -> Result<Option<Arc<dyn Store>>, Error> {
        if let Some(store) = self.clusters.opened(name) {
            return Ok(Some(store));
        }
        match self.directory.store(name) {
            Err(DirectoryError::Elsewhere(_)) => {
                let Some(settings) = Instances::settings(&*self.directory, name).await? else {
                    return Ok(None);
                };
                let place = self.directory_of(name);
                let store = self.clusters.store(name, (&place, &settings)).await?;
                Ok(Some(store))
            }
            _ => Instances::open(&*self.directory, name).await,
        }
    }

    async fn settings(&self, name: &InstanceName) -> Result<Option<InstanceSettings>, Error> {
        Instances::settings(&*self.directory, name).await
    }

    async fn list(&self) -> Result<Vec<InstanceName>, Error> {
        Instances::list(&*self.directory).await
    }

    fn code_systems(&self) -> Arc<dyn CodeSystems> {
        Instances::code_systems(&*self.directory)
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
