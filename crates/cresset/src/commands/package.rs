//! `cresset package`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use cresset_base::InstanceName;
use cresset_definitions::package::Package as FhirPackage;
use cresset_validate::Profiles;
use serde_json::json;

use super::DataDir;
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::{output, packages};

/// Reasons printed; a package of the size of US Core has a dozen value sets no package can list.
const REASONS_SHOWN: usize = 10;

/// Add FHIR packages (.tgz) to an instance and list them.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset package add --instance sunrise ./hl7.fhir.us.core.tgz
  cresset package list --instance sunrise

A package is checked and kept in the instance's directory; its profiles, value sets and code
systems are what the instance validates with from its next opening on.")]
pub(crate) struct Package {
    #[command(flatten)]
    data: DataDir,
    /// The instance
    #[arg(long, value_name = "NAME", global = true, default_value = "demo")]
    instance: InstanceName,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Add a package, or replace it by the same version
    Add {
        /// The package's archive
        file: PathBuf,
    },
    /// List the packages
    List {
        /// For scripts
        #[arg(long)]
        json: bool,
    },
}

impl Package {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let (data, _) = Data::existing(&self.data)?;
        data.settings(&self.instance).await?;
        let instance = data.own_directory_of(&self.instance)?;
        match self.action {
            Action::Add { file } => add(&instance, &file)?,
            Action::List { json } => list(&instance, json)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn add(instance: &Path, file: &Path) -> Result<(), Failure> {
    let archive = fs::read(file)
        .map_err(|error| Failure::new(Kind::NotFound, format!("{}: {error}", file.display())))?;
    let package = packages::open(&archive, file)?;
    let name = file_name(&package).ok_or_else(|| {
        Failure::new(
            Kind::Other,
            "the package's name or version holds characters a name may not hold",
        )
    })?;
    let folder = packages::folder(instance);
    let mut profiles = Profiles::us_core();
    packages::add_all_of(instance, &mut profiles)?;
    let refused = packages::add(&package, &mut profiles);
    fs::create_dir_all(&folder).context(folder.display())?;
    // Written beside its place and moved there, so that a package is whole or absent.
    let (part, path) = (folder.join(format!("{name}.part")), folder.join(name));
    fs::write(&part, &archive).context(part.display())?;
    fs::rename(&part, &path).context(path.display())?;
    let resources = output::count(package.resources.len() as u64);
    output::line(format_args!(
        "added {} {} with {resources} resources",
        package.name, package.version
    ));
    if !refused.is_empty() {
        let count = output::count(refused.len() as u64);
        output::line(format_args!("{count} definitions are not checked with:"));
        for one in refused.iter().take(REASONS_SHOWN) {
            output::line(format_args!("  {}: {}", one.name, one.why));
        }
    }
    Ok(())
}

/// `name-version.tgz`; `None` where that would not be one plain file name.
fn file_name(package: &FhirPackage) -> Option<String> {
    let plain = |text: &str| {
        !text.is_empty()
            && !text.starts_with('.')
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b))
    };
    (plain(&package.name) && plain(&package.version))
        .then(|| format!("{}-{}.tgz", package.name, package.version))
}

fn list(instance: &Path, as_json: bool) -> Result<(), Failure> {
    let mut packages = Vec::new();
    for path in packages::files(instance)? {
        let archive = fs::read(&path).context(path.display())?;
        packages.push(packages::open(&archive, &path)?);
    }
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    if as_json {
        let packages = packages.iter().map(|package| {
            json!({
                "name": package.name, "version": package.version, "fhirVersions": package.fhir_versions,
                "license": package.license, "resources": package.resources.len(),
            })
        });
        output::json(&packages.collect::<Vec<_>>());
        return Ok(());
    }
    let rows: Vec<_> = packages
        .into_iter()
        .map(|p| {
            vec![
                p.name,
                p.version,
                p.fhir_versions.join(" "),
                p.resources.len().to_string(),
            ]
        })
        .collect();
    output::table(&["NAME", "VERSION", "FHIR", "RESOURCES"], &rows);
    Ok(())
}
