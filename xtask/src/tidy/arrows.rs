//! Arrows between rooms point down, and only where ARCHITECTURE.md draws them.
//!
//! The table under the heading "Rooms" is the input. A room may depend on what it stands on and on
//! what those stand on; its tests may use any room below it and the test kit.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::workspace::{Dependency, Need, Package};

const DOCUMENT: &str = "ARCHITECTURE.md";

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Room {
    /// Rooms of a lower floor may be stood on; the rooms of floor `dev` never are, but by tests.
    pub(super) floor: Option<u8>,
    stands_on: BTreeSet<String>,
}

/// The rooms of the table by name.
pub(super) type Rooms = BTreeMap<String, Room>;

/// Every arrow that is not drawn, every room without a row and every row without a room.
pub(super) fn check(architecture: &str, packages: &[Package]) -> Vec<Finding> {
    let rooms = rooms(architecture);
    let mut findings = table(&rooms);
    for package in packages {
        match rooms.get(&package.name) {
            None => findings.push(Finding::new(
                DOCUMENT,
                format!("room `{}` has no row in the table", package.name),
            )),
            Some(room) => findings.extend(arrows(&rooms, package, room)),
        }
    }
    let built: BTreeSet<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let unbuilt = rooms.keys().filter(|name| !built.contains(name.as_str()));
    findings.extend(unbuilt.map(|name| {
        Finding::new(
            DOCUMENT,
            format!("room `{name}` is in the table but not built"),
        )
    }));
    findings
}

/// Reads the table: `| floor | room | duty | stands on |`.
pub(super) fn rooms(architecture: &str) -> Rooms {
    let section = architecture
        .lines()
        .skip_while(|line| *line != "## Rooms")
        .skip(1);
    let rows = section
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with('|'));
    rows.filter_map(row).collect()
}

fn row(line: &str) -> Option<(String, Room)> {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [floor, name, _duty, stands_on] = cells.as_slice() else {
        return None;
    };
    let name = name.strip_prefix('`')?.strip_suffix('`')?;
    let stands_on = stands_on
        .split(',')
        .map(|room| room.trim().trim_matches('`').to_owned());
    let room = Room {
        floor: floor.parse().ok(),
        stands_on: stands_on.filter(|room| !room.is_empty()).collect(),
    };
    Some((name.to_owned(), room))
}

/// The table itself must point down.
fn table(rooms: &Rooms) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, room) in rooms {
        for below in &room.stands_on {
            let lower = rooms.get(below).and_then(|other| other.floor);
            if !is_below(lower, room.floor) {
                findings.push(Finding::new(
                    DOCUMENT,
                    format!("`{name}` does not stand above `{below}`"),
                ));
            }
        }
    }
    findings
}

fn is_below(lower: Option<u8>, upper: Option<u8>) -> bool {
    match (lower, upper) {
        (Some(lower), Some(upper)) => lower < upper,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn arrows(rooms: &Rooms, package: &Package, room: &Room) -> Vec<Finding> {
    let reach = reach(rooms, room);
    let drawn = |dependency: &Dependency| match dependency.need {
        Need::Product => reach.contains(&dependency.name),
        Need::Tests => {
            let target = rooms.get(&dependency.name).and_then(|target| target.floor);
            dependency.name == "testkit" || is_below(target, room.floor)
        }
    };
    let stray = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.ours && !drawn(dependency));
    stray
        .map(|dependency| {
            let name = &dependency.name;
            Finding::new(
                format!("{}/Cargo.toml", package.name),
                format!("no arrow to `{name}` is drawn in {DOCUMENT}"),
            )
        })
        .collect()
}

/// Everything below a room that its arrows lead to.
fn reach(rooms: &Rooms, room: &Room) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = room.stands_on.iter().collect();
    while let Some(name) = open.pop() {
        if reached.insert(name.clone())
            && let Some(below) = rooms.get(name)
        {
            open.extend(&below.stands_on);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "## Rooms\n\n| floor | room | duty | stands on |\n|---|---|---|---|\n\
        | 0 | `base` | words | |\n| 1 | `model` | trees | base |\n| 2 | `search` | rows | model |\n\
        | dev | `testkit` | clocks | base |\n\n## Other\n| 9 | `ghost` | x | |\n";

    fn package(name: &str, arrows: &[(&str, Need)]) -> Package {
        let dependency = |(name, need): &(&str, Need)| Dependency {
            name: (*name).to_owned(),
            ours: true,
            need: *need,
        };
        Package {
            name: name.to_owned(),
            dependencies: arrows.iter().map(dependency).collect(),
        }
    }

    fn check_arrows(name: &str, arrows: &[(&str, Need)], expect: &[&str]) {
        let others = ["base", "model", "search", "testkit"]
            .into_iter()
            .filter(|other| *other != name);
        let mut packages: Vec<_> = others.map(|other| package(other, &[])).collect();
        packages.push(package(name, arrows));
        let found: Vec<_> = check(TABLE, &packages)
            .into_iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn arrows_may_be_drawn_through_the_floors_between() {
        check_arrows(
            "search",
            &[("model", Need::Product), ("base", Need::Product)],
            &[],
        );
    }

    #[test]
    fn an_arrow_that_points_up_is_found() {
        check_arrows(
            "model",
            &[("search", Need::Product)],
            &["no arrow to `search` is drawn in ARCHITECTURE.md"],
        );
        check_arrows(
            "model",
            &[("search", Need::Tests)],
            &["no arrow to `search` is drawn in ARCHITECTURE.md"],
        );
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        check_arrows("model", &[("testkit", Need::Tests)], &[]);
        check_arrows(
            "model",
            &[("testkit", Need::Product)],
            &["no arrow to `testkit` is drawn in ARCHITECTURE.md"],
        );
    }

    #[test]
    fn rooms_and_rows_are_the_same() {
        check_arrows("attic", &[], &["room `attic` has no row in the table"]);
        let found = check(TABLE, &[package("base", &[])]);
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn a_table_that_points_up_is_found() {
        let table = TABLE.replace("| words | |", "| words | search |");
        let packages = ["base", "model", "search", "testkit"].map(|name| package(name, &[]));
        assert_eq!(check(&table, &packages).len(), 1);
    }
}
