//! The rules of the house as ordinary code: what a reviewer would otherwise have to look for.
//!
//! Each rule is a pure function from what lies in the repository to findings, with its own tests;
//! this file only reads the files and prints. A rule that needs an exception is changed here, in
//! the open, and not silenced at the place it finds.

mod arrows;
mod dependencies;
mod manifests;
mod names;
mod records;
mod sizes;
mod source;
mod walls;
mod words;

use std::path::Path;

use crate::{Outcome, workspace};
use source::document;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// File, with a line where there is one.
    place: String,
    /// The rule, as a sentence about this place.
    rule: String,
}

impl Finding {
    fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            rule: rule.into(),
        }
    }
}

/// Applies every rule and fails when one of them finds something.
pub(crate) fn run(root: &Path) -> Outcome {
    let sources = source::read(root)?;
    let packages = workspace::packages(root)?;
    let architecture = document(&sources, "ARCHITECTURE.md")?;
    let mut findings = [
        sizes::files(&sources),
        sizes::functions(&sources),
        names::modules(&sources),
        names::headers(&sources),
        words::unfinished(&sources),
        words::machine_paths(&sources),
        arrows::check(architecture, &packages),
        walls::check(architecture, &packages, &sources),
        dependencies::check(document(&sources, "docs/dependencies.md")?, &packages),
        dependencies::unused(document(&sources, "Cargo.toml")?, &packages),
        manifests::check(&sources),
        records::check(&sources),
    ]
    .concat();
    findings.sort();
    for note in sizes::notes(&sources) {
        println!("note: {}: {}", note.place, note.rule);
    }
    for finding in &findings {
        println!("{}: {}", finding.place, finding.rule);
    }
    if !findings.is_empty() {
        return Err(format!("{} findings", findings.len()).into());
    }
    println!(
        "{} files, {} packages: every rule holds",
        sources.len(),
        packages.len()
    );
    Ok(())
}
