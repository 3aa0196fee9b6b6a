//! Blocks of records, each sealed together with the one before.

use aws_lc_rs::digest::{Context, SHA256};
use memchr::memchr_iter;

use super::journal::Lines;
use super::line;
use crate::backend::codec::compress_trail;
use crate::store::Error;

/// What the seal of the first block covers in place of one before it.
const FIRST_SEAL: [u8; 32] = [0; 32];

/// The records of one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Number of its last record.
    pub last: u64,
    /// Its records.
    pub count: u64,
    /// The earliest instant of a record in milliseconds.
    pub first_at: i64,
    /// The latest.
    pub last_at: i64,
    /// Number in the journal of the newest record that this block or an earlier one holds.
    pub journal: u64,
    /// The seal of the block before.
    pub previous: [u8; 32],
    /// Its own.
    pub seal: [u8; 32],
    /// Compressed lines.
    pub records: Vec<u8>,
}

impl Block {
    /// The block of these lines behind the newest one; `None` where there are no lines. `journal` is
    /// the number of the newest record of the journal among them.
    ///
    /// # Errors
    /// [`Error::Failed`] when a line is none.
    pub fn behind(
        newest: Option<&Self>,
        lines: &Lines,
        journal: u64,
    ) -> Result<Option<Self>, Error> {
        if lines.count == 0 {
            return Ok(None);
        }
        let (before, previous, earlier) = newest.map_or((0, FIRST_SEAL, 0), |block| {
            (block.last, block.seal, block.journal)
        });
        let last = before + lines.count as u64;
        let (first_at, last_at) = span(&lines.text)
            .ok_or_else(|| Error::failed("a record of the audit trail has no instant"))?;
        Ok(Some(Self {
            last,
            count: lines.count as u64,
            first_at,
            last_at,
            journal: journal.max(earlier),
            previous,
            seal: seal(&previous, last, &lines.text),
            records: compress_trail(&lines.text)?,
        }))
    }
}

/// The earliest and the latest instant of some lines; a clock may have been set back between them.
pub fn span(text: &[u8]) -> Option<(i64, i64)> {
    // Each record is looked at in passing, so it is not looked for byte by byte.
    let mut start = 0;
    let lines = memchr_iter(b'\n', text).filter_map(|end| {
        let line = text.get(start..end);
        start = end + 1;
        line
    });
    let mut lines = lines.map(line::millis);
    let first = lines.next()??;
    lines.try_fold((first, first), |(earliest, latest), at| {
        at.map(|at| (earliest.min(at), latest.max(at)))
    })
}

/// The lines of a block, without their ends.
pub fn split(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

/// SHA-256 over the seal before, the number of the last record, and the records.
pub fn seal(previous: &[u8; 32], last: u64, text: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(previous);
    context.update(&last.to_be_bytes());
    context.update(text);
    let mut seal = [0; 32];
    let digest = context.finish();
    seal.iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    seal
}
