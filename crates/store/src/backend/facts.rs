//! What all values of a column have in common.

use crate::layout::Keys;
use crate::layout::encode::{LONG_MS, by_resource};
use crate::plan::ColumnFacts;

/// Columns in which a resource with these keys has several values, or a range of more than a day.
pub fn seen(keys: &Keys) -> Vec<(i64, ColumnFacts)> {
    let mut columns = Vec::new();
    let mut note = |column: i64, repeats: bool, long: bool| {
        if repeats || long {
            columns.push((column, ColumnFacts { repeats, long }));
        }
    };
    for run in keys.ranges.chunk_by(|a, b| a.p == b.p) {
        let Some(first) = run.first().filter(|key| by_resource(key.p)) else {
            continue;
        };
        let long = run
            .iter()
            .any(|key| key.w > key.v && key.w.saturating_sub(key.v) > LONG_MS);
        note(first.p, run.len() > 1, long);
    }
    for run in keys.texts.chunk_by(|a, b| a.p == b.p) {
        if let Some(first) = run.first() {
            note(first.p, run.len() > 1, false);
        }
    }
    columns
}
