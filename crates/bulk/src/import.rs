//! Import: the resources of many files into one instance.
//!
//! One thread reads and cuts ([`entries`]), all cores parse, check and extract ([`worker`]), one
//! task commits in units and keeps the [`Journal`] ([`commit`]). What is under way is bounded in
//! bytes. References by search that find nothing yet are tried once more at the end, so that the
//! order of the files does not matter.

mod batch;
mod commit;
mod entries;
mod entry;
mod identity;
mod journal;
mod lookup;
mod reader;
mod report;
mod scan;
mod source;
mod terms;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use cresset_access::{Access, SystemReason};
use cresset_base::{Limits, Timestamp};
use cresset_fhir::Service;
use cresset_rules::RuleSet;
use cresset_store::{Error, Store};
use cresset_validate::Validator;
use tokio::runtime::Handle;

pub use journal::{Done, Journal, NoJournal};
pub use report::{BrokenSource, Example, Reason, Report};
pub use source::{Source, Stream};

use commit::Committer;
use lookup::Lookup;
use reader::{Reader, Wanted};
use terms::Terms;
use worker::Worker;

/// Resources that share one commit.
const UNIT_CHANGES: usize = 1_000;

/// Where an import goes and what bounds it.
pub struct Import {
    /// The instance's data.
    pub store: Arc<dyn Store>,
    /// Bounds of one record and of one transaction.
    pub limits: Arc<Limits>,
    /// The FHIR bases of the instance: references that begin with one are references into the instance.
    pub base_urls: Vec<String>,
    /// What every resource is checked with.
    pub validator: Arc<Validator>,
    /// The instance as it is served: its terminology judges the codes the validator does not know, as far
    /// as it was loaded before the import.
    pub service: Arc<Service>,
    /// The rule set of the instance: what it lets in although R4 would not take it.
    pub rules: &'static RuleSet,
    /// The present, against which references by search are understood.
    pub now: Timestamp,
    /// Threads that parse and check.
    pub workers: usize,
}

/// How far an import has come.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Bytes dealt with, as they lie in the sources.
    pub bytes: u64,
    /// Records dealt with.
    pub records: u64,
    /// Records refused.
    pub refused: u64,
}

/// Why an import stopped before its end; what was committed stays, and a second run goes on there.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The store took no more.
    #[error(transparent)]
    Store(#[from] Error),
    /// The journal could not be written.
    #[error("the import's journal cannot be written: {0}")]
    Journal(io::Error),
    /// A thread could not be started.
    #[error("no thread could be started: {0}")]
    Thread(io::Error),
}

impl Import {
    /// Imports all sources in order.
    ///
    /// # Errors
    /// [`Stopped`], when nothing more can be stored. Records that are refused, and sources that
    /// cannot be read, are no errors: they are in the report.
    pub async fn run(
        &self,
        sources: Vec<Source>,
        journal: &mut dyn Journal,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Report, Stopped> {
        let first = Pass::begin(sources.into(), journal);
        let (pass, deferred) = self.pass(first, journal, progress).await?;
        let again: Vec<_> = deferred
            .iter()
            .map(|(at, numbers)| (*at, Wanted::Only(ranges(numbers))))
            .collect();
        let pass = if again.is_empty() {
            pass
        } else {
            let second = Pass {
                wanted: again,
                noting: false,
                ..pass
            };
            self.pass(second, journal, progress).await?.0
        };
        pass.note_finished(deferred.into_keys(), journal)?;
        let mut report = pass.report;
        report.finish();
        Ok(report)
    }

    /// Reads what is wanted once; gives back what it was given, and what must be tried again.
    async fn pass(
        &self,
        pass: Pass,
        journal: &mut dyn Journal,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<(Pass, BTreeMap<usize, Vec<u64>>), Stopped> {
        let access = Access::system(SystemReason::OperatorImport);
        let worker = Arc::new(self.worker(&access, !pass.noting));
        let split = Arc::new(AtomicBool::new(false));
        let (work, to_do) = flume::bounded(2 * self.workers);
        let (ready, done) = flume::bounded(2 * self.workers);
        let reader = Reader {
            sources: Arc::clone(&pass.sources),
            worker: Arc::clone(&worker),
            work,
            permits: reader::permits(),
            runtime: Handle::current(),
            bytes_read: Arc::new(AtomicU64::new(pass.numbers.bytes)),
            split: Arc::clone(&split),
            sequence: 0,
        };
        let wanted = pass.wanted;
        start("import-read", move || reader.run(wanted))?;
        for _ in 0..self.workers.max(1) {
            let (worker, to_do, ready) = (Arc::clone(&worker), to_do.clone(), ready.clone());
            start("import-work", move || worker.run(&to_do, &ready))?;
        }
        drop((ready, to_do));
        let mut committer = Committer {
            store: Arc::clone(&self.store),
            access,
            worker,
            sources: Arc::clone(&pass.sources),
            journal,
            unit_changes: UNIT_CHANGES,
            report: pass.report,
            deferred: BTreeMap::new(),
            progress,
            numbers: pass.numbers,
            noting: pass.noting,
            unresolved: pass.unresolved,
        };
        committer.run(done).await?;
        let Committer {
            mut report,
            deferred,
            numbers,
            unresolved,
            ..
        } = committer;
        report.transactions_split |= split.load(Ordering::Relaxed);
        let pass = Pass {
            sources: pass.sources,
            wanted: Vec::new(),
            noting: pass.noting,
            report,
            numbers,
            unresolved,
        };
        Ok((pass, deferred))
    }

    fn worker(&self, access: &Access, last_chance: bool) -> Worker {
        let lookup = Lookup::new(
            Arc::clone(&self.store),
            access.clone(),
            Arc::clone(&self.limits),
            self.now,
        );
        Worker {
            lookup: Arc::new(lookup),
            limits: Arc::clone(&self.limits),
            base_urls: self.base_urls.clone(),
            validator: Arc::clone(&self.validator),
            terms: Terms::new(Arc::clone(&self.service), access.clone()),
            rules: self.rules,
            last_chance,
        }
    }
}

/// One reading of the sources.
struct Pass {
    sources: Arc<[Source]>,
    wanted: Vec<(usize, Wanted)>,
    noting: bool,
    report: Report,
    numbers: Progress,
    /// Sources that a later run must look at again: broken ones, and those with references that
    /// found nothing to the end.
    unresolved: BTreeSet<usize>,
}

impl Pass {
    /// The first reading: of every source what the journal does not know to be done.
    fn begin(sources: Arc<[Source]>, journal: &dyn Journal) -> Self {
        let mut report = Report::default();
        let mut wanted = Vec::new();
        for (at, source) in sources.iter().enumerate() {
            let done = journal.done(source);
            report.records_done_before += done.records;
            if done.finished {
                report.sources_done_before += 1;
            } else {
                wanted.push((at, Wanted::From(done.records)));
            }
        }
        let (numbers, unresolved) = (Progress::default(), BTreeSet::new());
        Self {
            sources,
            wanted,
            noting: true,
            report,
            numbers,
            unresolved,
        }
    }

    /// After the second reading nothing is left to do of what it was about, unless it still waits
    /// for something.
    fn note_finished(
        &self,
        retried: impl Iterator<Item = usize>,
        journal: &mut dyn Journal,
    ) -> Result<(), Stopped> {
        for at in retried.filter(|at| !self.unresolved.contains(at)) {
            let Some(source) = self.sources.get(at) else {
                continue;
            };
            let done = Done {
                records: journal.done(source).records,
                finished: true,
            };
            journal.record(source, done).map_err(Stopped::Journal)?;
        }
        Ok(())
    }
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Stopped> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(Stopped::Thread)
}

/// Runs of consecutive numbers.
fn ranges(numbers: &[u64]) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some(last) if last.end == *number => last.end += 1,
            _ => ranges.push(*number..*number + 1),
        }
    }
    ranges
}
