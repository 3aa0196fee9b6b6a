//! An import's journal as a file of one JSON line per note.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use cresset_bulk::import::{Done, Journal, Source};
use serde::{Deserialize, Serialize};

/// The file's name inside an instance's directory.
pub(crate) const FILE_NAME: &str = "import.journal";

#[derive(Serialize, Deserialize)]
struct Note {
    source: String,
    stamp: String,
    records: u64,
    finished: bool,
}

/// The journal of one instance.
pub(crate) struct FileJournal {
    file: File,
    notes: HashMap<(String, String), Done>,
}

impl FileJournal {
    /// Opens the journal, or begins one. A last line that was cut off by a crash counts for nothing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut notes = HashMap::new();
        for line in BufReader::new(&file).lines() {
            if let Ok(note) = serde_json::from_str::<Note>(&line?) {
                let done = Done {
                    records: note.records,
                    finished: note.finished,
                };
                notes.insert((note.source, note.stamp), done);
            }
        }
        Ok(Self { file, notes })
    }
}

impl Journal for FileJournal {
    fn done(&self, source: &Source) -> Done {
        let key = (source.name.clone(), source.stamp.clone());
        self.notes.get(&key).copied().unwrap_or_default()
    }

    fn record(&mut self, source: &Source, done: Done) -> io::Result<()> {
        let note = Note {
            source: source.name.clone(),
            stamp: source.stamp.clone(),
            records: done.records,
            finished: done.finished,
        };
        let mut line = serde_json::to_vec(&note)?;
        line.insert(0, b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.notes.insert((note.source, note.stamp), done);
        Ok(())
    }
}
