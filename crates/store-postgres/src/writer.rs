//! The one task that changes an instance on this node: it gathers what waits, commits it together,
//! and only then answers.
//!
//! Other nodes have such a task too. Whoever locks the row of the table `writer` writes; the others
//! wait there. With the lock a writer reads everything its units touch, decides in memory what
//! becomes of each, and writes the outcome: what is refused never reached a table, so there is
//! nothing to take back.
//!
//! Start with [`run`]; [`group`] is one commit, [`apply`] what happens to one change, [`terms`] how
//! names become integers, [`pending`] how rows reach their tables, [`reindex`] what is done on the index
//! beside.

mod apply;
mod expected;
mod group;
mod pending;
pub(crate) mod reindex;
mod stored;
mod terms;
pub(crate) mod verify;
mod world;

use std::sync::Arc;
use std::time::Duration;

use cresset_store::backend::prepared::Prepared;
use cresset_store::{AuditRecord, Completion, Error, Written};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::shared::Shared;

pub(crate) use expected::Expected;

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Change resources.
    Unit(Box<Unit>),
    /// Records of interactions that changed nothing wait in the journal.
    Audit,
    /// Say when everything that came before is durable.
    Settle(oneshot::Sender<Result<(), Error>>),
}

/// A unit: all its changes or none.
pub(crate) struct Unit {
    pub(crate) changes: Vec<Prepared>,
    /// What must be so for the changes to happen.
    pub(crate) expectations: Vec<Expected>,
    /// The record of the interaction, committed with its effect.
    pub(crate) audit: Option<AuditRecord>,
    /// The job that is done with it.
    pub(crate) completion: Option<Completion>,
    pub(crate) reply: oneshot::Sender<Result<Vec<Written>, Error>>,
}

/// Records of reads wait this long for company before they cause a commit of their own.
const AUDIT_DELAY: Duration = Duration::from_millis(100);
/// Records that no longer wait.
pub(crate) const AUDIT_ENOUGH: usize = 2_000;
/// Changes in one commit beyond which no further unit is taken in.
const CHANGES_ENOUGH: usize = 4_096;
/// Bytes of bodies in one commit beyond which no further unit is taken in.
const BYTES_ENOUGH: usize = 32 * 1024 * 1024;

/// Works until everyone who could ask has gone.
pub(crate) async fn run(shared: Arc<Shared>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Gathered::default();
    loop {
        let Some(job) = jobs.recv().await else {
            return;
        };
        let is_record = matches!(job, Job::Audit);
        waiting.take(job);
        // Those who come while a commit is under way are the company of the next: no one else has
        // to be waited for.
        while !waiting.is_full(&shared) {
            let Ok(job) = jobs.try_recv() else { break };
            waiting.take(job);
        }
        if is_record && waiting.units.is_empty() && waiting.settles.is_empty() {
            let until = Instant::now() + AUDIT_DELAY;
            while let Ok(Some(job)) = timeout_at(until, jobs.recv()).await {
                let is_record = matches!(job, Job::Audit);
                waiting.take(job);
                if !is_record || shared.journal.waiting() >= AUDIT_ENOUGH {
                    break;
                }
            }
        }
        group::commit(&shared, std::mem::take(&mut waiting)).await;
    }
}

/// Jobs of one commit.
#[derive(Default)]
struct Gathered {
    units: Vec<Unit>,
    settles: Vec<oneshot::Sender<Result<(), Error>>>,
    changes: usize,
    bytes: usize,
}

impl Gathered {
    fn is_full(&self, shared: &Shared) -> bool {
        self.units.len() >= shared.limits.group_commit_max
            || self.changes >= CHANGES_ENOUGH
            || self.bytes >= BYTES_ENOUGH
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Unit(unit) => {
                self.changes += unit.changes.len();
                self.bytes += unit.changes.iter().map(Prepared::bytes).sum::<usize>();
                self.units.push(*unit);
            }
            Job::Audit => {}
            Job::Settle(reply) => self.settles.push(reply),
        }
    }
}
