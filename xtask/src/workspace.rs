//! What cargo knows of this workspace: its packages, what they depend on, where they lie.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where a dependency is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// In the product, or while building it.
    Product,
    /// In tests, examples and benchmarks alone.
    Tests,
}

/// One edge of the dependency graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dependency {
    /// Package name; a room of ours without the `cresset-` prefix.
    pub(crate) name: String,
    /// Whether it is a package of this workspace.
    pub(crate) ours: bool,
    /// Where it is needed.
    pub(crate) need: Need,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// Name without the `cresset-` prefix: `store-sqlite`, `cresset`, `xtask`.
    pub(crate) name: String,
    /// Its direct dependencies.
    pub(crate) dependencies: BTreeSet<Dependency>,
}

/// The root of the repository: the folder above this package.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
#[expect(
    clippy::disallowed_methods,
    reason = "a chore obeys cargo's own setting of the target folder"
)]
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Asks cargo for the packages of the workspace.
pub(crate) fn packages(root: &Path) -> Result<Vec<Package>, Box<dyn std::error::Error>> {
    let output = Command::new("cargo")
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    Ok(elements(&metadata, "packages").map(package).collect())
}

fn package(described: &Value) -> Package {
    Package {
        name: room(text(described, "name")),
        dependencies: elements(described, "dependencies")
            .map(dependency)
            .collect(),
    }
}

fn dependency(described: &Value) -> Dependency {
    Dependency {
        name: room(text(described, "name")),
        ours: described.get("path").is_some_and(Value::is_string),
        need: if text(described, "kind") == "dev" {
            Need::Tests
        } else {
            Need::Product
        },
    }
}

fn room(package: &str) -> String {
    package
        .strip_prefix("cresset-")
        .unwrap_or(package)
        .to_owned()
}

fn elements<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
