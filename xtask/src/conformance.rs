//! `cargo xtask conformance`: runs what others published against us and prints the figures that
//! stand in `docs/conformance.md`. The published files are named on the command line; none of them
//! is part of the repository.

mod examples;
mod fhirpath;
mod hl7;
mod json_patch;

use std::path::Path;

/// What can go wrong here ends the command with its message.
type Error = Box<dyn std::error::Error>;

const USAGE: &str = "\
cargo xtask conformance fhirpath FOLDER    a folder with tests-fhir-r4.json and input/
cargo xtask conformance examples PACKAGE   the resources of a package (.tgz), validated
cargo xtask conformance hl7 JARS PACKAGE POPULATION   a sample of what `cresset synth` wrote, and mutants of
    it, judged by HL7's validator too: its jars, the examples of R4 (.tgz)
cargo xtask conformance json-patch FILE…   suites of JSON Patch (RFC 6902)";

/// Runs what the command line names.
pub(crate) fn run(arguments: &[String]) -> Result<(), Error> {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fhirpath", folder] => fhirpath::run(Path::new(folder)),
        ["examples", package] => examples::run(Path::new(package)),
        ["hl7", jars, package, population] => {
            hl7::run(Path::new(jars), Path::new(package), Path::new(population))
        }
        ["json-patch", suites @ ..] if !suites.is_empty() => json_patch::run(suites),
        _ => Err(USAGE.into()),
    }
}
