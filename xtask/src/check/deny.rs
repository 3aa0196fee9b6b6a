//! `cargo deny` over the whole dependency graph; the rules stand in `deny.toml`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::cargo;
use crate::Outcome;
use crate::workspace::target;

/// The version that is installed where none is there yet.
const VERSION: &str = "0.20.2";

/// Checks licences, bans and sources, and the advisories where their database can be fetched.
pub(super) fn run(root: &Path) -> Outcome {
    let tool = tool(root)?;
    let status = Command::new(&tool)
        .args([
            "--workspace",
            "--all-features",
            "--locked",
            "check",
            "bans",
            "licenses",
            "sources",
        ])
        .current_dir(root)
        .status()?;
    if !status.success() {
        return Err("a dependency breaks a rule".into());
    }
    advisories(&tool, root)
}

/// The database of advisories lies on another host that not every machine may reach: a machine that
/// cannot fetch it says so and goes on; where it is there, an advisory fails the step.
fn advisories(tool: &Path, root: &Path) -> Outcome {
    let fetched = Command::new(tool)
        .args(["fetch", "db"])
        .current_dir(root)
        .output()?
        .status
        .success();
    if !fetched {
        println!("advisories NOT checked: the advisory database cannot be reached from here");
        return Ok(());
    }
    let status = Command::new(tool)
        .args(["--workspace", "check", "advisories"])
        .current_dir(root)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("a dependency has an advisory".into())
    }
}

/// The pinned cargo-deny, installed under the target folder on first use. The development profile
/// compiles it in a fraction of the time and is fast enough for one graph.
fn tool(root: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let tools = target(root).join("tools");
    let folder = tools.join(format!("cargo-deny-{VERSION}"));
    let tool = folder.join("bin").join("cargo-deny");
    if !tool.exists() {
        let folder = folder.display().to_string();
        let work = tools.join("build").display().to_string();
        let install = [
            "install",
            "cargo-deny",
            "--version",
            VERSION,
            "--locked",
            "--no-default-features",
        ];
        let place = ["--profile", "dev", "--root", &folder, "--target-dir", &work];
        cargo(
            root,
            &[&install[..], &place[..]].concat(),
            &[("CARGO_PROFILE_DEV_DEBUG", "0")],
        )?;
    }
    Ok(tool)
}
