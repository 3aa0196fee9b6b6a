//! What only one room may know, and what the lower floors may not do.
//!
//! The table under the heading "Walls" of ARCHITECTURE.md names parts (crates) and the rooms that
//! may take them. The lower floors are found by their floor number: they hold no I/O, no async and
//! no logging, so neither the crates for it nor the paths of the standard library stand in them.

use super::Finding;
use super::arrows::{Rooms, rooms};
use super::source::Source;
use crate::workspace::{Need, Package};

/// The highest floor that is pure.
const PURE_FLOOR_MAX: u8 = 3;

/// Parts that bring I/O, async or logging.
const IMPURE_PARTS: &[&str] = &[
    "tokio",
    "async-trait",
    "tracing",
    "reqwest",
    "rusqlite",
    "axum",
    "hyper",
    "tempfile",
];

/// The same from the standard library.
const IMPURE_PATHS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env::",
    "std::process",
    "println!",
    "async fn",
];

/// Rooms that know what another room keeps to itself, and lower floors that do more than compute.
pub(super) fn check(architecture: &str, packages: &[Package], sources: &[Source]) -> Vec<Finding> {
    let rooms = rooms(architecture);
    let walls: Vec<_> = walls(architecture).collect();
    let mut findings = Vec::new();
    for package in packages {
        let parts = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.need == Need::Product);
        for part in parts.map(|dependency| dependency.name.as_str()) {
            let place = format!("{}/Cargo.toml", package.name);
            let kept = walls.iter().find(|(parts, keepers)| {
                parts.contains(&part) && !keepers.contains(&package.name.as_str())
            });
            if let Some((_, keepers)) = kept {
                findings.push(Finding::new(
                    &place,
                    format!("only {} may know `{part}`", keepers.join(", ")),
                ));
            }
            if is_pure(&rooms, &package.name) && IMPURE_PARTS.contains(&part) {
                findings.push(Finding::new(
                    &place,
                    format!("floors up to {PURE_FLOOR_MAX} do no I/O: `{part}`"),
                ));
            }
        }
    }
    findings.extend(
        sources
            .iter()
            .filter_map(|source| impure_path(&rooms, source)),
    );
    findings
}

/// Reads the table: `| parts | rooms | why |`.
fn walls(architecture: &str) -> impl Iterator<Item = (Vec<&str>, Vec<&str>)> {
    let section = architecture
        .lines()
        .skip_while(|line| *line != "## Walls")
        .skip(1);
    let rows = section
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"));
    rows.filter_map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(names);
        Some((cells.next()?, cells.next()?))
    })
}

fn names(cell: &str) -> Vec<&str> {
    cell.split(',')
        .map(|name| name.trim().trim_matches('`'))
        .collect()
}

fn is_pure(rooms: &Rooms, name: &str) -> bool {
    rooms
        .get(name)
        .and_then(|room| room.floor)
        .is_some_and(|floor| floor <= PURE_FLOOR_MAX)
}

fn impure_path(rooms: &Rooms, source: &Source) -> Option<Finding> {
    if !source.is_product_code() || !source.room().is_some_and(|room| is_pure(rooms, room)) {
        return None;
    }
    let code = source
        .lines_before_tests()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    let mut found = code.filter_map(|(number, line)| {
        let path = IMPURE_PATHS.iter().find(|path| line.contains(**path))?;
        Some(Finding::new(
            format!("{}:{}", source.path, number + 1),
            format!("floors up to {PURE_FLOOR_MAX} do no I/O: `{path}`"),
        ))
    });
    found.next()
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;
    use crate::workspace::Dependency;

    const DOCUMENT: &str = "## Rooms\n| 1 | `model` | trees | |\n| 5 | `store-sqlite` | rows | |\n\
        ## Walls\n| parts | only in | why |\n|---|---|---|\n| `rusqlite`, `fs4` | `store-sqlite` | one driver |\n";

    fn check_part(room: &str, part: &str, expect: usize) {
        let dependency = Dependency {
            name: part.to_owned(),
            ours: false,
            need: Need::Product,
        };
        let package = Package {
            name: room.to_owned(),
            dependencies: [dependency].into(),
        };
        assert_eq!(
            check(DOCUMENT, &[package], &[]).len(),
            expect,
            "{room} {part}"
        );
    }

    #[test]
    fn a_driver_is_known_in_its_own_room_alone() {
        check_part("store-sqlite", "rusqlite", 0);
        check_part("store-sqlite", "tokio", 0);
        check_part("model", "fs4", 1);
        check_part("model", "rusqlite", 2);
    }

    #[test]
    fn the_lower_floors_only_compute() {
        let found = |path, text| check(DOCUMENT, &[], &[source(path, text)]).len();
        assert_eq!(
            found("crates/model/src/a.rs", "let a = std::fs::read(b);"),
            1
        );
        assert_eq!(
            found("crates/model/src/a.rs", "// std::fs is not used here"),
            0
        );
        assert_eq!(found("crates/model/tests/a.rs", "std::fs::read(b)"), 0);
        assert_eq!(found("crates/store-sqlite/src/a.rs", "std::fs::read(b)"), 0);
    }
}
