//! The trait of a backend: one instance's resources.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cresset_access::Access;
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Unindexed};

use crate::attempt::Attempts;
use crate::audit::Audit;
use crate::consent::Consents;
use crate::explain::Explanation;
use crate::grant::Grants;
use crate::job::Jobs;
use crate::logo::Logos;
use crate::mail::Outbox;
use crate::passkey::Passkeys;
use crate::patient::Patients;
use crate::registration::Registrations;
use crate::secret::Secrets;
use crate::session::Sessions;
use crate::user::Users;
use crate::write::{Change, Refusal, Unit, Written};

/// One version of one resource as it goes on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its type.
    pub resource_type: ResourceType,
    /// Its logical id.
    pub id: ResourceId,
    /// 1 for the first version.
    pub version: u64,
    /// When this version was written.
    pub last_updated: Timestamp,
    /// How this version came to be.
    pub method: Method,
    /// The wire bytes; empty for a deletion.
    pub body: Bytes,
}

/// The interaction that made a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// POST
    Create,
    /// PUT
    Update,
    /// DELETE
    Delete,
}

/// The answer to a read of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there and visible.
    Version(Version),
    /// It was there, was visible, and is deleted (410).
    Deleted(Version),
    /// Not there, or not visible to this caller: the same answer (404).
    Absent,
}

/// One page of a search.
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    /// The matches of this page in order.
    pub matches: Vec<Version>,
    /// What is shown with them, each once and none that is a match of this page.
    pub included: Vec<Version>,
    /// More would have been shown with them than the limits allow.
    pub is_cut: bool,
    /// All matches visible to the caller, where counted.
    pub total: Option<u64>,
    /// Where the next page begins; absent on the last page.
    pub next: Option<Cursor>,
    /// Where the previous page begins; absent on the first page.
    pub previous: Option<Cursor>,
}

/// One page of a history, newest first.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// Versions, deletions among them.
    pub versions: Vec<Version>,
    /// All versions visible to the caller, where counted.
    pub total: Option<u64>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// A place in an ordered result. Its bytes mean something to the backend alone; the layer above
/// seals them before they leave and binds them to instance and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// What is left to do on an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reindexed {
    /// There is more to do.
    More,
    /// There is more to do, and another node is doing it: look again in a while.
    Elsewhere,
    /// Every parameter is indexed, and no row is left that nobody asks for.
    Done,
}

/// Why a backend could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's `Access` gives nothing here: 403.
    #[error("this access does not allow {0} on {1}")]
    Forbidden(&'static str, ResourceType),
    /// The cursor is not one of this query: 400.
    #[error("the page link does not belong to this query")]
    BadCursor,
    /// A change was refused; nothing of its unit was written. The index is the change's position.
    #[error("change {0} was refused: {1:?}")]
    Refused(usize, Refusal),
    /// What a search found before the change is no longer so; nothing was written: search again.
    #[error("what a search found has changed since")]
    Outdated,
    /// No room for more data: 507.
    #[error("no space left for data")]
    StorageFull,
    /// Too much is waiting, or the backend is away: 503 with Retry-After.
    #[error("the store is busy")]
    Busy,
    /// The index of a parameter of the query is still being built: 503.
    #[error("an index is being built, {0} % are done")]
    Unindexed(u8),
    /// A search would take longer than one may; with what it does.
    #[error("the search is too costly: {0}")]
    TooCostly(String),
    /// Took longer than the limits allow: 503.
    #[error("the time limit was reached")]
    TimedOut,
    /// The job this is part of is no longer held: nothing was written.
    #[error("the job is held by somebody else, or is gone")]
    Lapsed,
    /// Anything else; the detail is for the log only.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl Error {
    /// A failure that is neither the caller's nor the machine's.
    pub fn failed(detail: impl Into<String>) -> Self {
        Self::Failed(detail.into())
    }

    /// The same for someone else who waited for the same commit.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::StorageFull => Self::StorageFull,
            Self::Busy => Self::Busy,
            Self::TimedOut => Self::TimedOut,
            Self::TooCostly(what) => Self::TooCostly(what.clone()),
            Self::Unindexed(percent) => Self::Unindexed(*percent),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// What an authorization server keeps.
pub trait AuthStore:
    Grants
    + Logos
    + Users
    + Passkeys
    + Sessions
    + Consents
    + Patients
    + Secrets
    + Registrations
    + Outbox
    + Attempts
{
}

impl<T> AuthStore for T where
    T: Grants
        + Logos
        + Users
        + Passkeys
        + Sessions
        + Consents
        + Patients
        + Secrets
        + Registrations
        + Outbox
        + Attempts
{
}

/// One instance's data. Implementations are cheap to share and never block the caller's thread for long.
#[async_trait]
pub trait Store: AuthStore + Audit + Jobs + Send + Sync + 'static {
    /// The current version (right `r`).
    async fn read(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error>;

    /// The current version as what a change begins from (right `u`); not to be shown to a caller who
    /// may not read it.
    async fn basis(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error>;

    /// A named version (right `r`). Visible only while the caller may see that version.
    async fn version(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        version: u64,
    ) -> Result<Found, Error>;

    /// All versions of one resource, newest first (right `r`); `None` when it never existed or is not visible.
    async fn history(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        page: HistoryAsk,
    ) -> Result<Option<HistoryPage>, Error>;

    /// The versions of all resources of these types, newest first (right `s` on each). A page may end
    /// before it is full; the walk goes on from there. Nothing is counted.
    async fn history_of(
        &self,
        access: &Access,
        types: &[ResourceType],
        page: HistoryAsk,
    ) -> Result<HistoryPage, Error>;

    /// One page of a search (right `s`).
    async fn search(
        &self,
        access: &Access,
        query: &Query,
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error>;

    /// One page of a search of several types (right `s` on each; types without it give nothing).
    /// The queries differ in their types alone, each of which occurs once, in order of their codes.
    async fn search_types(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error>;

    /// Runs a search as [`Store::search_types`] does, and tells how.
    async fn explain(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<Explanation, Error>;

    /// What can be searched by beside the tables, and what cannot yet; searches that ask for that end in
    /// [`Error::Unindexed`]. Of an instance that several nodes write it is what this one knows.
    fn unindexed(&self) -> Arc<Unindexed>;

    /// Brings what [`Store::unindexed`] tells up to date with what other nodes did.
    async fn look_again(&self) -> Result<(), Error>;

    /// Does a bounded part of what is left to do on the index, committed when it returns.
    async fn reindex(&self) -> Result<Reindexed, Error>;

    /// Resources per type visible to the caller, types without any left out.
    async fn counts(&self, access: &Access) -> Result<Vec<(ResourceType, u64)>, Error>;

    /// Commits all changes of a unit together or none; durable when it returns. One `Written` per
    /// change, in order. A refused change leaves no audit record here, its refusal is recorded by
    /// [`Audit::record`].
    async fn commit_unit(&self, access: &Access, unit: Unit) -> Result<Vec<Written>, Error>;

    /// As [`Store::commit_unit`], of changes that rest on nothing and are not recorded.
    async fn commit(&self, access: &Access, changes: Vec<Change>) -> Result<Vec<Written>, Error> {
        let unit = Unit {
            changes,
            ..Unit::default()
        };
        self.commit_unit(access, unit).await
    }
}

/// What part of a history is asked for.
#[derive(Debug, Clone, Default)]
pub struct HistoryAsk {
    /// Versions on a page.
    pub count: u32,
    /// Only versions written at or after this instant (`_since`).
    pub since: Option<Timestamp>,
    /// Only versions that were current at some time between these instants (`_at`).
    pub during: Option<(Timestamp, Timestamp)>,
    /// Where to go on.
    pub at: Option<Cursor>,
}
