//! `cargo xtask conformance`: runs what others published against us and prints the figures that
//! stand in `docs/conformance.md`. The published files are named on the command line; none of them
//! is part of the repository.

mod examples;
mod fhirpath;

use std::path::Path;

/// What can go wrong here ends the command with its message.
type Error = Box<dyn std::error::Error>;

const USAGE: &str = "\
cargo xtask conformance fhirpath FOLDER    a folder with tests-fhir-r4.json and input/
cargo xtask conformance examples PACKAGE   the resources of a package (.tgz), validated";

/// Runs what the command line names.
pub(crate) fn run(arguments: &[String]) -> Result<(), Error> {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fhirpath", folder] => fhirpath::run(Path::new(folder)),
        ["examples", package] => examples::run(Path::new(package)),
        _ => Err(USAGE.into()),
    }
}
