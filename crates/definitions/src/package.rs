//! Reading a FHIR package (`.tgz`) from bytes.
//!
//! The archive is read in memory and its paths are used for nothing but choosing the files:
//! `package/package.json` and the JSON files of the `package/` folder itself.

use std::io::Read;

use serde::Deserialize;

/// What a package may cost.
#[derive(Debug, Clone)]
pub struct PackageLimits {
    /// Most entries of the archive.
    pub files_max: usize,
    /// Largest single file, in bytes.
    pub file_bytes_max: u64,
    /// Most bytes of all entries together, skipped ones included.
    pub total_bytes_max: u64,
}

impl Default for PackageLimits {
    /// Room for the largest published packages (R4 core is 4,581 files and 90 MB).
    fn default() -> Self {
        Self {
            files_max: 20_000,
            file_bytes_max: 32 * 1024 * 1024,
            total_bytes_max: 512 * 1024 * 1024,
        }
    }
}

/// A package: its manifest and its resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The name in `package.json`, for example `hl7.fhir.us.core`.
    pub name: String,
    /// The version in `package.json`.
    pub version: String,
    /// The FHIR versions it is for, for example `4.0.1`; empty when it does not say.
    pub fhir_versions: Vec<String>,
    /// The licence it names (SPDX), if any.
    pub license: Option<String>,
    /// Its resources in archive order.
    pub resources: Vec<PackagedResource>,
}

/// One resource of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackagedResource {
    /// `resourceType`
    pub resource_type: String,
    /// The canonical URL, for resources that have one.
    pub url: Option<String>,
    /// The business version, for resources that have one.
    pub version: Option<String>,
    /// The file as it lies in the package.
    pub json: Vec<u8>,
}

/// Why an archive is not a package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Not a gzip-compressed tar archive, or a damaged one.
    #[error("the archive cannot be read: {0}")]
    Archive(#[from] std::io::Error),
    /// More entries than allowed.
    #[error("the package holds more than {0} files")]
    TooManyFiles(usize),
    /// A file or the whole is larger than allowed.
    #[error("the package is larger than {0} bytes")]
    TooLarge(u64),
    /// There is no `package/package.json`.
    #[error("the archive has no package/package.json")]
    NoManifest,
    /// The manifest is not what it should be.
    #[error("package/package.json is not a package manifest: {0}")]
    Manifest(serde_json::Error),
    /// A resource file is not JSON.
    #[error("{file} is not JSON: {error}")]
    Resource {
        /// The name of the file inside the package folder.
        file: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    name: String,
    version: String,
    #[serde(default)]
    fhir_versions: Vec<String>,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "resourceType")]
    resource_type: Option<String>,
    url: Option<String>,
    version: Option<String>,
}

/// Reads a package archive.
///
/// # Errors
/// When the bytes are not a package or exceed the limits.
pub fn read(archive: &[u8], limits: &PackageLimits) -> Result<Package, PackageError> {
    // The bound lies under the decompressor, so that a small archive cannot unpack without end.
    let plain = flate2::read::GzDecoder::new(archive).take(limits.total_bytes_max + 1);
    let mut tar = tar::Archive::new(plain);
    let mut manifest = None;
    let mut resources = Vec::new();
    let mut total = 0_u64;
    for (count, entry) in tar.entries()?.enumerate() {
        let mut entry = entry?;
        total = total.saturating_add(entry.size());
        if count >= limits.files_max {
            return Err(PackageError::TooManyFiles(limits.files_max));
        }
        if total > limits.total_bytes_max {
            return Err(PackageError::TooLarge(limits.total_bytes_max));
        }
        let Some(file) = packaged_file(&entry.path_bytes()) else {
            continue;
        };
        if entry.size() > limits.file_bytes_max {
            return Err(PackageError::TooLarge(limits.file_bytes_max));
        }
        let mut json = Vec::new();
        entry.read_to_end(&mut json)?;
        if file == "package.json" {
            manifest = Some(serde_json::from_slice(&json).map_err(PackageError::Manifest)?);
        } else if let Some(resource) = resource(&file, json)? {
            resources.push(resource);
        }
    }
    let Manifest {
        name,
        version,
        fhir_versions,
        license,
    } = manifest.ok_or(PackageError::NoManifest)?;
    Ok(Package {
        name,
        version,
        fhir_versions,
        license,
        resources,
    })
}

/// The file name if the entry is a JSON file directly in the package folder.
fn packaged_file(path: &[u8]) -> Option<String> {
    let file = std::str::from_utf8(path).ok()?.strip_prefix("package/")?;
    let stem = file.strip_suffix(".json")?;
    (!stem.contains('/') && !stem.starts_with('.')).then(|| file.to_owned())
}

/// The resource in a file; `None` for JSON that is no resource (indexes, API descriptions).
fn resource(file: &str, json: Vec<u8>) -> Result<Option<PackagedResource>, PackageError> {
    let head: Head = serde_json::from_slice(&json).map_err(|error| PackageError::Resource {
        file: file.to_owned(),
        error,
    })?;
    Ok(head.resource_type.map(|resource_type| PackagedResource {
        resource_type,
        url: head.url,
        version: head.version,
        json,
    }))
}
