//! Tables in the documents that would rot if nobody compared them with the program.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, also in the functions its cases share"
)]

use cresset_auth::ErrorCode;
use cresset_fhir::Kind;
use cresset_rules::RuleSet;

const ERRORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

/// The first two cells of each row of the table under a heading.
fn rows(heading: &str) -> Vec<(u16, String)> {
    let document = std::fs::read_to_string(ERRORS).expect("docs/errors.md");
    let section = document.lines().skip_while(|line| *line != heading).skip(1);
    let lines = section.take_while(|line| !line.starts_with("## "));
    let cells = lines.filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        Some((cells.next()?.parse().ok()?, cells.next()?.to_owned()))
    });
    sorted(cells.collect())
}

fn sorted(mut rows: Vec<(u16, String)>) -> Vec<(u16, String)> {
    rows.sort();
    rows
}

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules.md");

#[test]
fn what_a_rule_set_does_with_each_type_has_its_row() {
    let document = std::fs::read_to_string(RULES).expect("docs/rules.md");
    for (name, words) in RuleSet::ALL.into_iter().flat_map(|set| set.notes) {
        let row = format!("| {name} | {words} |");
        assert!(document.lines().any(|line| line == row), "{row}");
    }
}

#[test]
fn every_kind_of_fault_has_its_row() {
    let kinds = Kind::ALL.map(|kind| (kind.status(), kind.issue_code().to_owned()));
    assert_eq!(rows("## FHIR"), sorted(kinds.to_vec()));
}

#[test]
fn every_oauth_error_has_its_row() {
    let codes = ErrorCode::ALL.map(|code| (code.status(), code.as_str().to_owned()));
    assert_eq!(rows("## Authorization server"), sorted(codes.to_vec()));
}

const THREATS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/threats.md");

/// Where the tests are that a name in `docs/threats.md` begins with.
fn folder(place: &str) -> Option<&'static str> {
    match place {
        "http" => Some("web/tests/http"),
        "auth" => Some("auth/tests/auth"),
        "box" => Some("cresset/tests/black_box"),
        "access" => Some("access/tests"),
        "contract" => Some("store/src/contract"),
        _ => None,
    }
}

#[test]
fn every_threat_is_tried_by_a_test_that_is_there() {
    let document = std::fs::read_to_string(THREATS).expect("docs/threats.md");
    let rows = document.lines().filter(|line| {
        line.starts_with('|') && !line.starts_with("|---") && !line.starts_with("| tried ")
    });
    let mut count = 0;
    for row in rows {
        let tests = row.rsplit('|').nth(1).expect("three cells");
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test: {row}");
        for name in names {
            let (place, rest) = name.split_once('/').expect(name);
            let (file, test) = rest.split_once("::").expect(name);
            let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
            let path = format!("{crates}/{}/{file}.rs", folder(place).expect(name));
            let source = std::fs::read_to_string(&path).expect(name);
            assert!(source.contains(&format!("fn {test}(")), "{name}");
            count += 1;
        }
    }
    assert!(count > 50, "the page was read");
}
