//! The one thread that changes an instance: it gathers what waits, commits it together, and only
//! then answers.
//!
//! Start with [`Writer::run`]; [`unit`] is what arrives, [`apply`] what happens to it, [`batch`]
//! how index rows reach their tables, [`memory`] how names become integers.

pub(crate) mod apply;
pub(crate) mod batch;
pub(crate) mod facts;
pub(crate) mod group;
pub(crate) mod memory;
pub(crate) mod unit;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_store::{AuditRecord, Error};
use flume::{Receiver, Sender};
use rusqlite::Connection;

use crate::shared::Shared;
use crate::training::Training;
use memory::Memory;
use unit::Unit;

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Change resources.
    Unit(Unit),
    /// Change one of the small tables.
    Task(Task),
    /// Keep the record of an interaction that changed nothing.
    Audit(AuditRecord),
    /// End, after what came before.
    Stop,
}

/// Runs inside the group's transaction and gives what to say once the commit has ended.
pub(crate) type Task = Box<dyn FnOnce(&Connection) -> Reply + Send>;
/// Told how the commit went.
pub(crate) type Reply = Box<dyn FnOnce(Result<(), &Error>) + Send>;

/// Records of reads wait this long for company before they cause a commit of their own.
const AUDIT_DELAY: Duration = Duration::from_millis(500);
/// Records that no longer wait.
const AUDIT_ENOUGH: usize = 2_000;
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
    /// Types whose dictionary is being or was trained.
    pub(crate) training: Training,
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
            training: Training::new(),
        })
    }

    /// Works until told to stop or everyone has gone.
    pub(crate) fn run(mut self) {
        let mut waiting = Gathered::default();
        loop {
            let goes_on = self.gather(&mut waiting);
            if !waiting.is_empty() {
                self.company = waiting.units.len() + waiting.tasks.len();
                group::commit(&mut self, std::mem::take(&mut waiting));
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Takes what waits, up to a group; false when there will be no more.
    fn gather(&self, waiting: &mut Gathered) -> bool {
        let mut until: Option<Instant> = None;
        while !waiting.is_full(&self.shared) {
            let now = Instant::now();
            let patience = match until {
                Some(until) => until.saturating_duration_since(now),
                None => Duration::from_secs(3600),
            };
            let job = match self.jobs.try_recv() {
                Ok(job) => job,
                Err(_) if waiting.has_company(self.company) => return true,
                Err(_) => match self.jobs.recv_timeout(patience) {
                    Ok(job) => job,
                    Err(flume::RecvTimeoutError::Timeout) => return true,
                    Err(flume::RecvTimeoutError::Disconnected) => return false,
                },
            };
            let delay = if matches!(job, Job::Audit(_)) {
                AUDIT_DELAY
            } else {
                COMPANY
            };
            let end = now + delay;
            until = Some(until.map_or(end, |until| until.min(end)));
            if !waiting.take(job) {
                return false;
            }
        }
        true
    }
}

/// Jobs of one commit.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) units: Vec<Unit>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) audits: Vec<AuditRecord>,
    changes: usize,
}

/// Changes in one commit beyond which no further unit is taken in.
const CHANGES_ENOUGH: usize = 4_096;

impl Gathered {
    fn is_empty(&self) -> bool {
        self.units.is_empty() && self.tasks.is_empty() && self.audits.is_empty()
    }

    fn is_full(&self, shared: &Shared) -> bool {
        self.units.len() + self.tasks.len() >= shared.limits.group_commit_max
            || self.changes >= CHANGES_ENOUGH
            || self.audits.len() >= AUDIT_ENOUGH
    }

    /// Whether it need not wait for more.
    fn has_company(&self, before: usize) -> bool {
        let now = self.units.len() + self.tasks.len();
        now > 0 && (now >= before || self.changes > now)
    }

    /// False when the job is to stop.
    fn take(&mut self, job: Job) -> bool {
        match job {
            Job::Unit(unit) => {
                self.changes += unit.changes.len();
                self.units.push(unit);
            }
            Job::Task(task) => self.tasks.push(task),
            Job::Audit(record) => self.audits.push(record),
            Job::Stop => return false,
        }
        true
    }
}
