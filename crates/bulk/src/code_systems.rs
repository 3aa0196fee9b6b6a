//! Release files of LOINC, SNOMED CT and `RxNorm` into the code systems of a node.
//!
//! The files are the operator's, read as they are published: `Loinc.csv`; the snapshot tables
//! `sct2_Concept_…`, `sct2_Description_…-en_…` and `sct2_Relationship_…` of a SNOMED CT release;
//! `RXNCONSO.RRF` and `RXNREL.RRF`. Only codes, one name of each and what stands above it are kept.
//! Memory is bounded whatever the size of a file, and a second run goes on where the first stopped.

mod format;
mod lines;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cresset_base::Limits;
use cresset_store::Error;
use cresset_store::code_systems::{CodeSystemLoader, LoadedSystem};

use crate::import::Source;
use format::Columns;
use lines::Lines;

pub use format::Format;

/// What became of one code system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The system.
    pub system: LoadedSystem,
    /// How many codes it has.
    pub codes: u64,
}

/// Why loading stopped. What was kept stays, and a second run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// A file is not one of a release.
    #[error("{0} is no release file that is known here; its name tells what it is")]
    Unknown(String),
    /// A release needs this file too.
    #[error("the release is not whole without {0}")]
    Missing(&'static str),
    /// A file has no such column.
    #[error("{file} has no column {column}")]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A file could not be read on.
    #[error("{file}, line {line}: {error}")]
    Read {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What the reader says.
        error: io::Error,
    },
    /// The rows could not be kept.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Loads the systems that `sources` are releases of; `version` is what a release whose files do not
/// tell their version is. `progress` is told the bytes read so far.
///
/// # Errors
/// At the first thing that cannot be done; a system is in use only when all of it was read.
pub fn load(
    loader: &mut dyn CodeSystemLoader,
    sources: Vec<Source>,
    version: Option<&str>,
    limits: &Limits,
    progress: &dyn Fn(u64),
) -> Result<Vec<Loaded>, Stopped> {
    let mut releases: BTreeMap<&'static str, Vec<(Format, Source)>> = BTreeMap::new();
    for source in sources {
        let Some(format) = Format::of(&source.name) else {
            return Err(Stopped::Unknown(source.name));
        };
        releases
            .entry(format.system())
            .or_default()
            .push((format, source));
    }
    let read = Arc::new(AtomicU64::new(0));
    let mut done = Vec::new();
    for (url, mut files) in releases {
        files.sort_by_key(|(format, _)| *format);
        for needed in Format::needed(url) {
            if !files.iter().any(|(format, _)| format == needed) {
                return Err(Stopped::Missing(needed.file()));
            }
        }
        let told = files
            .iter()
            .find_map(|(format, source)| format.version(&source.name));
        let system = LoadedSystem {
            url: url.to_owned(),
            name: Format::name(url).to_owned(),
            version: version.map(str::to_owned).or(told),
        };
        loader.begin(&system)?;
        for (format, source) in &files {
            file(loader, *format, source, limits, (&read, progress))?;
        }
        let codes = loader.finish()?;
        done.push(Loaded { system, codes });
    }
    Ok(done)
}

fn file(
    loader: &mut dyn CodeSystemLoader,
    format: Format,
    source: &Source,
    limits: &Limits,
    (read, progress): (&Arc<AtomicU64>, &dyn Fn(u64)),
) -> Result<(), Stopped> {
    let stopped = |line, error| Stopped::Read {
        file: source.name.clone(),
        line,
        error,
    };
    let done = loader.done(&source.name, &source.stamp)?;
    let stream = source.open(read).map_err(|error| stopped(0, error))?;
    let mut lines = Lines::new(stream, format, limits.release_record_bytes_max);
    let columns = match lines.head().map_err(|error| stopped(1, error))? {
        Some(head) => Columns::of(format, head).map_err(|column| Stopped::Column {
            file: source.name.clone(),
            column,
        })?,
        None => Columns::fixed(format),
    };
    let mut rows = Vec::new();
    let mut line = 0;
    while let Some(cells) = lines.next().map_err(|error| stopped(line + 1, error))? {
        line += 1;
        if line <= done {
            continue;
        }
        columns.rows(cells, &mut rows);
        if rows.len() >= limits.release_rows_max {
            loader.keep(&rows, (&source.name, &source.stamp, line))?;
            rows.clear();
            progress(read.load(Ordering::Relaxed));
        }
    }
    loader.keep(&rows, (&source.name, &source.stamp, line))?;
    progress(read.load(Ordering::Relaxed));
    Ok(())
}
