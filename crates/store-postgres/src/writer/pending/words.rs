//! Words of resources on their way into their tables.

use std::collections::HashSet;

use cresset_store::layout::WordsOf;
use cresset_store::layout::encode::WordKey;

use super::{Statements, Value};

/// Puts the words that came in the place of those that were there, and removes those of resources that
/// have none any more. No statement depends on another, for their order is not certain.
pub(super) fn statements(
    added: &[(i64, WordKey)],
    removed: &[(i64, WordKey)],
    out: &mut Statements,
) {
    for part in WordsOf::ALL {
        let (insert, delete) = texts(part);
        let (rids, words): (Vec<i64>, Vec<String>) = of_part(part, added).unzip();
        let kept: HashSet<i64> = rids.iter().copied().collect();
        let mut gone: Vec<i64> = of_part(part, removed).map(|(rid, _)| rid).collect();
        gone.retain(|rid| !kept.contains(rid));
        if !rids.is_empty() {
            out.add(insert, vec![Box::new(rids), Box::new(words)]);
        }
        if !gone.is_empty() {
            out.add(delete, vec![Box::new(gone)]);
        }
    }
}

/// Asks for the resources of some that have other words of a part, or none.
pub(super) fn missing(part: WordsOf, rows: &[(i64, WordKey)]) -> (&'static str, Vec<Value>) {
    let text = match part {
        WordsOf::Narrative => {
            "SELECT d.r FROM unnest($1::int8[],$2::text[]) d(r,words) WHERE NOT EXISTS(SELECT 1 FROM narrative k \
             WHERE k.r=d.r AND k.words=array_to_tsvector(string_to_array(d.words,' ')))"
        }
        WordsOf::Content => {
            "SELECT d.r FROM unnest($1::int8[],$2::text[]) d(r,words) WHERE NOT EXISTS(SELECT 1 FROM content k \
             WHERE k.r=d.r AND k.words=array_to_tsvector(string_to_array(d.words,' ')))"
        }
    };
    let (rids, words): (Vec<i64>, Vec<String>) = of_part(part, rows).unzip();
    (text, vec![Box::new(rids), Box::new(words)])
}

fn of_part(part: WordsOf, rows: &[(i64, WordKey)]) -> impl Iterator<Item = (i64, String)> {
    let rows = rows.iter().filter(move |(_, key)| key.part == part);
    rows.map(|(rid, key)| (*rid, key.words.clone()))
}

const fn texts(part: WordsOf) -> (&'static str, &'static str) {
    match part {
        WordsOf::Narrative => (
            "INSERT INTO narrative(r,words) \
             SELECT r,array_to_tsvector(string_to_array(words,' ')) FROM unnest($1::int8[],$2::text[]) n(r,words) \
             ON CONFLICT(r) DO UPDATE SET words=excluded.words",
            "DELETE FROM narrative WHERE r=ANY($1)",
        ),
        WordsOf::Content => (
            "INSERT INTO content(r,words) \
             SELECT r,array_to_tsvector(string_to_array(words,' ')) FROM unnest($1::int8[],$2::text[]) n(r,words) \
             ON CONFLICT(r) DO UPDATE SET words=excluded.words",
            "DELETE FROM content WHERE r=ANY($1)",
        ),
    }
}
