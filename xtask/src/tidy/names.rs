//! What files may be called, and what a room's first lines must be.

use super::Finding;
use super::source::Source;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "manager", "misc", "stuff",
];

/// The opening of a room: what it is, what it is not, where to start.
const HEADER_LINES: std::ops::RangeInclusive<usize> = 5..=25;

/// Files and folders with empty names, and the old spelling of a module.
pub(super) fn modules(sources: &[Source]) -> Vec<Finding> {
    let rust = sources.iter().filter(|source| source.is_rust());
    rust.flat_map(|source| {
        let old = (source.file_name() == "mod.rs").then(|| {
            Finding::new(
                &source.path,
                "a module is `name.rs` beside `name/`, not `name/mod.rs`",
            )
        });
        let empty = source
            .path
            .split('/')
            .map(|part| part.strip_suffix(".rs").unwrap_or(part))
            .find(|part| EMPTY_NAMES.contains(part))
            .map(|part| {
                Finding::new(
                    &source.path,
                    format!("`{part}` names nothing; use the noun of what it holds"),
                )
            });
        [old, empty].into_iter().flatten().collect::<Vec<_>>()
    })
    .collect()
}

/// Rooms whose `lib.rs` (or the binary's `main.rs`) does not open with its 5 to 25 lines.
pub(super) fn headers(sources: &[Source]) -> Vec<Finding> {
    let doors = sources.iter().filter(|source| is_door(&source.path));
    doors
        .filter_map(|source| {
            let lines = source.text.lines().take_while(|line| line.starts_with("//!")).count();
            (!HEADER_LINES.contains(&lines)).then(|| {
                Finding::new(
                    &source.path,
                    format!(
                        "opens with {lines} lines of `//!`; {} to {} say what the room is, what it is not, where to start",
                        HEADER_LINES.start(),
                        HEADER_LINES.end()
                    ),
                )
            })
        })
        .collect()
}

fn is_door(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').collect();
    matches!(
        parts.as_slice(),
        ["crates", _, "src", "lib.rs" | "main.rs"] | ["xtask", "src", "main.rs"]
    )
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn empty_names_and_old_modules_are_found() {
        let found = |path| modules(&[source(path, "")]).len();
        assert_eq!(found("crates/a/src/utils.rs"), 1);
        assert_eq!(found("crates/a/src/helpers/date.rs"), 1);
        assert_eq!(found("crates/a/src/date/mod.rs"), 1);
        assert_eq!(found("crates/a/tests/common/mod.rs"), 2);
        assert_eq!(found("crates/a/src/commonality.rs"), 0);
    }

    #[test]
    fn a_door_opens_with_five_to_twenty_five_lines() {
        let found =
            |lines| headers(&[source("crates/a/src/lib.rs", &"//! x\n".repeat(lines))]).len();
        assert_eq!([found(4), found(5), found(25), found(26)], [1, 0, 0, 1]);
        assert!(headers(&[source("crates/a/src/other.rs", "")]).is_empty());
    }
}
