//! Finding records again: block after block, the newest first, until there are enough.

use memchr::memmem;

use super::block::split;
use super::line;
use crate::audit::{AuditAsk, Recorded, Trail};
use crate::store::Error;

/// A search of the trail under way.
pub struct Sift<'a> {
    ask: &'a AuditAsk,
    records: Vec<Recorded>,
    most: usize,
    /// Records that may still be looked at.
    left: u64,
    /// Number of the oldest record that was looked at, once there is enough.
    ended: Option<u64>,
}

impl<'a> Sift<'a> {
    /// A search for these records.
    pub fn new(ask: &'a AuditAsk) -> Self {
        let most = usize::try_from(ask.count).unwrap_or(usize::MAX);
        Self {
            ask,
            records: Vec::new(),
            most,
            left: ask.scanned_max.unwrap_or(u64::MAX),
            ended: (most == 0).then(|| ask.before.unwrap_or(u64::MAX)),
        }
    }

    /// Whether there is enough.
    pub fn is_enough(&self) -> bool {
        self.ended.is_some()
    }

    /// Looks at the lines of a block whose last record has this number.
    ///
    /// # Errors
    /// [`Error::Failed`] when a line is no record.
    pub fn block(&mut self, last: u64, text: &[u8]) -> Result<(), Error> {
        // Most blocks hold nothing of one patient: no line of them is read.
        let mark = self.ask.mark().map(memmem::Finder::new);
        let may_hold = |text: &[u8]| mark.as_ref().is_none_or(|mark| mark.find(text).is_some());
        let is_of_interest = may_hold(text);
        for (text, number) in split(text).rev().zip((1..=last).rev()) {
            if self.ask.before.is_some_and(|before| number >= before) {
                continue;
            }
            if self.is_enough() {
                return Ok(());
            }
            if is_of_interest && may_hold(text) {
                let record = line::read(text)?;
                if self.ask.wants(number, &record) {
                    self.records.push(Recorded { number, record });
                }
            }
            self.left = self.left.saturating_sub(1);
            if self.records.len() >= self.most || self.left == 0 {
                self.ended = Some(number);
            }
        }
        Ok(())
    }

    /// What was found.
    pub fn trail(self) -> Trail {
        Trail {
            records: self.records,
            next: self.ended.filter(|number| *number > 1),
        }
    }
}
