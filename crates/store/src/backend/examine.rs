//! What a check of a whole instance has in common, whatever keeps the instance.

use std::fmt::Write;

use super::audit::Block;
use super::audit::block::{seal, span, split};
use super::codec::Codec;
use crate::layout::{Rid, columns_of};
use crate::store::{Method, Version};
use crate::verify::Report;

/// A resource in the words of a report: its type and number, for an id may say something.
pub fn name(rid: i64) -> String {
    match Rid(rid).resource_type() {
        Some(of) => format!("{of} {}", Rid(rid).sequence()),
        None => format!("resource {rid}"),
    }
}

/// What keeps the columns of these numbers out of a statement on a table of the index.
pub fn outside(numbers: impl Iterator<Item = i64>) -> String {
    let mut text = "p IS NOT NULL".to_owned();
    for number in numbers {
        let columns = columns_of(number);
        let (first, last) = (columns.start(), columns.end());
        // Writing to a string cannot fail.
        let _ = write!(text, " AND p NOT BETWEEN {first} AND {last}");
    }
    text
}

/// Whether a version's body bears its own number.
pub fn is_stamped(version: &Version) -> bool {
    let stamp = format!(r#""meta":{{"versionId":"{}","#, version.version);
    version.method == Method::Delete || String::from_utf8_lossy(&version.body).contains(&stamp)
}

/// The blocks of an audit trail, one after the other.
#[derive(Debug, Default)]
pub struct Trail {
    before: Option<(u64, [u8; 32])>,
}

impl Trail {
    /// Looks at the next block and adds to the report what is wrong with it: its seal is computed
    /// again, and it must follow the one before.
    pub fn look(&mut self, block: &Block, codec: &Codec, report: &mut Report) {
        let first = (block.last + 1).saturating_sub(block.count);
        let place = format!("audit records {first} to {}", block.last);
        // The first one kept follows those that were dropped when they were old enough.
        if let Some((last, seal)) = self.before
            && (first != last + 1 || block.previous != seal)
        {
            report.problem(format!(
                "{place} do not follow record {last}: some were taken out or altered"
            ));
        }
        if let Some(wrong) = wrong(block, codec) {
            report.problem(format!("{place} {wrong}"));
        }
        report.audit_records += block.count;
        report.audit_seal = Some(hex(&block.seal));
        self.before = Some((block.last, block.seal));
    }
}

fn wrong(block: &Block, codec: &Codec) -> Option<&'static str> {
    let Ok(text) = codec.expand(&block.records) else {
        return Some("cannot be expanded");
    };
    if seal(&block.previous, block.last, &text) != block.seal {
        return Some("are not what was sealed");
    }
    let is_counted = split(&text).count() as u64 == block.count;
    let is_timed = span(&text) == Some((block.first_at, block.last_at));
    (!is_counted || !is_timed).then_some("are listed under other numbers or instants")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
