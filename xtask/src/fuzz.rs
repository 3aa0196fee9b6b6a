//! `cargo xtask fuzz LAW [SECONDS]`: searches for bytes that break a law of `crates/hostile`, guided by
//! what they make the program do. It needs a C++ compiler, for its engine, and no other toolchain.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::workspace::{root, target};

/// Counts each edge that is taken, as the engine wants to know it.
const WATCHED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";
/// Longest bytes that are tried.
const LENGTH_MAX: &str = "-max_len=4096";
/// Seconds after which one input counts as one that does not end.
const TIMEOUT: &str = "-timeout=10";
/// Seconds when none are given.
const SECONDS: &str = "60";

/// Runs what the command line names.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (law, seconds) = match arguments {
        [law] => (law.as_str(), SECONDS),
        [law, seconds] => (law.as_str(), seconds.as_str()),
        _ => return Err("cargo xtask fuzz LAW [SECONDS]".into()),
    };
    let work = target(&root()).join("fuzz");
    let engine = built(&work)?;
    let corpus = work.join("corpus").join(law);
    fs::create_dir_all(&corpus)?;
    let found = work.join(format!("broken-{law}-"));
    let searched = ended_well(
        Command::new(engine)
            .args([LENGTH_MAX, TIMEOUT])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}", found.display()))
            .arg(&corpus)
            .env("CRESSET_LAW", law)
            .env("CRESSET_SEEDS", &corpus),
    );
    // What it says itself stands above: that there is no such law, or how it was broken.
    searched
        .map_err(|_| format!("see above; bytes that break it lie in {}…", found.display()).into())
}

/// The engine with the laws in it.
fn built(work: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    // Naming the target keeps the flags away from build scripts.
    let host = host()?;
    ended_well(
        Command::new("cargo")
            .args(["build", "--release", "--target", &host])
            .arg("--manifest-path")
            .arg(root().join("fuzz").join("Cargo.toml"))
            .arg("--target-dir")
            .arg(work)
            .env("RUSTFLAGS", WATCHED),
    )?;
    Ok(work.join(host).join("release").join("law"))
}

/// What this machine is called as a target.
fn host() -> Result<String, Box<dyn std::error::Error>> {
    let printed = Command::new("rustc").arg("-vV").output()?.stdout;
    let printed = String::from_utf8(printed)?;
    let line = printed.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.ok_or("rustc names no host")?.to_owned())
}

fn ended_well(command: &mut Command) -> Outcome {
    if command.status()?.success() {
        Ok(())
    } else {
        Err(format!("{} failed", command.get_program().display()).into())
    }
}
