//! Runs suites of JSON Patch (RFC 6902) against ours: `cargo xtask conformance json-patch FILE…`.
//!
//! A suite is a list of cases, each with a document, a patch, and what is expected or that an error is.
#![expect(clippy::print_stdout, reason = "a command prints its report")]

use std::error::Error;

use cresset_base::Limits;
use cresset_fhir::patch::{Dialect, Patch};
use cresset_model::{Bounds, parse};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let suite: Vec<Value> = serde_json::from_slice(&std::fs::read(&path)?)?;
        // Text between the cases, and cases their authors have taken out.
        let is_case = |case: &&Value| case["patch"].is_array() && case["disabled"] != true;
        let cases: Vec<_> = suite.iter().filter(is_case).collect();
        let mut passed = 0;
        for case in &cases {
            match outcome(case) {
                Ok(()) => passed += 1,
                Err(why) => println!("{}: {why}", named(case)),
            }
        }
        println!("{path}: {passed} of {} pass", cases.len());
    }
    Ok(())
}

fn named(case: &Value) -> String {
    let comment = case["comment"].as_str().or_else(|| case["error"].as_str());
    format!("{} {}", comment.unwrap_or_default(), case["patch"])
}

/// Whether a case gives what it says.
fn outcome(case: &Value) -> Result<(), String> {
    let given = patched(&case["doc"], &case["patch"]);
    match (given, case.get("expected"), case.get("error")) {
        (Ok(given), Some(expected), _) if given == *expected => Ok(()),
        (Ok(given), Some(expected), _) => Err(format!("gives {given} instead of {expected}")),
        // Neither: the patch must pass, whatever it gives.
        (Ok(_), None, None) | (Err(_), _, Some(_)) => Ok(()),
        (Ok(given), None, Some(_)) => Err(format!("is not refused and gives {given}")),
        (Err(why), _, None) => Err(format!("is refused: {why}")),
    }
}

fn patched(document: &Value, patch: &Value) -> Result<Value, String> {
    let limits = Limits::default();
    let words = |fault: cresset_fhir::Fault| {
        let text = fault.issues.first().map(|issue| issue.text.clone());
        text.unwrap_or_default()
    };
    let document = parse(document.to_string().as_bytes(), Bounds::from(&limits));
    let document = document.map_err(|fault| format!("the document: {fault}"))?;
    let patch = patch.to_string();
    let patch = Patch::parse(Dialect::Json, patch.as_bytes(), &limits).map_err(words)?;
    let given = patch.apply(&document, &limits).map_err(words)?;
    let mut bytes = Vec::new();
    given.root().write(&mut bytes);
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}
