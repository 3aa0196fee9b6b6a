//! The records of a release file, each within a bound.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{Reader, ReaderBuilder, StringRecord};

use super::Format;
use crate::import::Stream;

pub(super) struct Lines {
    reader: Reader<Capped>,
    record: StringRecord,
    since: Arc<AtomicU64>,
    has_head: bool,
}

impl Lines {
    /// A quotation mark without its partner would be a record as long as the file without `bytes_max`.
    pub(super) fn new(stream: Stream, format: Format, bytes_max: u64) -> Self {
        let since = Arc::new(AtomicU64::new(0));
        let capped = Capped {
            stream,
            since: Arc::clone(&since),
            bytes_max,
        };
        let (delimiter, quoting, has_head) = format.form();
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quoting)
            .has_headers(has_head)
            .flexible(true)
            .from_reader(capped);
        Self {
            reader,
            record: StringRecord::new(),
            since,
            has_head,
        }
    }

    /// The names of the columns, where the file gives them.
    pub(super) fn head(&mut self) -> io::Result<Option<&StringRecord>> {
        if !self.has_head {
            return Ok(None);
        }
        self.reader.headers().map(Some).map_err(io::Error::other)
    }

    pub(super) fn next(&mut self) -> io::Result<Option<&StringRecord>> {
        self.since.store(0, Ordering::Relaxed);
        let more = self
            .reader
            .read_record(&mut self.record)
            .map_err(io::Error::other)?;
        Ok(more.then_some(&self.record))
    }
}

/// Stops when too much is read for one record.
struct Capped {
    stream: Stream,
    since: Arc<AtomicU64>,
    bytes_max: u64,
}

impl Read for Capped {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.stream.read(out)?;
        let since = self.since.fetch_add(got as u64, Ordering::Relaxed);
        if since > self.bytes_max {
            let text = format!("a record is longer than {} bytes", self.bytes_max);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(got)
    }
}
