//! Manifests that say nothing of their own where the workspace has said it.

use super::Finding;
use super::source::Source;

/// Packages without the lints of the workspace, and dependencies with a version of their own.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let members = sources
        .iter()
        .filter(|source| source.room().is_some() && source.file_name() == "Cargo.toml");
    members.flat_map(of_member).collect()
}

fn of_member(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.text.contains("[lints]\nworkspace = true") {
        findings.push(Finding::new(
            &source.path,
            "does not take the lints of the workspace",
        ));
    }
    let mut section = "";
    for (number, line) in source.text.lines().enumerate() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && line.contains('=')
            && !line.contains("workspace = true")
        {
            findings.push(Finding::new(
                format!("{}:{}", source.path, number + 1),
                "a dependency is listed in the root Cargo.toml and taken with `workspace = true`",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn check_manifest(text: &str, expect: usize) {
        let found = check(&[source("crates/a/Cargo.toml", text)]);
        assert_eq!(found.len(), expect, "{found:?}");
    }

    #[test]
    fn lints_and_versions_are_those_of_the_workspace() {
        let lints = "\n[lints]\nworkspace = true\n";
        check_manifest(lints, 0);
        check_manifest("", 1);
        check_manifest(
            &format!(
                "[dependencies]\nbytes.workspace = true\ntar = {{ workspace = true }}\n{lints}"
            ),
            0,
        );
        check_manifest(&format!("[dev-dependencies]\nbytes = \"1\"\n{lints}"), 1);
    }
}
