//! The one thread that changes an instance: it gathers what waits, commits it together, and only
//! then answers.
//!
//! Start with [`Writer::run`]; [`mod@unit`] is what arrives, [`apply`] what happens to it, [`batch`]
//! how index rows reach their tables, [`memory`] how names become integers.

pub(crate) mod apply;
pub(crate) mod batch;
mod define;
pub(crate) mod expected;
pub(crate) mod facts;
pub(crate) mod group;
pub(crate) mod memory;
pub(crate) mod reindex;
pub(crate) mod unit;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_store::backend::prepared::Prepared;
use cresset_store::{AuditRecord, Error, Reindexed};
use flume::{Receiver, Sender};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection::{empty_log, shrink};
use crate::shared::Shared;
use memory::Memory;
use unit::Unit;

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Change resources.
    Unit(Box<Unit>),
    /// Change one of the small tables.
    Task(Task),
    /// Records of interactions that changed nothing wait in [`Shared::journal`].
    Audit,
    /// Do a part of what is left to do on the index.
    Reindex(oneshot::Sender<Result<Reindexed, Error>>),
    /// End, after what came before.
    Stop,
}

/// Runs inside the group's transaction.
pub(crate) type Task = Box<dyn FnOnce(&Connection) -> Done + Send>;
/// What became of a task.
pub(crate) struct Done {
    /// What to say once the commit has ended.
    pub(crate) reply: Reply,
    /// Why it failed, if it did.
    pub(crate) failure: Option<Error>,
    /// The record that is kept with it.
    pub(crate) record: Option<AuditRecord>,
}
/// Told how the commit went.
pub(crate) type Reply = Box<dyn FnOnce(&Result<(), Error>) + Send>;

/// Records of reads wait this long for company before they cause a commit of their own.
const AUDIT_DELAY: Duration = Duration::from_millis(100);
/// Records that no longer wait.
pub(crate) const AUDIT_ENOUGH: usize = 2_000;
/// A writer with nothing to do for this long tidies up.
const REST: Duration = Duration::from_secs(5);
/// How long a bulk of changes waits for as many as the last commit had: the more rows are sorted
/// together, the fewer pages they touch.
const BULK_DELAY: Duration = Duration::from_millis(50);
/// Changes that make a unit a bulk.
const BULK: usize = 200;
/// How long a commit waits for as many writers as the last one had.
const COMPANY: Duration = Duration::from_micros(400);

/// The writer's side of the queue.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) shared: Arc<Shared>,
    pub(crate) memory: Memory,
    pub(crate) jobs: Receiver<Job>,
    /// For dictionaries trained elsewhere to come back.
    pub(crate) own: Sender<Job>,
    /// Units in the last commit.
    company: usize,
    /// What is remembered must be read again before it is used.
    pub(crate) stale: bool,
}

impl Writer {
    pub(crate) fn new(
        connection: Connection,
        shared: Arc<Shared>,
        (own, jobs): (Sender<Job>, Receiver<Job>),
    ) -> Result<Self, Error> {
        let memory = Memory::load(&connection).map_err(|e| crate::fault::store_error(&e))?;
        Ok(Self {
            connection,
            shared,
            memory,
            jobs,
            own,
            company: 1,
            stale: false,
        })
    }

    /// Works until told to stop or everyone has gone.
    pub(crate) fn run(mut self) {
        let mut waiting = Gathered::default();
        let mut is_tidy = false;
        loop {
            let goes_on = self.gather(&mut waiting);
            if !waiting.is_empty() {
                self.company = waiting.units.len() + waiting.tasks.len();
                group::commit(&mut self, std::mem::take(&mut waiting));
                is_tidy = false;
            } else if !is_tidy {
                is_tidy = true;
                self.tidy();
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Empties the log, and gives back the memory that only a busy writer needs.
    fn tidy(&mut self) {
        if let Err(error) = empty_log(&self.connection) {
            tracing::debug!(%error, "the log was not emptied");
        }
        if let Err(error) = shrink(&self.connection) {
            tracing::debug!(%error, "the page cache was not emptied");
        }
        self.memory.forget();
    }

    /// Takes what waits, up to a group; false when there will be no more.
    fn gather(&self, waiting: &mut Gathered) -> bool {
        let mut until = Instant::now() + REST;
        while !waiting.is_full(&self.shared) {
            let job = match self.jobs.try_recv() {
                Ok(job) => job,
                Err(_) if waiting.has_company(self.company) => return true,
                Err(_) => match self.jobs.recv_deadline(until) {
                    Ok(job) => job,
                    Err(flume::RecvTimeoutError::Timeout) => return true,
                    Err(flume::RecvTimeoutError::Disconnected) => return false,
                },
            };
            until = until.min(Instant::now() + patience(&job));
            if !waiting.take(job) {
                return false;
            }
        }
        true
    }
}

/// How long a job waits for others to be committed with it.
fn patience(job: &Job) -> Duration {
    match job {
        Job::Audit => AUDIT_DELAY,
        Job::Unit(unit) if unit.changes.len() >= BULK => BULK_DELAY,
        Job::Unit(_) | Job::Task(_) | Job::Reindex(_) | Job::Stop => COMPANY,
    }
}

/// Jobs of one commit.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) units: Vec<Unit>,
    pub(crate) tasks: Vec<Task>,
    /// Whoever wants a part of the index done; one part serves all.
    pub(crate) reindex: Vec<oneshot::Sender<Result<Reindexed, Error>>>,
    /// Whether records of reads wait.
    records: bool,
    changes: usize,
    bytes: usize,
}

/// Changes in one commit beyond which no further unit is taken in.
const CHANGES_ENOUGH: usize = 8_192;
/// Bytes of bodies in one commit beyond which no further unit is taken in.
const BYTES_ENOUGH: usize = 32 * 1024 * 1024;

impl Gathered {
    fn is_empty(&self) -> bool {
        self.units.is_empty() && self.tasks.is_empty() && self.reindex.is_empty() && !self.records
    }

    fn is_full(&self, shared: &Shared) -> bool {
        self.units.len() + self.tasks.len() >= shared.limits.group_commit_max
            || self.changes >= CHANGES_ENOUGH
            || self.bytes >= BYTES_ENOUGH
            || (self.records && shared.journal.waiting() >= AUDIT_ENOUGH)
    }

    /// Whether it need not wait for more.
    fn has_company(&self, before: usize) -> bool {
        let now = self.units.len() + self.tasks.len() + self.reindex.len();
        now > 0 && now >= before
    }

    /// False when the job is to stop.
    fn take(&mut self, job: Job) -> bool {
        match job {
            Job::Unit(unit) => {
                self.changes += unit.changes.len();
                self.bytes += unit.changes.iter().map(Prepared::bytes).sum::<usize>();
                self.units.push(*unit);
            }
            Job::Task(task) => self.tasks.push(task),
            Job::Reindex(reply) => self.reindex.push(reply),
            Job::Audit => self.records = true,
            Job::Stop => return false,
        }
        true
    }
}
