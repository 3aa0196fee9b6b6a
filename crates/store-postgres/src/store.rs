//! One open instance.

mod attempts;
mod audit;
mod chronicle;
mod consents;
mod counts;
mod explain;
mod grants;
mod included;
pub(crate) mod jobs;
mod logos;
mod mail;
mod passkeys;
mod patients;
mod read;
mod registrations;
mod search;
mod secrets;
mod sessions;
mod small;
mod totals;
mod users;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use cresset_access::{Access, Verb};
use cresset_base::{Clock, InstanceName, Limits, ResourceId};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Unindexed};
use cresset_store::backend::instant::millis;
use cresset_store::backend::prepared::{permitted, prepare};
use cresset_store::store::HistoryAsk;
use cresset_store::verify::Report;
use cresset_store::visibility::given;
use cresset_store::{
    Cursor, Error, Explanation, Found, HistoryPage, Reindexed, SearchPage, Store, Unit, Written,
};
use tokio::sync::{mpsc, oneshot};

use crate::cluster::{CONNECT, Cluster, ClusterError};
use crate::connections::taken;
use crate::row::get;
use crate::shared::{Shared, Surroundings};
use crate::snapshot::query_opt;
use crate::time::SERVER_S;
use crate::writer::{self, Job};
use crate::{indexing, schema};

pub(crate) use search::limited;

/// More changes than this are prepared on a thread that may block.
const INLINE_CHANGES: usize = 16;

/// What an instance is opened with.
#[derive(Clone)]
pub struct Options {
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Bounds.
    pub limits: Arc<Limits>,
    /// The name of this node; no other may have it.
    pub node: String,
    /// A directory of this node for this instance's journal of audit records.
    pub directory: PathBuf,
    /// The base URLs under which references point into the instance, without a slash at the end.
    pub bases: Vec<String>,
    /// Whether the words of its resources are kept.
    pub keeps_words: bool,
}

/// One instance, open on this node.
pub struct PostgresStore {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Job>,
    /// Listens for as long as one of its instances is open.
    _cluster: Cluster,
}

impl PostgresStore {
    /// Opens an instance of a cluster, migrating its schema where it is of an earlier version.
    ///
    /// # Errors
    /// [`Error::Busy`] when the server cannot be reached or its clock is another, [`Error::Failed`] when the schema is of a
    /// newer version or not there.
    pub async fn open(
        cluster: &Cluster,
        name: &InstanceName,
        options: Options,
    ) -> Result<Self, Error> {
        let unusable = |error: ClusterError| Error::failed(error.to_string());
        let pool = cluster.pool(name, &options.limits).map_err(unusable)?;
        let around = Surroundings {
            pool: pool.clone(),
            bases: options.bases,
            keeps_words: options.keeps_words,
            clock: options.clock,
            limits: options.limits,
            node: options.node,
            directory: options.directory,
            endings: cluster.channel(name),
            time: cluster.time(),
        };
        let mut first = taken(&pool, CONNECT).await?;
        let row = query_opt(&first, SERVER_S, &[]).await?;
        if let Some(row) = row {
            let agree = around.time.compare(get(&row, 0)?);
            agree.map_err(|_| Error::Busy)?;
        }
        schema::migrate(&mut first, schema::INSTANCE).await?;
        let shared = Arc::new(Shared::load(&mut first, around).await?);
        drop(first);
        let (jobs, queue) = mpsc::channel(shared.limits.write_queue_max);
        tokio::spawn(writer::run(shared.clone(), queue));
        if shared.journal.waiting() > 0 {
            // What an earlier process left in the journal.
            jobs.try_send(Job::Audit).map_err(|_| Error::Busy)?;
        }
        Ok(Self {
            shared,
            jobs,
            _cluster: cluster.clone(),
        })
    }

    /// Derives everything the instance should hold again and compares; works beside readers and writers.
    ///
    /// # Errors
    /// [`Error::Failed`] when the instance cannot be read at all.
    pub async fn verify(&self) -> Result<Report, Error> {
        writer::verify::examine(&self.shared).await
    }

    /// Computes every seal of the audit trail again and compares.
    ///
    /// # Errors
    /// [`Error::Failed`] when the instance cannot be read at all.
    pub async fn verify_audit(&self) -> Result<Report, Error> {
        writer::verify::examine_audit(&self.shared).await
    }

    fn enqueue(&self, job: Job) -> Result<(), Error> {
        self.jobs.try_send(job).map_err(|_| Error::Busy)
    }

    async fn current(
        &self,
        access: &Access,
        verb: Verb,
        name: (ResourceType, &ResourceId),
    ) -> Result<Found, Error> {
        let restriction = given(access, verb, name.0)?;
        read::current(&self.shared, name, &restriction).await
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn read(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error> {
        self.current(access, Verb::Read, (resource_type, id)).await
    }

    async fn basis(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error> {
        self.current(access, Verb::Update, (resource_type, id))
            .await
    }

    async fn version(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        version: u64,
    ) -> Result<Found, Error> {
        let restriction = given(access, Verb::Read, resource_type)?;
        read::version(&self.shared, (resource_type, id), version, &restriction).await
    }

    async fn history(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        page: HistoryAsk,
    ) -> Result<Option<HistoryPage>, Error> {
        let restriction = given(access, Verb::Read, resource_type)?;
        read::history(&self.shared, (resource_type, id), &restriction, &page).await
    }

    async fn history_of(
        &self,
        access: &Access,
        types: &[ResourceType],
        page: HistoryAsk,
    ) -> Result<HistoryPage, Error> {
        let types = types
            .iter()
            .map(|of| Ok((*of, given(access, Verb::Search, *of)?)))
            .collect::<Result<_, Error>>()?;
        chronicle::page(&self.shared, &types, &page).await
    }

    async fn search(
        &self,
        access: &Access,
        query: &Query,
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error> {
        given(access, Verb::Search, query.resource_type)?;
        let asked =
            search::Asked::new(std::slice::from_ref(query), access, at)?.limited(&self.shared);
        search::page(&self.shared, &asked).await
    }

    async fn search_types(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error> {
        let asked = search::Asked::new(queries, access, at)?.limited(&self.shared);
        search::page(&self.shared, &asked).await
    }

    async fn explain(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<Explanation, Error> {
        let asked = search::Asked::new(queries, access, at)?.limited(&self.shared);
        explain::explained(&self.shared, &asked).await
    }

    fn unindexed(&self) -> Arc<Unindexed> {
        self.shared.indexing().unindexed.clone()
    }

    async fn look_again(&self) -> Result<(), Error> {
        indexing::look_again(&self.shared).await
    }

    async fn reindex(&self) -> Result<Reindexed, Error> {
        writer::reindex::part(&self.shared).await
    }

    async fn counts(&self, access: &Access) -> Result<Vec<(ResourceType, u64)>, Error> {
        counts::visible(&self.shared, access).await
    }

    async fn commit_unit(&self, access: &Access, unit: Unit) -> Result<Vec<Written>, Error> {
        let expectations = unit
            .expectations
            .into_iter()
            .map(|expectation| writer::Expected::new(access, expectation))
            .collect::<Result<_, _>>()?;
        let changes = permitted(access, unit.changes, unit.consequences)?;
        let shared = self.shared.clone();
        let is_small = changes.0.len() <= INLINE_CHANGES;
        let prepared = move || {
            let now_ms = millis(shared.clock.now());
            // Most of what is written is new; the writer knows for sure.
            let guesses = vec![1; changes.0.len()];
            let indexing = shared.indexing();
            let reading = (&shared.codec, &indexing.reading(&shared));
            prepare(reading, now_ms, changes, guesses)
        };
        let changes = if is_small {
            prepared()?
        } else {
            let task = tokio::task::spawn_blocking(prepared).await;
            task.map_err(|e| Error::failed(e.to_string()))??
        };
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job::Unit(Box::new(writer::Unit {
            changes,
            expectations,
            audit: unit.record,
            completion: unit.completion,
            reply,
        })))?;
        answer
            .await
            .map_err(|_| Error::failed("the writer ended before it answered"))?
    }
}
