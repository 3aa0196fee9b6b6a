//! The settings file of an instance.

use std::io::Write;
use std::path::{Path, PathBuf};

use cresset_store::InstanceSettings;

use super::DirectoryError;

/// Where an instance's settings lie.
pub(super) fn file(directory: &Path) -> PathBuf {
    directory.join("instance.json")
}

pub(super) fn read(directory: &Path) -> Result<InstanceSettings, DirectoryError> {
    let path = file(directory);
    let bytes = std::fs::read(&path).map_err(|e| DirectoryError::Io(path.clone(), e))?;
    serde_json::from_slice(&bytes).map_err(|e| DirectoryError::Settings(path, e))
}

/// Writes a new file beside the old one and then takes its place, so that there is always a whole one.
pub(super) fn write(directory: &Path, settings: &InstanceSettings) -> Result<(), DirectoryError> {
    let path = file(directory);
    let bytes = serde_json::to_vec_pretty(settings)
        .map_err(|e| DirectoryError::Settings(path.clone(), e))?;
    let beside = path.with_extension("json.new");
    let replace = || {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)?;
        std::fs::File::open(directory)?.sync_all()
    };
    replace().map_err(|e| DirectoryError::Io(path.clone(), e))
}
