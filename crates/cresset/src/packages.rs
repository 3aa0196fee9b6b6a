//! The FHIR packages of an instance, and what of them its validator knows.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use cresset_base::InstanceName;
use cresset_definitions::package::{Package, PackageLimits, read};
use cresset_model::{Bounds, Tree, parse};
use cresset_rules::RuleSet;
use cresset_validate::{LoadFault, Profiles, Validator};

use crate::data::Data;
use crate::failure::{Context, Failure};

/// The folder of an instance's packages.
const FOLDER: &str = "packages";

/// Types of resources a validator takes in.
const TAKEN: [&str; 3] = ["StructureDefinition", "ValueSet", "CodeSystem"];

/// A definition of a package that was not taken in.
pub(crate) struct Refused {
    /// Its canonical URL, or what else it is called.
    pub(crate) name: String,
    pub(crate) why: LoadFault,
}

/// Where an instance keeps its packages.
pub(crate) fn folder(instance: &Path) -> PathBuf {
    instance.join(FOLDER)
}

/// The packages of an instance, by file name.
pub(crate) fn files(instance: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = folder(instance);
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(&folder).context(folder.display())? {
            let path = entry.context(folder.display())?.path();
            if path.extension().is_some_and(|ending| ending == "tgz") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a package's archive; `file` is named when it is none.
pub(crate) fn open(archive: &[u8], file: &Path) -> Result<Package, Failure> {
    read(archive, &PackageLimits::default()).context(file.display())
}

/// Takes in what a package defines, and says what was not taken in.
pub(crate) fn add(package: &Package, profiles: &mut Profiles) -> Vec<Refused> {
    let bounds = Bounds {
        values_max: usize::MAX,
        ..Bounds::default()
    };
    let wanted = |name: &str| TAKEN.contains(&name);
    let trees: Vec<Tree> = package
        .resources
        .iter()
        .filter(|r| wanted(&r.resource_type))
        .filter_map(|r| parse(&r.json, bounds).ok())
        .collect();
    let roots: Vec<_> = trees.iter().map(Tree::root).collect();
    let refused = profiles.add_all(&roots).into_iter();
    refused
        .map(|(at, why)| {
            let root = roots.get(at);
            let text = |name| root.and_then(|r| r.get(name)?.as_str());
            let name = text("url").or_else(|| text("id")).unwrap_or("?").to_owned();
            Refused { name, why }
        })
        .collect()
}

/// Takes in every package of an instance.
pub(crate) fn add_all_of(instance: &Path, profiles: &mut Profiles) -> Result<(), Failure> {
    for file in files(instance)? {
        let package = open(&fs::read(&file).context(file.display())?, &file)?;
        // What is not taken in was said when the package was added.
        add(&package, profiles);
    }
    Ok(())
}

/// What a folder of packages looked like when its validator was made.
type State = Vec<(PathBuf, Option<SystemTime>)>;

/// By instance and rule set: the packages there were, and the validator that knows them.
type Made = HashMap<(InstanceName, &'static str), (State, Arc<Validator>)>;

/// The validators of the instances. What a validator knows lives as long as the process, so one is
/// made again only when the packages have changed.
pub(crate) struct Validators {
    data: Data,
    made: Mutex<Made>,
}

impl Validators {
    pub(crate) fn new(data: Data) -> Self {
        Self {
            data,
            made: Mutex::default(),
        }
    }

    /// The validator of an instance that wears a rule set: the profiles of the set and those of its
    /// packages.
    pub(crate) fn of(&self, name: &InstanceName, rules: &'static RuleSet) -> Arc<Validator> {
        let instance = self.data.directory_of(name);
        let state = state(&instance);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (name.clone(), rules.name);
        if let Some((known, validator)) = made.get(&key)
            && *known == state
        {
            return validator.clone();
        }
        let mut profiles = rules.validator().profiles().clone();
        if let Err(error) = add_all_of(&instance, &mut profiles) {
            tracing::error!(instance = %name, error = error.what(), "a package cannot be read");
        }
        let validator = Arc::new(Validator::new(profiles));
        made.insert(key, (state, validator.clone()));
        validator
    }
}

fn state(instance: &Path) -> State {
    let files = files(instance).unwrap_or_default();
    let changed = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    let with_time = files.into_iter().map(|path| {
        let at = changed(&path);
        (path, at)
    });
    with_time.collect()
}
