//! Words of resources on their way into their tables.

use std::collections::HashSet;

use cresset_store::layout::WordsOf;
use cresset_store::layout::encode::WordKey;

use super::Statements;

/// Puts the words that came in the place of those that were there, and removes those of resources that
/// have none any more. No statement depends on another, for their order is not certain.
pub(super) fn statements(
    added: &[(i64, WordKey)],
    removed: &[(i64, WordKey)],
    out: &mut Statements,
) {
    for part in WordsOf::ALL {
        let of_part = |rows: &[(i64, WordKey)]| -> Vec<(i64, String)> {
            let rows = rows.iter().filter(|(_, key)| key.part == part);
            rows.map(|(rid, key)| (*rid, key.words.clone())).collect()
        };
        let (insert, delete) = texts(part);
        let (rids, words): (Vec<i64>, Vec<String>) = of_part(added).into_iter().unzip();
        let kept: HashSet<i64> = rids.iter().copied().collect();
        let mut gone: Vec<i64> = of_part(removed).into_iter().map(|(rid, _)| rid).collect();
        gone.retain(|rid| !kept.contains(rid));
        if !rids.is_empty() {
            out.add(insert, vec![Box::new(rids), Box::new(words)]);
        }
        if !gone.is_empty() {
            out.add(delete, vec![Box::new(gone)]);
        }
    }
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
