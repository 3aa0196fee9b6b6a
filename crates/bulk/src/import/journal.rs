//! What is remembered between runs.

use std::io;

use super::Source;

/// What of a source is done, as a journal remembers it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Records from the beginning that are stored or refused.
    pub records: u64,
    /// Whether nothing is left to do.
    pub finished: bool,
}

/// The durable memory of an import: one note per source.
///
/// A note is written after the commit it speaks of. Should a crash fall between the two, the
/// records of that commit are met again and found unchanged, because a record always gets the same
/// id: nothing is stored twice.
pub trait Journal: Send {
    /// What was done of this source in its present state.
    fn done(&self, source: &Source) -> Done;

    /// Notes what is done; durable when it returns.
    ///
    /// # Errors
    /// Whatever keeps the note from being written; the import stops.
    fn record(&mut self, source: &Source, done: Done) -> io::Result<()>;
}

/// Remembers nothing: every run begins at the beginning.
#[derive(Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn done(&self, _: &Source) -> Done {
        Done::default()
    }

    fn record(&mut self, _: &Source, _: Done) -> io::Result<()> {
        Ok(())
    }
}
