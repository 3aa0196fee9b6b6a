//! `cargo xtask definitions us-core [PACKAGE]`: compiles `crates/definitions/us-core` into its pack.
//!
//! The data there is our own: facts about each profile in a compact shape. With the published
//! package at hand the command says where the data differs from it; the build never needs it.

mod compiled;
mod facts;
mod published;
mod written;

use std::path::Path;

use cresset_definitions::{SearchParameter, UsCore, ValueSet, pack, package};
use serde::de::DeserializeOwned;

use super::{CRATE, Error, write};
use written::{WrittenParameter, WrittenProfile, WrittenValueSet};

/// Compiles the data; compares it with the package when one is named.
pub(crate) fn run(root: &Path, package: Option<&Path>) -> Result<(), Error> {
    let folder = root.join(CRATE).join("us-core");
    let profiles = read_profiles(&folder.join("profiles"))?;
    let parameters: Vec<WrittenParameter> = read(&folder.join("search-parameters.json"))?;
    let value_sets: Vec<WrittenValueSet> = read(&folder.join("value-sets.json"))?;
    let mut us_core = UsCore {
        profiles: profiles
            .iter()
            .map(compiled::profile)
            .collect::<Result<_, _>>()?,
        search_parameters: parameters
            .iter()
            .map(compiled::parameter)
            .collect::<Result<Vec<SearchParameter>, _>>()?,
        value_sets: value_sets
            .iter()
            .map(compiled::value_set)
            .collect::<Vec<ValueSet>>(),
    };
    us_core.profiles.sort_by_key(|p| p.url);
    us_core.value_sets.sort_by_key(|v| v.url);
    write(
        &root.join(CRATE).join("data/us-core-6.1.pack"),
        &pack::encode(&us_core)?,
    )?;
    match package {
        Some(path) => compare(path, &profiles, &parameters),
        None => Ok(()),
    }
}

/// Fails with every difference between our data and the published package.
fn compare(
    path: &Path,
    profiles: &[WrittenProfile],
    parameters: &[WrittenParameter],
) -> Result<(), Error> {
    let archive = package::read(&std::fs::read(path)?, &package::PackageLimits::default())?;
    let mut differences = Vec::new();
    let published = facts::profiles(&archive)?;
    for theirs in &published {
        match profiles.iter().find(|p| p.url == theirs.url) {
            None => differences.push(format!("{} is missing", theirs.url)),
            Some(ours) => differences.extend(facts::differences(ours, theirs)),
        }
    }
    let known = |url: &str| published.iter().any(|p| p.url == url);
    let unknown = profiles.iter().filter(|p| !known(&p.url));
    differences.extend(unknown.map(|p| format!("{} is not in the package", p.url)));
    differences.extend(facts::parameter_differences(&archive, parameters)?);
    println!(
        "{} profiles and {} search parameters compared",
        published.len(),
        parameters.len()
    );
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences.join("\n").into())
    }
}

fn read_profiles(folder: &Path) -> Result<Vec<WrittenProfile>, Error> {
    let mut files: Vec<_> = std::fs::read_dir(folder)?
        .map(|e| e.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    files.iter().map(|f| read(f)).collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{}: {e}", path.display()).into())
}
