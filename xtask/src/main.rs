//! Every chore of this repository behind one command: `cargo xtask <task>`.
//!
//! `check` is what must be green before a change lands, the same by hand and in CI;
//! `definitions` compiles the published FHIR definitions into the packs that are committed.
//! `conformance` runs what others published against us, `fuzz` searches for bytes that harm.
//! Nothing here is part of the product and nothing of the product depends on it.
//!
//! Start with [`check`] for the list of steps, or with [`tidy`] for the rules of the house.

mod check;
mod conformance;
mod definitions;
mod fuzz;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// What a chore ends with; the error is a sentence for the person who started it.
type Outcome = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "\
cargo xtask check [STEP…]   run every check, or only the steps named
cargo xtask check --list    name the steps
cargo xtask definitions PACKAGE   compile a FHIR R4 package (folder or .tgz) into the packs
cargo xtask conformance SUITE…    run published tests and examples against us
cargo xtask fuzz LAW [SECONDS]   search for bytes that break a law of crates/hostile";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("", &[][..]),
    };
    let outcome = match task {
        "check" => check::run(rest),
        "conformance" => conformance::run(rest),
        "definitions" => definitions::run(rest),
        "fuzz" => fuzz::run(rest),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
