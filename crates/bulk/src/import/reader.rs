//! Sources → batches, in order, on one thread.

use std::io;
use std::mem;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use cresset_fhir::bundle::full_url::FullUrls;

use super::Source;
use super::batch::{Batch, Job, Record, Work, Wrapping};
use super::entries::{Entries, Event};
use super::scan::Stop;
use super::source::Stream;
use super::worker::Worker;

/// Records of a batch of resources.
const BATCH_RECORDS: usize = 256;
/// Bytes of a batch of resources.
const BATCH_BYTES: usize = 512 * 1024;
/// Bytes of raw records that may be under way.
pub(crate) const UNDER_WAY_BYTES: usize = 12 * 1024 * 1024;
/// Bytes that one permit of the semaphore stands for.
const PERMIT_BYTES: usize = 1024;

/// The semaphore that bounds what is under way.
pub(crate) fn permits() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(UNDER_WAY_BYTES / PERMIT_BYTES))
}

/// Which records of a source are wanted.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// All from this number on.
    From(u64),
    /// Those in these ranges, in order.
    Only(Vec<Range<u64>>),
}

impl Wanted {
    fn any_of(&self, numbers: &Range<u64>) -> bool {
        match self {
            Self::From(first) => numbers.end > *first,
            Self::Only(ranges) => ranges
                .iter()
                .any(|r| r.start < numbers.end && numbers.start < r.end),
        }
    }
}

/// Nobody wants more: the committer stopped.
struct Unwanted;

/// Why reading a source ended early.
enum Ended {
    Unwanted,
    Broken(Stop),
}

impl From<Unwanted> for Ended {
    fn from(_: Unwanted) -> Self {
        Self::Unwanted
    }
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::Broken(stop)
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Broken(Stop::Io(error))
    }
}

/// What the reading thread holds.
pub(crate) struct Reader {
    pub(crate) sources: Arc<[Source]>,
    pub(crate) worker: Arc<Worker>,
    pub(crate) work: flume::Sender<Job<Work>>,
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) runtime: Handle,
    pub(crate) bytes_read: Arc<AtomicU64>,
    /// Set when a transaction was too large to be one.
    pub(crate) split: Arc<AtomicBool>,
    pub(crate) sequence: u64,
}

impl Reader {
    /// Reads what is wanted of each source.
    pub(crate) fn run(mut self, wanted: Vec<(usize, Wanted)>) {
        for (source, wanted) in wanted {
            let mut reading = Reading {
                reader: &mut self,
                source,
                wanted,
                number: 0,
                held: Vec::new(),
                held_bytes: 0,
            };
            let (broken, line) = match reading.run() {
                Ok(()) => (None, 0),
                Err((Ended::Unwanted, _)) => return,
                Err((Ended::Broken(Stop::Io(error)), line)) => (Some(error.to_string()), line),
                Err((Ended::Broken(Stop::Broken(why)), line)) => (Some(why.to_owned()), line),
            };
            let records = reading.number;
            let end = Work::End {
                records,
                broken: broken.map(|why| (line, why)),
            };
            if self.send(source, 0, end).is_err() {
                return;
            }
        }
    }

    fn send(&mut self, source: usize, bytes: usize, work: Work) -> Result<(), Unwanted> {
        let count = (bytes.min(UNDER_WAY_BYTES) / PERMIT_BYTES).max(1);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let permit = self
            .runtime
            .block_on(Arc::clone(&self.permits).acquire_many_owned(count))
            .map_err(|_| Unwanted)?;
        let job = Job {
            sequence: self.sequence,
            source,
            work,
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
            permit,
        };
        self.sequence += 1;
        self.work.send(job).map_err(|_| Unwanted)
    }

    fn open(&self, source: usize) -> Result<Entries<Stream>, Ended> {
        let source = self
            .sources
            .get(source)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let stream = source.open(&self.bytes_read)?;
        Ok(Entries::new(
            stream,
            source.one_per_line,
            self.worker.limits.body_bytes_max,
        ))
    }
}

/// The reading of one source.
struct Reading<'r> {
    reader: &'r mut Reader,
    source: usize,
    wanted: Wanted,
    /// The number of the next record.
    number: u64,
    held: Vec<Record>,
    held_bytes: usize,
}

impl Reading<'_> {
    fn run(&mut self) -> Result<(), (Ended, u64)> {
        let mut entries = self.reader.open(self.source).map_err(|ended| (ended, 1))?;
        let read = self.records(&mut entries);
        let flushed = self.flush(Wrapping::Resources);
        read.and(flushed.map_err(Ended::from))
            .map_err(|ended| (ended, entries.line()))
    }

    fn records(&mut self, entries: &mut Entries<Stream>) -> Result<(), Ended> {
        let mut bytes = Vec::new();
        let mut bundle = None;
        loop {
            match entries.next(&mut bytes)? {
                Event::End => return Ok(()),
                Event::Resource(place) => {
                    bundle = None;
                    let record = self.record(place, Ok(mem::take(&mut bytes)));
                    self.hold(record)?;
                }
                Event::Entry(place) => {
                    let first = self.enter(&mut bundle)?;
                    let record = self.record(place, Ok(mem::take(&mut bytes)));
                    self.held_bytes += record.len();
                    self.held.push(record);
                    if self.held_bytes > UNDER_WAY_BYTES
                        || self.held.len() > self.bundle_entries_max()
                    {
                        self.large_bundle(entries, first)?;
                        bundle = None;
                    }
                }
                Event::BundleEnd(kind) => {
                    if bundle.take().is_some() {
                        self.flush(Wrapping::Bundle {
                            together: kind.as_deref() == Some("transaction"),
                        })?;
                    }
                }
                Event::Refused(place @ super::entries::Place::Line(_), why) => {
                    // A line that broke off inside a Bundle ends the Bundle.
                    if bundle.take().is_some() {
                        self.flush(Wrapping::Bundle { together: false })?;
                    }
                    let record = self.record(place, Err(why));
                    self.hold(record)?;
                }
                Event::Refused(place, why) => {
                    self.enter(&mut bundle)?;
                    let record = self.record(place, Err(why));
                    self.held.push(record);
                }
            }
        }
    }

    /// The first record's number of the Bundle being read, which may begin here.
    fn enter(&mut self, bundle: &mut Option<u64>) -> Result<u64, Unwanted> {
        if let Some(first) = *bundle {
            return Ok(first);
        }
        self.flush(Wrapping::Resources)?;
        *bundle = Some(self.number);
        Ok(self.number)
    }

    fn bundle_entries_max(&self) -> usize {
        self.reader.worker.limits.bundle_entries_max
    }

    fn record(
        &mut self,
        place: super::entries::Place,
        bytes: Result<Vec<u8>, &'static str>,
    ) -> Record {
        let number = self.number;
        self.number += 1;
        Record {
            number,
            place,
            bytes,
        }
    }

    fn hold(&mut self, record: Record) -> Result<(), Unwanted> {
        self.held_bytes += record.len();
        self.held.push(record);
        if self.held.len() >= BATCH_RECORDS || self.held_bytes >= BATCH_BYTES {
            self.flush(Wrapping::Resources)?;
        }
        Ok(())
    }

    /// Sends what is held, unless nothing of it is wanted.
    fn flush(&mut self, wrapping: Wrapping) -> Result<(), Unwanted> {
        let mut records = mem::take(&mut self.held);
        let bytes = mem::take(&mut self.held_bytes);
        if !matches!(wrapping, Wrapping::Bundle { .. }) {
            records.retain(|record| self.wanted.any_of(&(record.number..record.number + 1)));
        }
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(());
        };
        if !self.wanted.any_of(&(first.number..last.number + 1)) {
            return Ok(());
        }
        self.reader
            .send(self.source, bytes, Work::Batch(Batch { records, wrapping }))
    }

    /// A Bundle that cannot be held: its entries' names are noted to its end, then it is read again
    /// from its beginning and its entries are stored as they come.
    fn large_bundle(&mut self, entries: &mut Entries<Stream>, first: u64) -> Result<(), Ended> {
        self.reader.split.store(true, Ordering::Relaxed);
        let mut urls = FullUrls::default();
        for record in mem::take(&mut self.held) {
            self.reader.worker.note_name(&record, &mut urls);
        }
        self.held_bytes = 0;
        let mut bytes = Vec::new();
        loop {
            match entries.next(&mut bytes)? {
                Event::Entry(place) => {
                    let record = self.record(place, Ok(mem::take(&mut bytes)));
                    self.reader.worker.note_name(&record, &mut urls);
                    bytes = record.bytes.unwrap_or_default();
                }
                Event::Refused(..) => self.number += 1,
                Event::BundleEnd(_) | Event::End | Event::Resource(_) => break,
            }
        }
        self.again(first..self.number, &Arc::new(urls))
    }

    fn again(&mut self, range: Range<u64>, urls: &Arc<FullUrls>) -> Result<(), Ended> {
        let mut entries = self.reader.open(self.source)?;
        let mut bytes = Vec::new();
        let end = range.end;
        self.number = 0;
        while self.number < end {
            let (place, body) = match entries.next(&mut bytes)? {
                Event::End => break,
                Event::BundleEnd(_) => continue,
                Event::Resource(place) | Event::Entry(place) => (place, Ok(())),
                Event::Refused(place, why) => (place, Err(why)),
            };
            if !range.contains(&self.number) {
                self.number += 1;
                continue;
            }
            let record = self.record(place, body.map(|()| mem::take(&mut bytes)));
            self.held_bytes += record.len();
            self.held.push(record);
            if self.held.len() >= BATCH_RECORDS || self.held_bytes >= BATCH_BYTES {
                self.flush(Wrapping::PartOfBundle(Arc::clone(urls)))?;
            }
        }
        self.flush(Wrapping::PartOfBundle(Arc::clone(urls)))?;
        self.number = end;
        Ok(())
    }
}
