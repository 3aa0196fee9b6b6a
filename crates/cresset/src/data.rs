//! The data directory, held by this process alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cresset_base::InstanceName;
use cresset_store::verify::Report;
use cresset_store::{InstanceSettings, Instances, Store};
use cresset_store_sqlite::{DataDirectory, DirectoryError, Options};

use crate::failure::{Context, Failure, Kind};
use crate::settings::{Flags, Settings};
use crate::{platform, surroundings};

/// The data directory, held by this process alone.
#[derive(Clone)]
pub(crate) struct Data {
    directory: Arc<DataDirectory>,
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

    /// Creates an empty instance.
    pub(crate) fn create(
        &self,
        name: &InstanceName,
        settings: &InstanceSettings,
    ) -> Result<(), Failure> {
        self.directory
            .create(name, settings)
            .map(drop)
            .map_err(failure)
    }

    /// Deletes an instance with all its data.
    pub(crate) fn delete(&self, name: &InstanceName) -> Result<(), Failure> {
        self.directory.delete(name).map_err(failure)
    }

    /// The settings of an instance.
    pub(crate) fn settings(&self, name: &InstanceName) -> Result<InstanceSettings, Failure> {
        self.directory.instance_settings(name).map_err(failure)
    }

    /// The data of an instance.
    pub(crate) fn store(&self, name: &InstanceName) -> Result<Arc<dyn Store>, Failure> {
        Ok(self.directory.store(name).map_err(failure)?)
    }

    /// Checks everything an instance holds.
    pub(crate) async fn verify(&self, name: &InstanceName) -> Result<Report, Failure> {
        let store = self.directory.store(name).map_err(failure)?;
        store
            .verify()
            .await
            .context(format_args!("checking instance {name}"))
    }

    /// Checks the audit trail of an instance alone.
    pub(crate) async fn verify_audit(&self, name: &InstanceName) -> Result<Report, Failure> {
        let store = self.directory.store(name).map_err(failure)?;
        store
            .verify_audit()
            .await
            .context(format_args!("checking the audit trail of instance {name}"))
    }

    /// The directory of an instance.
    pub(crate) fn directory_of(&self, name: &InstanceName) -> PathBuf {
        self.directory.instance_path(name)
    }

    /// All instances, opened when they are asked for.
    pub(crate) fn instances(&self) -> Arc<dyn Instances> {
        Arc::clone(&self.directory) as Arc<dyn Instances>
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
