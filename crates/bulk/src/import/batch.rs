//! What travels through the import: raw batches to the workers, ready ones to the committer.

use std::sync::Arc;

use cresset_fhir::Issue;
use cresset_store::Change;
use tokio::sync::OwnedSemaphorePermit;

use cresset_fhir::bundle::full_url::FullUrls;

use super::entries::Place;

/// One record as it stands in its source.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its number in the source, from 0.
    pub(crate) number: u64,
    pub(crate) place: Place,
    /// Its bytes, or why there are none.
    pub(crate) bytes: Result<Vec<u8>, &'static str>,
}

impl Record {
    pub(crate) fn len(&self) -> usize {
        self.bytes.as_ref().map_or(0, Vec::len)
    }
}

/// What the records of a batch are.
#[derive(Debug, Clone)]
pub(crate) enum Wrapping {
    /// Resources, each by itself.
    Resources,
    /// All entries of one Bundle; `together`: they are stored all or none (`transaction`).
    Bundle { together: bool },
    /// Some entries of a Bundle too large to be held, with the names of all its entries.
    PartOfBundle(Arc<FullUrls>),
}

/// Some records of one source, in order.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    pub(crate) wrapping: Wrapping,
}

/// What is done with a piece of work.
#[derive(Debug)]
pub(crate) enum Work {
    Batch(Batch),
    /// The source is over: read to its end, or broken at a line.
    End {
        records: u64,
        broken: Option<(u64, String)>,
    },
}

/// A piece of work on its way; pieces leave the committer in the order of `sequence`.
#[derive(Debug)]
pub(crate) struct Job<W> {
    pub(crate) sequence: u64,
    pub(crate) source: usize,
    pub(crate) work: W,
    /// Bytes of all sources that were read when it was cut.
    pub(crate) bytes_read: u64,
    /// Held until the piece is committed, so that what is under way stays bounded.
    pub(crate) permit: OwnedSemaphorePermit,
}

/// Records that are stored together or not at all.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) changes: Vec<Change>,
    pub(crate) refused: Vec<(Place, Vec<Issue>)>,
    /// Numbers of records to be tried again when everything else is stored.
    pub(crate) deferred: Vec<u64>,
    /// Whether something was refused that a later run might store.
    pub(crate) unresolved: bool,
}

/// Work that a worker has done.
#[derive(Debug)]
pub(crate) enum Ready {
    /// The batch, kept in case its groups must be tried one by one, and the groups.
    Batch(Batch, Vec<Group>),
    End {
        records: u64,
        broken: Option<(u64, String)>,
    },
}
