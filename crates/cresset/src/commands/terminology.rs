//! `cresset terminology`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, Subcommand};
use cresset_base::Limits;
use cresset_bulk::code_systems::{Format, load};
use serde_json::json;

use super::DataDir;
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::progress::{Progress, Unit};
use crate::{files, output};

/// Load code systems from their release files, for all instances.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset terminology add ./SnomedCT_InternationalRF2/Snapshot
  cresset terminology add --version 2.80 ./Loinc.csv
  cresset terminology list

Takes Loinc.csv, the snapshot tables of SNOMED CT (Concept, Description, Relationship), RXNCONSO.RRF
and RXNREL.RRF, plain, .gz or .zst; folders are searched for them. Run it again after it was stopped:
it goes on where it was. A release takes the place of the one before when all of it is read.
CodeSystem, ValueSet and ConceptMap resources belong to one instance: `cresset import` them.")]
pub(crate) struct Terminology {
    #[command(flatten)]
    data: DataDir,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Load release files
    Add {
        /// Files and folders
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// The version of the release, where its files do not tell
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
    },
    /// List what is loaded
    List {
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Forget a code system
    Remove {
        /// Its canonical URL
        url: String,
    },
}

impl Terminology {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let (data, settings) = Data::existing_files(&self.data)?;
        match self.action {
            Action::Add { paths, version } => {
                add(&data, &paths, version.as_deref(), &settings.limits)?;
            }
            Action::List { json } => list(&data, json)?,
            Action::Remove { url } => remove(&data, &url)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn is_release_file(path: &Path) -> bool {
    path.to_str().and_then(Format::of).is_some()
}

fn add(
    data: &Data,
    paths: &[PathBuf],
    version: Option<&str>,
    limits: &Limits,
) -> Result<(), Failure> {
    let sources = files::sources_of(paths, is_release_file)?;
    if sources.is_empty() {
        let text = "there is no release file of LOINC, SNOMED CT or RxNorm";
        return Err(Failure::new(Kind::NotFound, text)
            .hint("`cresset terminology --help` names the files that are read"));
    }
    let bytes = sources.iter().filter_map(|source| source.bytes).sum();
    let bar = Progress::new("loading", bytes, Unit::Bytes);
    let kept = AtomicBool::new(false);
    let mut loader = data.code_system_loader()?;
    let outcome = load(&mut loader, sources, version, limits, &|read| {
        kept.store(true, Ordering::Relaxed);
        bar.at(read, "");
    });
    bar.finish();
    let systems = outcome.map_err(|stopped| {
        let failure = Failure::new(Kind::Other, format!("nothing is replaced: {stopped}"));
        if kept.load(Ordering::Relaxed) {
            failure.hint("run it again to go on from there")
        } else {
            failure
        }
    })?;
    for one in systems {
        output::line(format_args!(
            "loaded {} {} ({}) with {} codes",
            one.system.name,
            one.system
                .version
                .as_deref()
                .unwrap_or("of no told version"),
            one.system.url,
            output::count(one.codes)
        ));
    }
    Ok(())
}

fn list(data: &Data, as_json: bool) -> Result<(), Failure> {
    let systems = data.instances().code_systems().systems();
    let systems = systems.context("reading the code systems")?;
    if as_json {
        let systems = systems.iter().map(
            |system| json!({ "url": system.url, "name": system.name, "version": system.version }),
        );
        output::json(&systems.collect::<Vec<_>>());
        return Ok(());
    }
    let rows: Vec<_> = systems
        .into_iter()
        .map(|system| vec![system.name, system.version.unwrap_or_default(), system.url])
        .collect();
    output::table(&["NAME", "VERSION", "URL"], &rows);
    Ok(())
}

fn remove(data: &Data, url: &str) -> Result<(), Failure> {
    let removed = data.code_system_loader()?.remove(url);
    if removed.context("removing the code system")? {
        output::line(format_args!("removed {url}"));
        return Ok(());
    }
    Err(Failure::new(Kind::NotFound, format!("{url} is not loaded"))
        .hint("`cresset terminology list` shows what is"))
}
