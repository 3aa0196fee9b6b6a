//! What came of an import.

use std::collections::BTreeMap;

use cresset_fhir::Issue;
use serde::Serialize;

use super::entries::Place;

/// Reasons told apart; beyond that they are counted together.
const REASONS_MAX: usize = 500;
/// Examples kept of each reason.
const EXAMPLES_MAX: usize = 5;

/// What came of an import.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Sources read to their end in this run.
    pub sources: u64,
    /// Sources that an earlier run had finished.
    pub sources_done_before: u64,
    /// Records met in this run, refused ones among them.
    pub records: u64,
    /// Records that an earlier run had dealt with.
    pub records_done_before: u64,
    /// Resources that came to be.
    pub created: u64,
    /// Resources that got a new version.
    pub updated: u64,
    /// Resources that were there already, word for word.
    pub unchanged: u64,
    /// Resources that are now deleted.
    pub deleted: u64,
    /// Records that were not stored.
    pub refused: u64,
    /// Whether a Bundle of type transaction was too large to be stored all or none, and was stored in parts.
    pub transactions_split: bool,
    /// Why, the most frequent first.
    pub reasons: Vec<Reason>,
    /// Sources that could not be read to their end.
    pub broken_sources: Vec<BrokenSource>,
    #[serde(skip)]
    index: BTreeMap<(String, String), usize>,
}

/// One reason for refusing records.
#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    /// R4 `IssueType`.
    pub code: String,
    /// The sentence, positions in lists left out.
    pub text: String,
    /// Records it was the first reason for.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A refused record.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// `file:line`, or `file:line entry n` for an entry of a Bundle.
    pub at: String,
    /// Everything wrong with it, as sentences.
    pub issues: Vec<String>,
}

/// A source that could not be read to its end.
#[derive(Debug, Clone, Serialize)]
pub struct BrokenSource {
    /// `file:line`
    pub at: String,
    /// Why.
    pub reason: String,
}

impl Report {
    /// Whether everything there was is stored.
    pub fn is_clean(&self) -> bool {
        self.refused == 0 && self.broken_sources.is_empty()
    }

    pub(crate) fn refuse(&mut self, source: &str, place: Place, issues: &[Issue]) {
        self.refused += 1;
        let Some(first) = issues.first() else { return };
        let mut key = (first.code.to_owned(), without_positions(&first.text));
        if self.reasons.len() >= REASONS_MAX && !self.index.contains_key(&key) {
            key = ("processing".to_owned(), "other reasons".to_owned());
        }
        let at = *self.index.entry(key.clone()).or_insert_with(|| {
            let (code, text) = key;
            self.reasons.push(Reason {
                code,
                text,
                count: 0,
                examples: Vec::new(),
            });
            self.reasons.len() - 1
        });
        let Some(reason) = self.reasons.get_mut(at) else {
            return;
        };
        reason.count += 1;
        if reason.examples.len() < EXAMPLES_MAX {
            let issues = issues.iter().map(sentence).collect();
            reason.examples.push(Example {
                at: locate(source, place),
                issues,
            });
        }
    }

    pub(crate) fn finish(&mut self) {
        self.index.clear();
        self.reasons
            .sort_by_key(|reason| std::cmp::Reverse(reason.count));
    }
}

/// `file:line`, as editors understand it.
fn locate(source: &str, place: Place) -> String {
    match place {
        Place::Line(line) => format!("{source}:{line}"),
        Place::Entry { bundle_line, entry } => format!("{source}:{bundle_line} entry {entry}"),
    }
}

fn sentence(issue: &Issue) -> String {
    match &issue.expression {
        Some(expression) if !issue.text.contains(expression) => {
            format!("{expression}: {}", issue.text)
        }
        _ => issue.text.clone(),
    }
}

/// The text without `[3]`, so that the same fault at different places is one reason.
fn without_positions(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        match after.get(digits..).and_then(|tail| tail.strip_prefix(']')) {
            Some(tail) if digits > 0 => rest = tail,
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Report, without_positions};
    use crate::import::entries::Place;
    use cresset_fhir::Issue;

    #[test]
    fn positions_do_not_make_reasons_differ() {
        assert_eq!(
            without_positions("Patient.name[0].given[12] x"),
            "Patient.name.given x"
        );
        assert_eq!(without_positions("a[b] and [ and ["), "a[b] and [ and [");
    }

    #[test]
    fn refusals_are_counted_by_reason_with_examples() {
        let mut report = Report::default();
        for n in 0..7 {
            let issue = Issue {
                code: "value",
                text: format!("Patient.name[{n}] must not be empty"),
                expression: None,
            };
            report.refuse(
                "a.json",
                Place::Entry {
                    bundle_line: 1,
                    entry: n,
                },
                &[issue],
            );
        }
        report.finish();
        let reason = &report.reasons[0];
        assert_eq!((reason.count, reason.examples.len()), (7, 5));
        assert_eq!(reason.text, "Patient.name must not be empty");
        assert_eq!(reason.examples[1].at, "a.json:1 entry 1");
        assert!(!report.is_clean());
    }
}
