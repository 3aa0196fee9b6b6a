//! Files of resources on disk, as an import's sources.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use cresset_bulk::import::{Source, Stream};

use crate::failure::{Context, Failure, Kind};

/// Endings of files that are taken from a folder, each also with `.gz` or `.zst`.
const ENDINGS: [&str; 4] = [".json", ".ndjson", ".jsonl", ".fhir"];

/// Endings of files whose lines are records.
const LINES: [&str; 2] = [".ndjson", ".jsonl"];

/// The sources that paths stand for: files as they are, folders with all they hold, by name.
pub(crate) fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    sources_of(paths, is_wanted)
}

/// The same, taking other files from folders.
pub(crate) fn sources_of(
    paths: &[PathBuf],
    wanted: fn(&Path) -> bool,
) -> Result<Vec<Source>, Failure> {
    let files = found_of(paths, wanted)?;
    files.iter().map(|path| source(path)).collect()
}

/// The files that paths stand for.
pub(crate) fn found(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    found_of(paths, is_wanted)
}

fn found_of(paths: &[PathBuf], wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let meta = fs::metadata(path).map_err(|error| {
            Failure::new(Kind::NotFound, format!("{}: {error}", path.display()))
        })?;
        if meta.is_dir() {
            folder(path, wanted, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Whether each line of a file is a record.
pub(crate) fn has_lines(path: &Path) -> bool {
    let stem = stem(path);
    LINES.iter().any(|ending| stem.ends_with(ending))
}

fn folder(path: &Path, wanted: fn(&Path) -> bool, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(path).context(path.display())?;
    let mut inside = entries
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<Vec<_>, _>>()
        .context(path.display())?;
    inside.sort();
    for path in inside {
        if path.is_dir() {
            folder(&path, wanted, files)?;
        } else if wanted(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    let stem = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"));
    stem.unwrap_or(&name).to_owned()
}

fn is_wanted(path: &Path) -> bool {
    let stem = stem(path);
    ENDINGS.iter().any(|ending| stem.ends_with(ending))
}

fn source(path: &Path) -> Result<Source, Failure> {
    let full = path.canonicalize().context(path.display())?;
    let meta = fs::metadata(&full).context(path.display())?;
    let modified = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let mut source = Source::new(full.display().to_string(), move || {
        Ok(Box::new(File::open(&full)?) as Stream)
    });
    source.stamp = format!("{}-{}", meta.len(), modified.unwrap_or_default().as_nanos());
    source.bytes = Some(meta.len());
    source.one_per_line = has_lines(path);
    Ok(source)
}
