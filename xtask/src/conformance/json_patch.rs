//! Published suites of JSON Patch; the room `fhir`, where patches are, runs them.

use std::process::Command;

use super::Error;

pub(super) fn run(suites: &[&str]) -> Result<(), Error> {
    let done = Command::new("cargo")
        .args([
            "run",
            "-q",
            "-p",
            "cresset-fhir",
            "--example",
            "json_patch",
            "--locked",
            "--",
        ])
        .args(suites)
        .status()?;
    if done.success() {
        Ok(())
    } else {
        Err(format!("the suites ended with {done}").into())
    }
}
