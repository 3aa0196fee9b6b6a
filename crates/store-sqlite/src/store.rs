//! One open instance.

mod asking;
mod attempts;
mod chronicle;
mod commit;
mod consents;
mod counts;
mod explain;
mod grants;
mod history;
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
mod totals;
mod users;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use cresset_access::{Access, Restriction, Verb};
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Unindexed};
use cresset_store::backend::attempts::Windows;
use cresset_store::backend::totals::Totals;
use cresset_store::note::{self, Happened};
use cresset_store::store::HistoryAsk;
use cresset_store::verify::Report;
use cresset_store::visibility::given;
use cresset_store::{
    Audit, AuditAsk, AuditRecord, Cursor, Error, Explanation, Found, HistoryPage, Reindexed,
    SearchPage, Store, Trail, Unit, Written,
};
use flume::Sender;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::audit::{block, trail};
use crate::connection::{Role, open};
use crate::fault::{failed, store_error};
use crate::instant::millis;
use crate::readers::Readers;
use crate::shared::{Shared, Surroundings};
use crate::writer::{AUDIT_ENOUGH, Done, Job, Reply, Writer};
use crate::{schema, verify};

pub(crate) use crate::directory::{OfInstance, Options};
pub(crate) use search::rows;

/// Name of the database within an instance's directory.
const DATABASE: &str = "instance.sqlite";

/// One instance, open: any number of readers and one writer.
pub struct SqliteStore {
    inner: Arc<Inner>,
    jobs: Sender<Job>,
    thread: Option<std::thread::JoinHandle<()>>,
}

pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) readers: Readers,
    pub(crate) totals: Totals,
    pub(crate) attempts: Windows,
}

/// Numbers of one open instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Commits since it was opened.
    pub commits: u64,
    /// Units of changes in them.
    pub units: u64,
    /// Bytes of the database and its log.
    pub disk_bytes: u64,
}

impl SqliteStore {
    /// Opens the database in `directory`, creating or migrating it.
    ///
    /// # Errors
    /// [`Error::Failed`] when the database cannot be opened or is of a newer version.
    pub fn open(directory: &Path, options: &Options, own: OfInstance) -> Result<Self, Error> {
        let path = directory.join(DATABASE);
        let mut connection = open(&path, Role::Writer).map_err(|e| store_error(&e))?;
        if schema::is_newer(&connection).map_err(|e| store_error(&e))? {
            return Err(failed(
                "the database was written by a newer version of this program",
            ));
        }
        schema::migrate(&mut connection).map_err(|e| store_error(&e))?;
        let around = Surroundings {
            path,
            bases: own.bases,
            clock: options.clock.clone(),
            limits: options.limits.clone(),
            keeps_words: own.keeps_words,
        };
        let shared = Arc::new(Shared::load(&mut connection, around)?);
        let left = shared.journal.waiting() > 0;
        let (jobs, queue) = flume::bounded(shared.limits.write_queue_max);
        let writer = Writer::new(connection, shared.clone(), (jobs.clone(), queue))?;
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|e| failed(e.to_string()))?;
        if left {
            // What an earlier process left in the journal.
            jobs.try_send(Job::Audit).map_err(|_| Error::Busy)?;
        }
        let inner = Arc::new(Inner {
            shared,
            readers: Readers::default(),
            totals: Totals::default(),
            attempts: Windows::default(),
        });
        Ok(Self {
            inner,
            jobs,
            thread: Some(thread),
        })
    }

    /// How it is doing.
    pub fn figures(&self) -> Figures {
        let shared = &self.inner.shared;
        Figures {
            commits: shared.commits.load(std::sync::atomic::Ordering::Relaxed),
            units: shared.units.load(std::sync::atomic::Ordering::Relaxed),
            disk_bytes: disk_bytes(&shared.path),
        }
    }

    /// Derives everything the instance should hold again and compares; works beside readers and writers.
    ///
    /// # Errors
    /// [`Error::Failed`] when the database cannot be read at all.
    pub async fn verify(&self) -> Result<Report, Error> {
        self.examine(verify::examine).await
    }

    /// Computes every seal of the audit trail again and compares.
    ///
    /// # Errors
    /// [`Error::Failed`] when the database cannot be read at all.
    pub async fn verify_audit(&self) -> Result<Report, Error> {
        self.examine(verify::audit).await
    }

    async fn examine(
        &self,
        examine: impl Fn(&Connection, &Shared) -> Result<Report, Error> + Send + 'static,
    ) -> Result<Report, Error> {
        let inner = self.inner.clone();
        let task = tokio::task::spawn_blocking(move || {
            let look = |connection: &Connection| examine(connection, &inner.shared);
            inner
                .readers
                .with(&inner.shared, std::time::Duration::MAX, look)
        });
        task.await.map_err(|e| failed(e.to_string()))?
    }

    /// Lets the database grow no further than this many pages, or again without bound: a quota.
    ///
    /// # Errors
    /// [`Error::Busy`] when too much is waiting.
    pub async fn limit_pages(&self, pages: Option<u32>) -> Result<(), Error> {
        let pages = pages.unwrap_or(u32::MAX - 1);
        self.change(move |connection| connection.pragma_update(None, "max_page_count", pages))
            .await
    }

    /// Runs a change of one of the small tables in the next commit; durable when it returns.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.task(change, |_| None).await
    }

    /// The same with the record of the request whose deciding change it is, if there is one and it happens.
    pub(crate) async fn noted<T: Happened + Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(note) = note::carried() else {
            return self.change(change).await;
        };
        let of = note.clone();
        let record = move |done: &T| done.happened().then(|| of.record());
        let done = self.task(change, record).await?;
        if done.happened() {
            note.keep();
        }
        Ok(done)
    }

    async fn task<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        record: impl FnOnce(&T) -> Option<AuditRecord> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, answer) = oneshot::channel();
        let task = Box::new(move |connection: &Connection| {
            let done = change(connection).map_err(|e| store_error(&e));
            let failure = done.as_ref().err().map(Error::again);
            let record = done.as_ref().ok().and_then(record);
            let reply: Reply = Box::new(move |committed| {
                let answer = done.and_then(|done| match committed {
                    Ok(()) => Ok(done),
                    Err(error) => Err(error.again()),
                });
                // The caller may have gone.
                let _ = sender.send(answer);
            });
            Done {
                reply,
                failure,
                record,
            }
        });
        self.enqueue(Job::Task(task))?;
        answer.await.map_err(|_| Error::Busy)?
    }

    pub(crate) fn enqueue(&self, job: Job) -> Result<(), Error> {
        self.jobs.try_send(job).map_err(|_| Error::Busy)
    }

    /// The current version of what the access gives with this verb.
    fn current(
        &self,
        access: &Access,
        verb: Verb,
        target: (ResourceType, &ResourceId),
    ) -> Result<Found, Error> {
        let restriction = given(access, verb, target.0)?;
        if restriction == Restriction::Everything
            && let Some(version) = self.inner.shared.current.find(target.0, target.1)
        {
            return Ok(Found::Version(version));
        }
        self.inner.ask(self.inner.whole(), &|inner, connection| {
            read::current(inner, connection, target, &restriction)
        })
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // A full queue is being worked off; the writer takes the word when there is room.
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn disk_bytes(database: &Path) -> u64 {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    [database.to_path_buf(), PathBuf::from(log)]
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|metadata| metadata.len())
        .sum()
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error> {
        self.current(access, Verb::Read, (resource_type, id))
    }

    async fn basis(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error> {
        self.current(access, Verb::Update, (resource_type, id))
    }

    async fn version(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        version: u64,
    ) -> Result<Found, Error> {
        let restriction = given(access, Verb::Read, resource_type)?;
        self.inner.ask(self.inner.whole(), &|inner, connection| {
            read::version(
                inner,
                connection,
                (resource_type, id, version),
                &restriction,
            )
        })
    }

    async fn history(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        page: HistoryAsk,
    ) -> Result<Option<HistoryPage>, Error> {
        let restriction = given(access, Verb::Read, resource_type)?;
        let id = id.clone();
        self.ask(move |inner, connection| {
            history::page(
                inner,
                connection,
                (resource_type, &id),
                (&restriction, &page),
            )
        })
        .await
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
        self.ask(move |inner, connection| chronicle::page(inner, connection, &types, &page))
            .await
    }

    async fn search(
        &self,
        access: &Access,
        query: &Query,
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error> {
        given(access, Verb::Search, query.resource_type)?;
        let query = std::slice::from_ref(query);
        self.searching(query, (access, at), search::page).await
    }

    async fn search_types(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error> {
        self.searching(queries, (access, at), search::page).await
    }

    async fn explain(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<Explanation, Error> {
        self.searching(queries, (access, at), explain::explained)
            .await
    }

    fn unindexed(&self) -> Arc<Unindexed> {
        self.inner.shared.index().unindexed.clone()
    }

    /// Nobody else writes the database.
    async fn look_again(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn reindex(&self) -> Result<Reindexed, Error> {
        let (sender, answer) = oneshot::channel();
        self.enqueue(Job::Reindex(sender))?;
        answer.await.map_err(|_| Error::Busy)?
    }

    async fn counts(&self, access: &Access) -> Result<Vec<(ResourceType, u64)>, Error> {
        let access = access.clone();
        self.ask(move |inner, connection| counts::visible(inner, connection, &access))
            .await
    }

    async fn commit_unit(&self, access: &Access, unit: Unit) -> Result<Vec<Written>, Error> {
        commit::commit(self, access, unit).await
    }
}

#[async_trait]
impl Audit for SqliteStore {
    fn record(&self, record: AuditRecord) -> Result<(), Error> {
        let waiting = {
            let shared = &self.inner.shared;
            shared
                .journal
                .append(&record, shared.limits.audit_waiting_max)?
        };
        // Waking the writer costs more than a read: the first record wakes it, and the one that
        // makes many. A full queue need not be told, its next commit takes the records along.
        if waiting == 1 || waiting == AUDIT_ENOUGH {
            let _ = self.enqueue(Job::Audit);
        }
        Ok(())
    }

    async fn settle(&self) -> Result<(), Error> {
        // Whatever was taken before goes into the commit of this, or of an earlier, task.
        self.change(|_| Ok(())).await
    }

    async fn trail(&self, ask: &AuditAsk) -> Result<Trail, Error> {
        let ask = ask.clone();
        self.ask(move |inner, connection| trail::find(connection, &inner.shared.codec, &ask))
            .await
    }

    async fn drop_records(&self, before: Timestamp) -> Result<u64, Error> {
        self.change(move |connection| block::drop_before(connection, millis(before)))
            .await
    }
}
