//! `cargo xtask definitions`: compiles the published definitions into the packs.
//!
//! The package is a folder of JSON files or a `.tgz`; both give the same packs. Published mistakes
//! are put right by `crates/definitions/errata`, each with its reason.

mod compartments;
mod errata;
mod search_parameters;
mod source;
mod types;
mod us_core;
mod value_sets;

use std::path::Path;

use cresset_definitions::{Terminology, pack, r4::R4Pack};

use errata::Errata;
use source::Source;

/// What can go wrong here ends the command with its message.
pub(crate) type Error = Box<dyn std::error::Error>;

const CRATE: &str = "crates/definitions";

const USAGE: &str = "\
cargo xtask definitions PACKAGE            compile a folder or .tgz of R4 definitions
cargo xtask definitions us-core [PACKAGE]  compile our US Core data; compare it with the .tgz";

/// Compiles what the command line names.
pub(crate) fn run(arguments: &[String]) -> Result<(), Error> {
    let root = crate::workspace::root();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["us-core"] => us_core::run(&root, None),
        ["us-core", package] => us_core::run(&root, Some(Path::new(package))),
        [package] => r4(&root, Path::new(package)),
        _ => Err(USAGE.into()),
    }
}

fn r4(root: &Path, path: &Path) -> Result<(), Error> {
    let source = Source::read(path)?;
    let errata = Errata::read(&root.join(CRATE).join("errata"))?;
    let terminology = value_sets::compile(&source)?;
    let value_sets = value_sets::of_required_bindings(&source, &terminology)?;
    let types = types::compile(&source, &errata, &value_sets)?;
    let (search_parameters, shared_parameters) = search_parameters::compile(&source, &errata)?;
    let compartments = compartments::compile(&source, &errata)?;
    let r4 = R4Pack {
        types,
        search_parameters,
        shared_parameters,
        compartments,
        value_sets,
    };
    report(&r4, &terminology);
    let data = root.join(CRATE).join("data");
    write(&data.join("r4.pack"), &pack::encode(&r4)?)?;
    write(
        &data.join("r4-terminology.pack"),
        &pack::encode(&terminology)?,
    )?;
    Ok(std::fs::write(
        data.join("r4.provenance.json"),
        source.provenance()?,
    )?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(std::fs::write(path, bytes)?)
}

fn report(r4: &R4Pack, terminology: &Terminology) {
    println!("{} types", r4.types.len());
    println!(
        "{} elements",
        r4.types.iter().map(|t| t.elements.len()).sum::<usize>()
    );
    println!(
        "{} search parameters of one type",
        r4.search_parameters.len()
    );
    println!(
        "{} search parameters of every type",
        r4.shared_parameters.len()
    );
    println!("{} compartments", r4.compartments.len());
    println!("{} value sets of required bindings", r4.value_sets.len());
    println!("{} value sets in all", terminology.value_sets.len());
    println!("{} code systems", terminology.code_systems.len());
}

/// A string that lives as long as this short process, as the tables want it.
fn text(s: &str) -> &'static str {
    Box::leak(s.to_owned().into_boxed_str())
}

/// A list that lives as long as this short process, as the tables want it.
fn list<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

/// The last segment of a canonical URL.
fn tail(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
