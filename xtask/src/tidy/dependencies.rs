//! Every bought part has a line that says what it is for, and every line has its part.

use std::collections::BTreeSet;

use super::Finding;
use crate::workspace::Package;

const DOCUMENT: &str = "docs/dependencies.md";

/// Direct dependencies without a line in the table, and lines without a dependency.
pub(super) fn check(document: &str, packages: &[Package]) -> Vec<Finding> {
    let bought = bought(packages);
    let described: BTreeSet<_> = document.lines().filter_map(described).collect();
    let missing = bought
        .difference(&described)
        .map(|name| format!("`{name}` has no line: what for, what else was looked at"));
    let stale = described
        .difference(&bought)
        .map(|name| format!("`{name}` is described but nothing depends on it"));
    missing
        .chain(stale)
        .map(|rule| Finding::new(DOCUMENT, rule))
        .collect()
}

/// Parts listed for the whole workspace that no package takes.
pub(super) fn unused(manifest: &str, packages: &[Package]) -> Vec<Finding> {
    let taken: BTreeSet<_> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|d| d.name.as_str())
        .collect();
    let listed = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()))
        .filter(|name| !name.starts_with('#'));
    listed
        .map(|name| name.strip_prefix("cresset-").unwrap_or(name))
        .filter(|name| !taken.contains(name))
        .map(|name| {
            Finding::new(
                "Cargo.toml",
                format!("lists `{name}`, which no package takes"),
            )
        })
        .collect()
}

fn bought(packages: &[Package]) -> BTreeSet<&str> {
    let all = packages.iter().flat_map(|package| &package.dependencies);
    all.filter(|dependency| !dependency.ours)
        .map(|dependency| dependency.name.as_str())
        .collect()
}

/// The part a row of the table is about: its first cell holds nothing but a name in backticks.
fn described(line: &str) -> Option<&str> {
    let cell = line.strip_prefix('|')?.split('|').next()?.trim();
    cell.strip_prefix('`')?.strip_suffix('`')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Dependency, Need};

    fn package(dependencies: &[(&str, bool)]) -> Package {
        let dependency = |(name, ours): &(&str, bool)| Dependency {
            name: (*name).to_owned(),
            ours: *ours,
            need: Need::Product,
        };
        Package {
            name: "a".to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn table_and_graph_say_the_same() {
        let packages = [package(&[("bytes", false), ("base", true)])];
        assert!(
            check(
                "| part | for |\n|---|---|\n| `bytes` | slices |\n",
                &packages
            )
            .is_empty()
        );
        assert_eq!(check("", &packages).len(), 1);
        assert_eq!(check("| `bytes` | x |\n| `tar` | x |", &packages).len(), 1);
    }

    #[test]
    fn a_listed_part_is_taken() {
        let manifest = "[workspace.dependencies]\n# ours\ncresset-base = { path = \"x\" }\nbytes = \"1\"\ntar = \"0.4\"\n\n[profile.dev]\ndebug = 1\n";
        let found = unused(manifest, &[package(&[("bytes", false), ("base", true)])]);
        assert_eq!(
            found
                .iter()
                .map(|finding| finding.rule.as_str())
                .collect::<Vec<_>>(),
            ["lists `tar`, which no package takes"]
        );
    }
}
