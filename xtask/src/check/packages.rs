//! The tools outside cargo that the build and the checks call, and the Debian packages they come in.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// (command, Debian package, what for)
const TOOLS: &[(&str, &str, &str)] = &[
    ("cc", "gcc", "compiles SQLite, zstd and the cryptography"),
    ("curl", "curl", "runs the lines the demo prints"),
    ("chromium", "chromium", "walks through the pages"),
    ("node", "nodejs", "drives the browser and runs clients"),
    ("npm", "npm", "installs what node runs"),
    (
        "python3 -m ensurepip",
        "python3-venv",
        "installs and runs a client",
    ),
    (
        "psql",
        "postgresql-client",
        "asks the server of the tests whether it is there",
    ),
    ("initdb", "postgresql", "the second backend's server"),
];

/// Installs what is missing when it may, and otherwise says what to install.
pub(super) fn run(root: &Path) -> Outcome {
    tools()?;
    recent_node()?;
    node_modules(&root.join("tests/browser"))?;
    node_modules(&root.join("tests/clients"))?;
    python_packages(&root.join("tests/clients"))
}

/// The oldest release of node that the clients of the tests run on.
const NODE_MIN: u32 = 20;

fn recent_node() -> Outcome {
    let said = Command::new("node").arg("--version").output()?.stdout;
    let said = String::from_utf8_lossy(&said);
    let major = said.trim().trim_start_matches('v').split('.').next();
    if major.is_some_and(|major| major.parse().is_ok_and(|major: u32| major >= NODE_MIN)) {
        return Ok(());
    }
    Err(format!(
        "node is {}; the clients of the tests need {NODE_MIN} or later",
        said.trim()
    )
    .into())
}

/// What a folder of tests uses, exactly as its lock file says.
fn node_modules(folder: &Path) -> Outcome {
    let installed = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .status()?;
    if installed.success() {
        Ok(())
    } else {
        Err(format!("`npm ci` in {} did not work here", folder.display()).into())
    }
}

/// What a folder of tests uses of Python, each package with the digest that its list says.
fn python_packages(folder: &Path) -> Outcome {
    let here = |program: &str, arguments: &[&str]| {
        Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .status()
            .is_ok_and(|status| status.success())
    };
    let install = "-m pip install --quiet --require-hashes -r requirements.txt";
    let install: Vec<_> = install.split(' ').collect();
    let done = here("python3", &["-m", "venv", ".venv"]) && here(".venv/bin/python", &install);
    if done {
        Ok(())
    } else {
        Err(format!("`pip install` in {} did not work here", folder.display()).into())
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
    // Debian keeps the programs of each version of PostgreSQL's server apart.
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let apart = versions
        .flatten()
        .map(|v| v.path().join("bin").join(command));
    let found = apart.into_iter().find(|path| path.is_file());
    let mut words = command.split(' ');
    let program = words.next().unwrap_or_default();
    let asked = Command::new(found.unwrap_or_else(|| program.into()))
        .args(words)
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
