//! Everything that must hold before a change lands, in the order in which a fault is cheapest to find.
//!
//! Each step is one heading, one reason to fail and one sentence about what to do then. The steps
//! that compile share the release profile, so that SQLite, zstd and the cryptography are built once
//! and the demo that is started here is the one a newcomer starts.

mod demo;
mod deny;
mod packages;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::{Outcome, tidy, workspace};

/// One thing to check.
struct Step {
    name: &'static str,
    what: &'static str,
    remedy: &'static str,
    run: fn(&Path) -> Outcome,
}

const STEPS: &[Step] = &[
    Step {
        name: "packages",
        what: "the system packages the build needs",
        remedy: "install what is named above",
        run: packages::run,
    },
    Step {
        name: "fmt",
        what: "formatting",
        remedy: "run `cargo fmt --all`",
        run: fmt,
    },
    Step {
        name: "tidy",
        what: "the rules of the house: arrows, sizes, names, documents",
        remedy: "each line above names a place and its rule; the rules stand in CONTRIBUTING.md",
        run: tidy::run,
    },
    Step {
        name: "clippy",
        what: "lints, warnings refused",
        remedy: "run `cargo clippy --workspace --all-targets` and mend, or say why with #[expect]",
        run: clippy,
    },
    Step {
        name: "doc",
        what: "documentation builds, warnings refused",
        remedy: "run `cargo doc --workspace --no-deps`",
        run: doc,
    },
    Step {
        name: "test",
        what: "all tests",
        remedy: "run the failing test alone: `cargo test -p <package> <name>`",
        run: test,
    },
    Step {
        name: "demo",
        what: "the demo, started and queried as a newcomer would",
        remedy: "run `cargo run --release -- demo --data <empty folder>` and paste what it prints",
        run: demo::run,
    },
    Step {
        name: "deny",
        what: "licences, sources and bans of every dependency",
        remedy: "see deny.toml; a new licence or an exception needs its reason there",
        run: deny::run,
    },
];

/// Runs the steps named, or all of them.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| argument == "--list") {
        for step in STEPS {
            println!("{:<10}{}", step.name, step.what);
        }
        return Ok(());
    }
    if let Some(unknown) = arguments
        .iter()
        .find(|name| !STEPS.iter().any(|step| step.name == **name))
    {
        return Err(
            format!("there is no step `{unknown}`; `cargo xtask check --list` names them").into(),
        );
    }
    let root = workspace::root();
    let mut times = Vec::new();
    for step in STEPS {
        if arguments.is_empty() || arguments.iter().any(|name| name == step.name) {
            times.push((step.name, one(step, &root)?));
        }
    }
    summary(&times);
    Ok(())
}

fn one(step: &Step, root: &Path) -> Result<f64, Box<dyn std::error::Error>> {
    println!("\n=== {}: {}", step.name, step.what);
    let begun = Instant::now();
    (step.run)(root).map_err(|error| {
        format!(
            "\n=== {} FAILED: {error}\n    what to do: {}",
            step.name, step.remedy
        )
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

fn summary(times: &[(&str, f64)]) {
    println!("\n=== all checks passed");
    for (name, seconds) in times {
        println!("{name:<10}{seconds:>8.1} s");
    }
    println!(
        "{:<10}{:>8.1} s",
        "total",
        times.iter().map(|(_, seconds)| seconds).sum::<f64>()
    );
}

fn fmt(root: &Path) -> Outcome {
    cargo(root, &["fmt", "--all", "--check"], &[])
}

fn clippy(root: &Path) -> Outcome {
    cargo(
        root,
        &[
            "clippy",
            "--release",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )
}

fn doc(root: &Path) -> Outcome {
    cargo(
        root,
        &[
            "doc",
            "--release",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--locked",
        ],
        &[(
            "RUSTDOCFLAGS",
            "-D warnings -A rustdoc::private-intra-doc-links",
        )],
    )
}

fn test(root: &Path) -> Outcome {
    cargo(
        root,
        &[
            "test",
            "--release",
            "--workspace",
            "--locked",
            "--no-fail-fast",
        ],
        &[],
    )
}

/// Runs cargo with its output in plain sight; a failure names the command.
fn cargo(root: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let status = Command::new("cargo")
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root)
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`cargo {}` ended with {status}", arguments.join(" ")).into())
}
