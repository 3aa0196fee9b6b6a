//! Ready batches → commits in large units, notes in the journal, numbers in the report.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::{Change, Error, Refusal, Store, Written};
use tokio::task::{JoinError, JoinHandle};

use super::batch::{Group, Job, Ready};
use super::journal::{Done, Journal};
use super::report::{BrokenSource, Report};
use super::worker::Worker;
use super::{Progress, Source, Stopped};

/// Units under way in the store: half of them being written, half being made ready.
const UNITS_UNDER_WAY: usize = 4;
/// After which pause an idle store is given less than a full unit.
const IDLE_PAUSE: Duration = Duration::from_millis(20);
/// How often a busy store is asked again, and after which pause.
const BUSY_TRIES: u32 = 200;
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// The committing end of an import.
pub(crate) struct Committer<'a> {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) access: Access,
    pub(crate) worker: Arc<Worker>,
    pub(crate) sources: Arc<[Source]>,
    pub(crate) journal: &'a mut dyn Journal,
    pub(crate) unit_changes: usize,
    pub(crate) report: Report,
    /// Numbers of records to be tried again, by source.
    pub(crate) deferred: BTreeMap<usize, Vec<u64>>,
    /// Sources with references that found nothing to the end: a later run tries them again.
    pub(crate) unresolved: BTreeSet<usize>,
    pub(crate) progress: &'a (dyn Fn(&Progress) + Send + Sync),
    pub(crate) numbers: Progress,
    /// Whether notes are written: not in the second pass, whose records are not a source's beginning.
    pub(crate) noting: bool,
}

/// Batches on their way to one commit.
#[derive(Default)]
struct Unit {
    jobs: Vec<Job<Ready>>,
    changes: Vec<Change>,
}

/// What a unit changes.
type Subjects = HashSet<(ResourceType, ResourceId)>;

/// A unit the store is working on.
struct UnderWay {
    subjects: Subjects,
    jobs: Vec<Job<Ready>>,
    commit: JoinHandle<Result<Vec<Written>, Error>>,
}

type Committed = Result<Result<Vec<Written>, Error>, JoinError>;

/// What the committer waits for.
enum Arrival {
    /// A worker has done a piece of work.
    Job(Box<Job<Ready>>),
    /// The oldest unit under way is committed, or is not.
    Committed(Vec<Job<Ready>>, Committed),
    /// Nothing has come for a while, and the store is idle.
    Pause,
    /// No more work will come.
    Over,
}

async fn arrival(
    done: &flume::Receiver<Job<Ready>>,
    under_way: &mut VecDeque<UnderWay>,
    unit: &Unit,
) -> Arrival {
    if let Some(mut first) = under_way.pop_front() {
        let job = tokio::select! {
            biased;
            job = done.recv_async() => job,
            committed = &mut first.commit => return Arrival::Committed(first.jobs, committed),
        };
        under_way.push_front(first);
        return job.map_or(Arrival::Over, |job| Arrival::Job(Box::new(job)));
    }
    let pause = async {
        if unit.jobs.is_empty() {
            std::future::pending::<()>().await;
        } else {
            tokio::time::sleep(IDLE_PAUSE).await;
        }
    };
    tokio::select! {
        biased;
        job = done.recv_async() => job.map_or(Arrival::Over, |job| Arrival::Job(Box::new(job))),
        () = pause => Arrival::Pause,
    }
}

impl Committer<'_> {
    /// Takes what the workers have done until they are all gone.
    ///
    /// A unit begins when it is large enough, or when nothing has come for a while and the store
    /// is idle: the reader may be waiting for the very room this unit holds.
    pub(crate) async fn run(&mut self, done: flume::Receiver<Job<Ready>>) -> Result<(), Stopped> {
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        let mut unit = Unit::default();
        let mut under_way = VecDeque::new();
        loop {
            match arrival(&done, &mut under_way, &unit).await {
                Arrival::Job(job) => drop(waiting.insert(job.sequence, *job)),
                Arrival::Committed(jobs, written) => self.end(jobs, written).await?,
                Arrival::Pause => {
                    self.begin(std::mem::take(&mut unit), &mut under_way)
                        .await?;
                }
                Arrival::Over => break,
            }
            while let Some(job) = waiting.remove(&next) {
                next += 1;
                unit.add(job);
                if unit.changes.len() >= self.unit_changes {
                    self.begin(std::mem::take(&mut unit), &mut under_way)
                        .await?;
                }
            }
        }
        self.begin(unit, &mut under_way).await?;
        while let Some(first) = under_way.pop_front() {
            self.end(first.jobs, first.commit.await).await?;
        }
        Ok(())
    }

    /// Hands a unit to the store, which may take units under way in any order: one that changes a
    /// resource again waits until the earlier change is committed.
    async fn begin(
        &mut self,
        unit: Unit,
        under_way: &mut VecDeque<UnderWay>,
    ) -> Result<(), Stopped> {
        let subjects = unit.subjects();
        while (under_way.len() >= UNITS_UNDER_WAY
            || under_way
                .iter()
                .any(|other| !other.subjects.is_disjoint(&subjects)))
            && let Some(first) = under_way.pop_front()
        {
            self.end(first.jobs, first.commit.await).await?;
        }
        let (store, access) = (Arc::clone(&self.store), self.access.clone());
        let commit = tokio::spawn(async move {
            if unit.changes.is_empty() {
                Ok(Vec::new())
            } else {
                store.commit(&access, unit.changes).await
            }
        });
        under_way.push_back(UnderWay {
            subjects,
            jobs: unit.jobs,
            commit,
        });
        Ok(())
    }

    async fn end(&mut self, jobs: Vec<Job<Ready>>, committed: Committed) -> Result<(), Stopped> {
        match committed.map_err(|e| Stopped::Store(Error::Failed(e.to_string())))? {
            Ok(written) => self.count(&written),
            Err(Error::Refused(..) | Error::Busy | Error::TimedOut) => {
                self.one_by_one(&jobs).await?;
            }
            Err(error) => return Err(error.into()),
        }
        let mut notes = BTreeMap::new();
        for job in jobs {
            self.settle(job, &mut notes);
        }
        if self.noting {
            for (source, done) in notes {
                self.note(source, done)?;
            }
        }
        (self.progress)(&self.numbers);
        Ok(())
    }

    /// Numbers and notes of a batch that is dealt with.
    fn settle(&mut self, job: Job<Ready>, notes: &mut BTreeMap<usize, Done>) {
        let source = self.sources.get(job.source);
        let name = source.map_or("", |source| source.name.as_str());
        self.numbers.bytes = job.bytes_read;
        match job.work {
            Ready::Batch(batch, groups) => {
                let deferred: usize = groups.iter().map(|group| group.deferred.len()).sum();
                self.report.records += (batch.records.len() - deferred) as u64;
                if groups.iter().any(|group| group.unresolved) {
                    self.unresolved.insert(job.source);
                }
                for group in groups {
                    for (place, issues) in group.refused {
                        self.report.refuse(name, place, &issues);
                    }
                    if !group.deferred.is_empty() {
                        self.deferred
                            .entry(job.source)
                            .or_default()
                            .extend(group.deferred);
                    }
                }
                let records = batch.records.last().map_or(0, |record| record.number + 1);
                notes.insert(
                    job.source,
                    Done {
                        records,
                        finished: false,
                    },
                );
            }
            Ready::End {
                records,
                broken: None,
            } => {
                self.report.sources += u64::from(self.noting);
                notes.insert(
                    job.source,
                    Done {
                        records,
                        finished: true,
                    },
                );
            }
            Ready::End {
                broken: Some((line, reason)),
                ..
            } => {
                self.unresolved.insert(job.source);
                self.report.broken_sources.push(BrokenSource {
                    at: format!("{name}:{line}"),
                    reason,
                });
            }
        }
        self.numbers.records = self.report.records;
        self.numbers.refused = self.report.refused;
    }

    /// Writes a note, which must not reach beyond a record that is still to be tried again.
    fn note(&mut self, source: usize, done: Done) -> Result<(), Stopped> {
        let first_deferred = self
            .deferred
            .get(&source)
            .and_then(|numbers| numbers.first());
        let done = match first_deferred {
            Some(first) => Done {
                records: done.records.min(*first),
                finished: false,
            },
            None => done,
        };
        let Some(source) = self.sources.get(source) else {
            return Ok(());
        };
        self.journal.record(source, done).map_err(Stopped::Journal)
    }

    /// The unit as a whole could not be stored: each group by itself, so that only what is at fault stays out.
    async fn one_by_one(&mut self, jobs: &[Job<Ready>]) -> Result<(), Stopped> {
        for job in jobs {
            let Ready::Batch(batch, _) = &job.work else {
                continue;
            };
            let groups = tokio::task::block_in_place(|| self.worker.prepare(batch));
            for group in groups {
                self.alone(
                    job.source,
                    group,
                    batch.records.first().map(|record| record.place),
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn alone(
        &mut self,
        source: usize,
        group: Group,
        place: Option<super::entries::Place>,
    ) -> Result<(), Stopped> {
        if group.changes.is_empty() {
            return Ok(());
        }
        for _ in 0..BUSY_TRIES {
            match self.store.commit(&self.access, group.changes.clone()).await {
                Ok(written) => {
                    self.count(&written);
                    return Ok(());
                }
                Err(Error::Busy | Error::TimedOut) => tokio::time::sleep(BUSY_PAUSE).await,
                Err(Error::Refused(_, refusal)) => {
                    let name = self
                        .sources
                        .get(source)
                        .map_or("", |source| source.name.as_str());
                    if let Some(place) = place {
                        self.report.refuse(name, place, &[reason(refusal)]);
                    }
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy.into())
    }

    fn count(&mut self, written: &[Written]) {
        for written in written {
            match written {
                Written::Created(_) => self.report.created += 1,
                Written::Updated(_) => self.report.updated += 1,
                Written::Unchanged(_) => self.report.unchanged += 1,
                Written::Deleted(_) => self.report.deleted += 1,
                Written::NothingToDelete => {}
            }
        }
    }
}

impl Unit {
    fn add(&mut self, mut job: Job<Ready>) {
        if let Ready::Batch(_, groups) = &mut job.work {
            for group in groups {
                self.changes.append(&mut group.changes);
            }
        }
        self.jobs.push(job);
    }

    fn subjects(&self) -> Subjects {
        let subject = |change: &Change| match change {
            Change::Create(id, draft) | Change::Update(id, draft, _) => {
                (draft.resource_type, id.clone())
            }
            Change::Delete(resource_type, id, _) => (*resource_type, id.clone()),
        };
        self.changes.iter().map(subject).collect()
    }
}

fn reason(refusal: Refusal) -> cresset_fhir::Issue {
    let (code, text) = match refusal {
        Refusal::PreconditionFailed => ("conflict", "a precondition does not hold"),
        Refusal::Exists => ("conflict", "a resource with this id exists already"),
        Refusal::Absent => ("not-found", "the resource does not exist"),
        Refusal::Deleted => ("deleted", "the resource has been deleted"),
        Refusal::Forbidden => ("forbidden", "this change is not allowed"),
        Refusal::Defined => ("duplicate", "another SearchParameter defines this code"),
        Refusal::TooManyDefined => (
            "too-costly",
            "the instance defines as many search parameters as it may",
        ),
        Refusal::NumbersExhausted => (
            "too-costly",
            "the search parameters of the instance were changed so often that it can define no other",
        ),
    };
    cresset_fhir::Issue {
        code,
        text: text.to_owned(),
        expression: None,
    }
}
