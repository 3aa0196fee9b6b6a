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
