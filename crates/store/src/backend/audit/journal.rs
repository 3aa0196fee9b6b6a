//! Records on their way into the database, in two files that take turns.
//!
//! One file takes new records while those of the other are being committed; once they are, it is
//! emptied. What a process left in either is committed by the next one. A record's number in the
//! journal tells whether a block holds it already.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::audit::AuditRecord;
use crate::store::Error;
use parking_lot::Mutex;

use super::line;

/// Names of the two files within an instance's directory.
const FILES: [&str; 2] = ["audit-a.journal", "audit-b.journal"];
/// Bytes before a record: its number in the journal.
const NUMBER_BYTES: usize = 8;
/// Bytes that most records fit in.
const FRAME_BYTES: usize = 768;

/// The journal of one instance.
pub struct Journal(Mutex<State>);

struct State {
    files: [File; 2],
    /// Bytes in each.
    lengths: [u64; 2],
    /// The one that takes new records.
    active: usize,
    /// Number of the newest record.
    number: u64,
    waiting: Lines,
    /// What the commit under way, or one that failed, took.
    taken: Lines,
}

/// Records as lines, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// Each with its line feed.
    pub text: Vec<u8>,
    /// How many.
    pub count: usize,
}

impl Lines {
    /// Adds a record.
    ///
    /// # Errors
    /// [`Error::Failed`] when the record cannot be written as text.
    pub fn push(&mut self, record: &AuditRecord) -> Result<(), Error> {
        line::write(record, &mut self.text)?;
        self.count += 1;
        Ok(())
    }

    /// Adds others behind these.
    pub fn append(&mut self, others: &Self) {
        self.text.extend_from_slice(&others.text);
        self.count += others.count;
    }

    fn clear(&mut self) {
        self.text.clear();
        self.count = 0;
    }
}

impl Journal {
    /// Opens the files and takes up what was left in them after `committed`, the number of the
    /// newest record that a block holds.
    ///
    /// # Errors
    /// [`Error::Failed`] when a file cannot be opened or read.
    pub fn open(directory: &Path, committed: u64) -> Result<Self, Error> {
        let [a, b] = FILES.map(|name| open(&directory.join(name)));
        let mut files = [a?, b?];
        let mut left = Vec::new();
        let mut lengths = [0; 2];
        for (file, length) in files.iter_mut().zip(&mut lengths) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(|e| fault(&e))?;
            *length = bytes.len() as u64;
            left.extend(frames(&bytes));
        }
        left.sort_by_key(|(number, _)| *number);
        let mut state = State {
            files,
            lengths,
            active: 0,
            number: left
                .last()
                .map_or(committed, |(number, _)| (*number).max(committed)),
            waiting: Lines::default(),
            taken: Lines::default(),
        };
        for (number, text) in left {
            // A torn end is no record: its answer never left.
            if number > committed && line::read(&text).is_ok() {
                state.taken.text.extend_from_slice(&text);
                state.taken.text.push(b'\n');
                state.taken.count += 1;
            }
        }
        Ok(Self(Mutex::new(state)))
    }

    /// Appends a record; gives how many wait now.
    ///
    /// # Errors
    /// [`Error::Busy`] when as many wait as may, [`Error::StorageFull`], [`Error::Failed`].
    pub fn append(&self, record: &AuditRecord, most: usize) -> Result<usize, Error> {
        // Everybody waits for who holds the lock, so the words are found before.
        let mut frame = Vec::with_capacity(FRAME_BYTES);
        frame.extend_from_slice(&[0; NUMBER_BYTES]);
        line::write(record, &mut frame)?;
        let mut state = self.0.lock();
        if state.waiting.count + state.taken.count >= most {
            return Err(Error::Busy);
        }
        state.append(frame)?;
        Ok(state.waiting.count)
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        let state = self.0.lock();
        state.waiting.count + state.taken.count
    }

    /// What is to be committed now, and the number of its newest record. It stays in the journal
    /// until [`Journal::committed`].
    pub fn take(&self) -> (Lines, u64) {
        let mut guard = self.0.lock();
        let state = &mut *guard;
        if state.taken.count == 0 && state.lengths.get(1 - state.active) == Some(&0) {
            state.active = 1 - state.active;
        }
        state.taken.append(&state.waiting);
        state.waiting.clear();
        (state.taken.clone(), state.number)
    }

    /// What was taken is in the database: its file can be emptied.
    pub fn committed(&self) {
        let mut guard = self.0.lock();
        let state = &mut *guard;
        state.taken.clear();
        let idle = 1 - state.active;
        let (Some(file), Some(length)) = (state.files.get(idle), state.lengths.get_mut(idle))
        else {
            return;
        };
        // Should it not be emptied, the numbers tell that its records are committed.
        if *length > 0 && file.set_len(0).is_ok() {
            *length = 0;
        }
    }
}

impl State {
    /// Appends a record behind room for its number.
    fn append(&mut self, mut frame: Vec<u8>) -> Result<(), Error> {
        let number = self.number + 1;
        if let Some(room) = frame.first_chunk_mut() {
            *room = number.to_le_bytes();
        }
        let (Some(file), Some(length)) = (
            self.files.get_mut(self.active),
            self.lengths.get_mut(self.active),
        ) else {
            return Err(Error::failed("the journal has no file"));
        };
        if let Err(error) = file.write_all(&frame) {
            // Half a record must not stand before the next one.
            let _ = file.set_len(*length);
            return Err(fault(&error));
        }
        *length += frame.len() as u64;
        self.number = number;
        let text = frame.get(NUMBER_BYTES..).unwrap_or_default();
        self.waiting.text.extend_from_slice(text);
        self.waiting.count += 1;
        Ok(())
    }
}

fn open(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    options.open(path).map_err(|e| fault(&e))
}

/// The records in a file, each with its number.
fn frames(bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((number, after)) = rest.split_first_chunk::<NUMBER_BYTES>() {
        let Some(end) = after.iter().position(|byte| *byte == b'\n') else {
            break;
        };
        let (text, next) = after.split_at(end);
        found.push((u64::from_le_bytes(*number), text.to_vec()));
        rest = next.get(1..).unwrap_or_default();
    }
    found
}

fn fault(error: &std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::StorageFull
        }
        _ => Error::failed(format!("the audit journal: {error}")),
    }
}
