//! The published package: its resources by type.

use std::fmt::Write;
use std::path::Path;

use aws_lc_rs::digest;
use cresset_definitions::package::{self, Package, PackageLimits, PackagedResource};
use serde::de::DeserializeOwned;

use super::Error;

/// A package as published.
pub(crate) struct Source {
    package: Package,
    /// SHA-256 of the definition files that were compiled; see [`Source::digest`].
    digest: String,
}

/// The resource types that are compiled.
const COMPILED: [&str; 5] = [
    "CodeSystem",
    "CompartmentDefinition",
    "SearchParameter",
    "StructureDefinition",
    "ValueSet",
];

impl Source {
    /// Reads a folder of JSON files (with `package.json`) or an archive.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let mut package = if path.is_dir() {
            read_folder(path)?
        } else {
            read_archive(path)?
        };
        package
            .resources
            .retain(|r| COMPILED.contains(&r.resource_type.as_str()));
        package.resources.sort_by(|a, b| {
            (&a.resource_type, &a.url, &a.json).cmp(&(&b.resource_type, &b.url, &b.json))
        });
        let digest = Self::digest(&package)?;
        Ok(Self { package, digest })
    }

    /// Every resource of this type, sorted by URL.
    pub(crate) fn all<T: DeserializeOwned>(&self, resource_type: &str) -> Result<Vec<T>, Error> {
        self.package
            .resources
            .iter()
            .filter(|r| r.resource_type == resource_type)
            .map(|r| {
                serde_json::from_slice(&r.json)
                    .map_err(|e| format!("{}: {e}", r.url.as_deref().unwrap_or("?")).into())
            })
            .collect()
    }

    /// Where the packs come from, as JSON.
    pub(crate) fn provenance(&self) -> Result<String, Error> {
        let p = &self.package;
        let counts: serde_json::Map<_, _> = COMPILED
            .iter()
            .map(|t| {
                let count = p.resources.iter().filter(|r| r.resource_type == *t).count();
                ((*t).to_owned(), count.into())
            })
            .collect();
        let facts = serde_json::json!({
            "package": p.name,
            "version": p.version,
            "license": p.license,
            "publisher": "HL7 International",
            "source": "http://hl7.org/fhir/R4",
            "definitionsWithoutNarrativeSha256": self.digest,
            "resources": counts,
        });
        Ok(serde_json::to_string_pretty(&facts)? + "\n")
    }

    /// A checksum of what is compiled, the same for every packaging of the same definitions:
    /// each resource without its narrative, members sorted, one per line.
    fn digest(package: &Package) -> Result<String, Error> {
        let mut hash = digest::Context::new(&digest::SHA256);
        for resource in &package.resources {
            let mut value: serde_json::Value = serde_json::from_slice(&resource.json)?;
            if let Some(members) = value.as_object_mut() {
                members.remove("text");
            }
            hash.update(serde_json::to_string(&value)?.as_bytes());
            hash.update(b"\n");
        }
        let mut hex = String::new();
        for byte in hash.finish().as_ref() {
            write!(hex, "{byte:02x}")?;
        }
        Ok(hex)
    }
}

fn read_archive(path: &Path) -> Result<Package, Error> {
    Ok(package::read(
        &std::fs::read(path)?,
        &PackageLimits::default(),
    )?)
}

fn read_folder(path: &Path) -> Result<Package, Error> {
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path.join("package.json"))?)?;
    let field = |name: &str| {
        manifest
            .get(name)
            .and_then(|v| v.as_str())
            .map(str::to_owned)
    };
    let mut resources = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        let name = file
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        if !COMPILED.iter().any(|t| name.starts_with(t))
            || file.extension().is_none_or(|e| e != "json")
        {
            continue;
        }
        let json = std::fs::read(&file)?;
        let value: serde_json::Value = serde_json::from_slice(&json)?;
        let member = |name: &str| value.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        resources.push(PackagedResource {
            resource_type: member("resourceType").unwrap_or_default(),
            url: member("url"),
            version: member("version"),
            json,
        });
    }
    Ok(Package {
        name: field("name").ok_or("package.json names no package")?,
        version: field("version").ok_or("package.json names no version")?,
        fhir_versions: Vec::new(),
        license: field("license"),
        resources,
    })
}
