//! The tools outside cargo that the build and the checks call, and the Debian packages they come in.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// (command, Debian package, what for)
const TOOLS: &[(&str, &str, &str)] = &[
    ("cc", "gcc", "compiles SQLite, zstd and the cryptography"),
    ("curl", "curl", "runs the lines the demo prints"),
    ("chromium", "chromium", "walks through the pages"),
    ("node", "nodejs", "drives the browser"),
    ("npm", "npm", "installs what drives the browser"),
];

/// Installs what is missing when it may, and otherwise says what to install.
pub(super) fn run(root: &Path) -> Outcome {
    tools()?;
    node_modules(root)
}

/// What the tests of the pages use, exactly as their lock file says.
fn node_modules(root: &Path) -> Outcome {
    let installed = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(root.join("tests/browser"))
        .status()?;
    if installed.success() {
        Ok(())
    } else {
        Err("`npm ci` in tests/browser did not work here".into())
    }
}

fn tools() -> Outcome {
    let missing: Vec<_> = TOOLS
        .iter()
        .filter(|(command, ..)| !present(command))
        .collect();
    for (command, package, purpose) in &missing {
        println!("missing: {command} ({purpose}); Debian package {package}");
    }
    if missing.is_empty() {
        println!(
            "present: {}",
            TOOLS
                .iter()
                .map(|(command, ..)| *command)
                .collect::<Vec<_>>()
                .join(", ")
        );
        return Ok(());
    }
    install(missing.iter().map(|(_, package, _)| *package))
}

fn present(command: &str) -> bool {
    let asked = Command::new(command)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

fn install<'a>(packages: impl Iterator<Item = &'a str>) -> Outcome {
    let packages: Vec<_> = packages.chain(["libc6-dev"]).collect();
    let updated = Command::new("apt-get")
        .args(["update", "-qq"])
        .status()?
        .success();
    let installed = updated
        && Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(&packages)
            .status()?
            .success();
    if installed {
        Ok(())
    } else {
        Err(format!("`apt-get install {}` did not work here", packages.join(" ")).into())
    }
}
