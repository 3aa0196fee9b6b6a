//! The data directory: one lock, one directory per instance.
//!
//! `<data>/lock` keeps a second process out. `<data>/instances/<name>/` holds `instance.json`, the
//! instance's settings, and its database; copying, restoring or deleting an instance is doing so
//! with that directory while nothing has it open.

mod settings;

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cresset_base::{Clock, InstanceName, Limits};
use cresset_store::{AsSet, CodeSystems, Error, InstanceSettings, Instances, Place};
use parking_lot::Mutex;

use crate::code_systems::{SqliteCodeSystemLoader, SqliteCodeSystems};
use crate::fault::failed;
use crate::store::SqliteStore;

/// An instance nobody used for this long is closed.
const IDLE: Duration = Duration::from_mins(10);

/// Gives the base URLs of an instance.
pub type Bases = Arc<dyn Fn(&InstanceName) -> Vec<String> + Send + Sync>;

/// What every instance of a data directory is opened with.
#[derive(Clone)]
pub struct Options {
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Bounds.
    pub limits: Arc<Limits>,
    /// The base URLs under which references point into an instance, without a slash at the end.
    pub bases: Bases,
}

/// What differs between instances.
#[derive(Debug, Clone, Default)]
pub struct OfInstance {
    /// The base URLs under which references point into it, without a slash at the end.
    pub bases: Vec<String>,
    /// Whether the words of its resources are kept.
    pub keeps_words: bool,
}

/// Why a data directory could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Another process has the directory.
    #[error(
        "the data directory {0} is in use by another process; stop that one first or choose another directory"
    )]
    Locked(PathBuf),
    /// There is an instance of this name.
    #[error("an instance named {0} exists already")]
    Exists(InstanceName),
    /// The instance is not kept in its directory.
    #[error("the data of instance {0} is kept on a PostgreSQL server")]
    Elsewhere(InstanceName),
    /// There is no instance of this name.
    #[error("there is no instance named {0}")]
    Absent(InstanceName),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// An instance's settings file is not one.
    #[error("{0} cannot be read: {1}")]
    Settings(PathBuf, serde_json::Error),
    /// An instance could not be opened.
    #[error("instance {0}: {1}")]
    Store(InstanceName, Error),
}

/// A data directory this process has for itself.
pub struct DataDirectory {
    root: PathBuf,
    options: Options,
    open: Mutex<HashMap<InstanceName, Open>>,
    /// Which instance a mark is of, or that several have it; read when first asked for, and again
    /// after each change.
    marks: Mutex<Option<Marks>>,
    code_systems: Arc<SqliteCodeSystems>,
    /// Released by the operating system when this process ends, however it ends.
    _lock: File,
}

type Marks = HashMap<String, Option<InstanceName>>;

struct Open {
    store: Arc<SqliteStore>,
    used: Instant,
}

impl DataDirectory {
    /// Takes a data directory, creating it where there is none.
    ///
    /// # Errors
    /// [`DirectoryError::Locked`] when another process has it, [`DirectoryError::Io`] when it
    /// cannot be created or written.
    pub fn open(root: &Path, options: Options) -> Result<Self, DirectoryError> {
        let instances = root.join("instances");
        private()
            .recursive(true)
            .create(&instances)
            .map_err(|e| DirectoryError::Io(instances, e))?;
        let path = root.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| DirectoryError::Io(path.clone(), e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DirectoryError::Locked(root.to_owned())),
            Err(TryLockError::Error(e)) => return Err(DirectoryError::Io(path, e)),
        }
        Ok(Self {
            root: root.to_owned(),
            options,
            open: Mutex::new(HashMap::new()),
            marks: Mutex::default(),
            code_systems: Arc::new(SqliteCodeSystems::new(root)),
            _lock: lock,
        })
    }

    /// Where the instances lie.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Loads code systems for all instances.
    ///
    /// # Errors
    /// When their database cannot be opened or made.
    pub fn code_system_loader(&self) -> Result<SqliteCodeSystemLoader, Error> {
        SqliteCodeSystemLoader::open(&self.root)
    }

    /// The directory of an instance, whether it exists or not.
    pub fn instance_path(&self, name: &InstanceName) -> PathBuf {
        self.root.join("instances").join(name.as_str())
    }

    /// Creates an empty instance.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`] when there is one of this name.
    pub fn create(
        &self,
        name: &InstanceName,
        settings: &InstanceSettings,
    ) -> Result<Arc<SqliteStore>, DirectoryError> {
        self.register(name, settings)?;
        self.store(name)
    }

    /// Makes the directory and the settings of an instance without any data.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`] when there is one of this name.
    pub fn register(
        &self,
        name: &InstanceName,
        settings: &InstanceSettings,
    ) -> Result<(), DirectoryError> {
        let path = self.instance_path(name);
        match private().create(&path) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(DirectoryError::Exists(name.clone()));
            }
            Err(e) => return Err(DirectoryError::Io(path, e)),
        }
        self.write(&path, settings)
    }

    fn write(&self, path: &Path, settings: &InstanceSettings) -> Result<(), DirectoryError> {
        let written = settings::write(path, settings);
        *self.marks.lock() = None;
        written
    }

    /// Whether there is an instance of this name.
    pub fn exists(&self, name: &InstanceName) -> bool {
        settings::file(&self.instance_path(name)).is_file()
    }

    /// Names of all instances, sorted; what is not an instance is passed over.
    ///
    /// # Errors
    /// [`DirectoryError::Io`] when the directory cannot be read.
    pub fn names(&self) -> Result<Vec<InstanceName>, DirectoryError> {
        let path = self.root.join("instances");
        let entries = std::fs::read_dir(&path).map_err(|e| DirectoryError::Io(path, e))?;
        let mut names: Vec<InstanceName> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                entry
                    .file_name()
                    .to_str()
                    .and_then(|name| name.parse().ok())
            })
            .filter(|name| self.exists(name))
            .collect();
        names.sort();
        Ok(names)
    }

    /// The settings of an instance.
    ///
    /// # Errors
    /// [`DirectoryError::Absent`], or [`DirectoryError::Settings`] when the file is damaged.
    pub fn instance_settings(
        &self,
        name: &InstanceName,
    ) -> Result<InstanceSettings, DirectoryError> {
        if !self.exists(name) {
            return Err(DirectoryError::Absent(name.clone()));
        }
        settings::read(&self.instance_path(name))
    }

    /// Replaces the settings of an instance; they hold from its next opening.
    ///
    /// # Errors
    /// As [`DataDirectory::instance_settings`].
    pub fn set_instance_settings(
        &self,
        name: &InstanceName,
        settings: &InstanceSettings,
    ) -> Result<(), DirectoryError> {
        if !self.exists(name) {
            return Err(DirectoryError::Absent(name.clone()));
        }
        self.write(&self.instance_path(name), settings)
    }

    /// Deletes an instance with everything in it.
    ///
    /// # Errors
    /// [`DirectoryError::Absent`], or [`DirectoryError::Io`] when a file cannot be removed.
    pub fn delete(&self, name: &InstanceName) -> Result<(), DirectoryError> {
        if !self.exists(name) {
            return Err(DirectoryError::Absent(name.clone()));
        }
        drop(self.open.lock().remove(name));
        let path = self.instance_path(name);
        // From here on it is no instance, even when removing the rest is interrupted.
        let settings = settings::file(&path);
        let removed = std::fs::remove_file(&settings);
        *self.marks.lock() = None;
        removed.map_err(|e| DirectoryError::Io(settings, e))?;
        std::fs::remove_dir_all(&path).map_err(|e| DirectoryError::Io(path, e))
    }

    /// The stores that are open.
    pub fn opened(&self) -> Vec<(InstanceName, Arc<SqliteStore>)> {
        let open = self.open.lock();
        let stores = open.iter().map(|(name, e)| (name.clone(), e.store.clone()));
        stores.collect()
    }

    /// The store of an instance, opened on first use; instances long unused are closed on the way.
    ///
    /// # Errors
    /// [`DirectoryError::Absent`], [`DirectoryError::Elsewhere`], or [`DirectoryError::Store`] when it
    /// cannot be opened.
    pub fn store(&self, name: &InstanceName) -> Result<Arc<SqliteStore>, DirectoryError> {
        if !self.exists(name) {
            return Err(DirectoryError::Absent(name.clone()));
        }
        let mut idle = Vec::new();
        let mut open = self.open.lock();
        open.retain(|_, entry| {
            let stays = Arc::strong_count(&entry.store) > 1 || entry.used.elapsed() < IDLE;
            if !stays {
                idle.push(entry.store.clone());
            }
            stays
        });
        if let Some(entry) = open.get_mut(name) {
            entry.used = Instant::now();
            return Ok(entry.store.clone());
        }
        let settings = self.instance_settings(name)?;
        if settings.place != Place::Directory {
            return Err(DirectoryError::Elsewhere(name.clone()));
        }
        let own = OfInstance {
            bases: self.bases(name, &settings),
            keeps_words: settings.full_text,
        };
        let store = SqliteStore::open(&self.instance_path(name), &self.options, own)
            .map_err(|e| DirectoryError::Store(name.clone(), e))?;
        let store = Arc::new(store);
        open.insert(
            name.clone(),
            Open {
                store: store.clone(),
                used: Instant::now(),
            },
        );
        Ok(store)
    }
}

impl DataDirectory {
    /// The base URLs of an instance: its own, and that of the front it stands behind.
    fn bases(&self, name: &InstanceName, settings: &InstanceSettings) -> Vec<String> {
        let front = settings.behind.as_ref().and_then(|name| name.parse().ok());
        let front = front.as_ref().map(|front| (self.options.bases)(front));
        let mut bases = (self.options.bases)(name);
        bases.extend(front.into_iter().flatten());
        bases
    }

    /// Which instances the marks are of. One whose settings are damaged cannot be served anyway.
    fn read_marks(&self) -> Result<Marks, DirectoryError> {
        let mut marks = Marks::new();
        for name in self.names()? {
            let settings = self.instance_settings(&name);
            if let Some(mark) = settings.ok().and_then(|settings| settings.mark) {
                let of = marks.entry(mark).and_modify(|of| *of = None);
                of.or_insert(Some(name));
            }
        }
        Ok(marks)
    }
}

#[async_trait]
impl Instances for DataDirectory {
    async fn open_as_set(&self, name: &InstanceName) -> Result<Option<AsSet>, Error> {
        let opened = self.instance_settings(name);
        match opened.and_then(|settings| Ok((self.store(name)?, settings))) {
            Ok((store, settings)) => Ok(Some((store, settings))),
            Err(DirectoryError::Absent(_)) => Ok(None),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    async fn settings(&self, name: &InstanceName) -> Result<Option<InstanceSettings>, Error> {
        match self.instance_settings(name) {
            Ok(settings) => Ok(Some(settings)),
            Err(DirectoryError::Absent(_)) => Ok(None),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    async fn marked(&self, mark: &str) -> Result<Option<InstanceName>, Error> {
        let mut marks = self.marks.lock();
        if marks.is_none() {
            *marks = Some(self.read_marks().map_err(|e| failed(e.to_string()))?);
        }
        Ok(marks.as_ref().and_then(|marks| marks.get(mark)?.clone()))
    }

    fn version(&self) -> Option<u64> {
        // What is set for an instance here holds from its next opening.
        Some(0)
    }

    async fn list(&self) -> Result<Vec<InstanceName>, Error> {
        self.names().map_err(|error| failed(error.to_string()))
    }

    fn code_systems(&self) -> Arc<dyn CodeSystems> {
        self.code_systems.clone()
    }
}

/// Makes folders that nobody but the server's own account may look into: they hold patients' records.
fn private() -> DirBuilder {
    let mut folder = DirBuilder::new();
    folder.mode(0o700);
    folder
}
