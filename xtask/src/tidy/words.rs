//! Words that must not stand in the repository: unfinished work and places of one machine.

use super::Finding;
use super::source::Source;

/// Marks of unfinished work. Spelled in two parts so that this list does not find itself.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("#[ig", "nore"),
];

/// First folders of paths that exist on somebody's machine only.
const MACHINE_FOLDERS: &[&str] = &["home", "root", "tmp", "work", "Users", "var/folders"];

/// Lines with unfinished work.
pub(super) fn unfinished(sources: &[Source]) -> Vec<Finding> {
    lines(sources, |line| {
        let word = UNFINISHED.iter().find(|word| stands_alone(line, word))?;
        Some(format!(
            "`{word}` does not land; finish it or open an issue"
        ))
    })
}

/// Lines with an absolute path of a machine.
pub(super) fn machine_paths(sources: &[Source]) -> Vec<Finding> {
    lines(sources, |line| {
        let folder = MACHINE_FOLDERS
            .iter()
            .find(|folder| has_absolute(line, folder))?;
        Some(format!(
            "a path under `{folder}` of one machine; take it as a parameter or a temporary folder"
        ))
    })
}

fn lines(sources: &[Source], rule: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(broken) = rule(line) {
                findings.push(Finding::new(
                    format!("{}:{}", source.path, number + 1),
                    broken,
                ));
            }
        }
    }
    findings
}

fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric)
            && (!word.ends_with(char::is_alphanumeric) || !after.is_some_and(char::is_alphanumeric))
    })
}

/// Whether `/folder/x` stands in the line as the beginning of a path: not inside a longer path or an address.
fn has_absolute(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line
            .get(at + path.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(|sign| sign.is_alphanumeric() || "._-/}>)*:".contains(sign))
            && after.is_some_and(|sign| sign.is_alphanumeric() || "._-".contains(sign))
    })
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn check(rule: fn(&[Source]) -> Vec<Finding>, line: &str, expect: bool) {
        assert_eq!(
            !rule(&[source("docs/a.md", line)]).is_empty(),
            expect,
            "{line}"
        );
    }

    #[test]
    fn marks_of_unfinished_work_are_found_as_words() {
        check(unfinished, concat!("// TO", "DO: later"), true);
        check(unfinished, concat!("    todo", "!()"), true);
        check(unfinished, concat!("#[ig", "nore = \"slow\"]"), true);
        check(unfinished, "the mastodont FIXMENOT", false);
    }

    #[test]
    fn absolute_paths_of_machines_are_found() {
        check(machine_paths, &format!("see /{}/anna/x", "home"), true);
        check(machine_paths, &format!("`/{}/x`", "tmp"), true);
        check(machine_paths, "https://example.org/home/x", false);
        check(machine_paths, "/home", false);
        check(machine_paths, "target/tmp/x", false);
    }
}
