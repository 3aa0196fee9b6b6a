//! Work that outlives the request that asked for it.
//!
//! A job is a row. Whoever takes it holds it for a while under a [`Lease`] and says again and again that
//! it is alive; one who falls silent loses it to the next. What a job changes in one unit is committed
//! together with its answer ([`Completion`]), so that it is done once, whoever dies when.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cresset_base::Timestamp;

use crate::store::Error;
use crate::write::Written;

/// What an app asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Random; part of the address at which the app looks for the answer.
    pub id: String,
    /// `client_id` of the app.
    pub app: String,
    /// What is to be done and for whom, as whoever carries it out wrote it down.
    pub content: String,
    /// The body that came with it.
    pub body: Bytes,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When it is forgotten, with its answer.
    pub kept_until: Timestamp,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has begun.
    Waiting,
    /// Somebody is at it; whoever takes it over begins again.
    Begun,
    /// Somebody is at it and has changed something by now, perhaps: nobody may begin again.
    BegunOnce,
    /// What it changes is committed, and its answer with it.
    Committed,
    /// It is done.
    Done,
}

impl Stage {
    /// Every stage, in the order in which a job comes to them.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Begun,
        Self::BegunOnce,
        Self::Committed,
        Self::Done,
    ];

    /// As a row keeps it: [`Stage::Begun`] is 1, [`Stage::Committed`] 3, [`Stage::Done`] 4.
    pub fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Begun => 1,
            Self::BegunOnce => 2,
            Self::Committed => 3,
            Self::Done => 4,
        }
    }

    /// The stage of a row.
    ///
    /// # Errors
    /// [`Error::Failed`] when there is none with this code.
    pub fn of_code(code: i16) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|stage| stage.code() == code);
        found.ok_or_else(|| Error::failed("a stored job is at a stage that is none"))
    }
}

/// A job as whoever asks for its answer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// `client_id` of the app.
    pub app: String,
    /// As [`Job::content`].
    pub content: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When it is forgotten.
    pub kept_until: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// Until when whoever holds it does so; in the past where anybody may take it.
    pub held_until: Timestamp,
    /// How far whoever holds it said to be.
    pub progress: String,
}

/// The right of whoever took a job, until somebody else takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job's id.
    pub job: String,
    /// How often it was taken, this time included.
    pub number: u32,
}

/// A job somebody has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The job.
    pub job: Job,
    /// What it is held by.
    pub lease: Lease,
    /// How far it was when it was taken.
    pub before: Stage,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobAnswer {
    /// How it ended, as whoever carried it out wrote it down.
    pub head: String,
    /// What is sent.
    pub body: Bytes,
}

/// A job that is done with a unit: its answer is kept in the same transaction, and when the lease is lost
/// nothing of the unit happens ([`Error::Lapsed`]).
#[derive(Clone)]
pub struct Completion {
    /// What the job must be held by.
    pub lease: Lease,
    /// Makes the answer of what was written.
    pub answer: Answering,
}

/// Makes an answer of what was written, as often as a commit is tried.
pub type Answering = Arc<dyn Fn(&[Written]) -> JobAnswer + Send + Sync>;

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Completion").field(&self.lease).finish()
    }
}

/// What there is to do with the jobs of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobsDue {
    /// Jobs that anybody may take.
    pub to_take: u64,
    /// Jobs that are to be forgotten.
    pub to_drop: u64,
    /// All jobs.
    pub all: u64,
}

/// Jobs of one instance. Each change is durable when it returns.
#[async_trait]
pub trait Jobs: Send + Sync + 'static {
    /// Stores a job; false, and nothing stored, when its app has `at_most` that are still kept.
    async fn add_job(&self, job: Job, at_most: usize) -> Result<bool, Error>;
    /// How far the job with this id is.
    async fn lookup_job(&self, id: &str) -> Result<Option<JobState>, Error>;
    /// Takes the job that has waited longest at `now`, so that nobody else takes it before `until`. Of
    /// several who ask at once each is given another.
    async fn take_job(&self, now: Timestamp, until: Timestamp) -> Result<Option<Taken>, Error>;
    /// Holds a job for longer and says how far it is; false when it is no longer held under this lease.
    async fn hold_job(
        &self,
        lease: &Lease,
        until: Timestamp,
        progress: &str,
    ) -> Result<bool, Error>;
    /// Notes that nobody may begin this job again; false when it is no longer held under this lease.
    async fn begin_once(&self, lease: &Lease) -> Result<bool, Error>;
    /// Ends a job with this answer, or with the one that was committed; false when it is no longer held
    /// under this lease. The body that came with it is forgotten.
    async fn finish_job(&self, lease: &Lease, answer: Option<JobAnswer>) -> Result<bool, Error>;
    /// What came of a job that is done.
    async fn job_answer(&self, id: &str) -> Result<Option<JobAnswer>, Error>;
    /// Forgets a job, whoever holds it; true when there was one.
    async fn remove_job(&self, id: &str) -> Result<bool, Error>;
    /// Forgets the jobs whose time is over.
    async fn drop_jobs(&self, now: Timestamp) -> Result<u64, Error>;
    /// What there is to do.
    async fn count_jobs(&self, now: Timestamp) -> Result<JobsDue, Error>;
}
