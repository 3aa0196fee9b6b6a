//! What readers and the writer of one instance share in memory on one node.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cresset_base::{Clock, Limits, ResourceId};
use cresset_definitions::{ResourceType, r4};
use cresset_search::Defined;
use cresset_store::Error;
use cresset_store::backend::audit::Journal;
use cresset_store::backend::codec::Codec;
use cresset_store::backend::sizes::Sizes;
use cresset_store::backend::totals::Totals;
use cresset_store::layout::Parameters;
use deadpool_postgres::{Object, Pool, Transaction};
use parking_lot::RwLock;
use quick_cache::sync::Cache;

use crate::catalog::Catalog;
use crate::defined;
use crate::endings::Channel;
use crate::fault::store_error;
use crate::indexing::{Indexing, changed};
use crate::row::get;
use crate::snapshot::{begin_change, end_change, query, query_opt};
use crate::statistics::Statistics;
use crate::time::Time;
use crate::training::Training;

/// What a store is opened with.
pub(crate) struct Surroundings {
    pub(crate) pool: Pool,
    pub(crate) bases: Vec<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) keeps_words: bool,
    /// The name of this node, under which the instance knows its journal.
    pub(crate) node: String,
    /// Where the journal lies.
    pub(crate) directory: PathBuf,
    /// What is told of the instance.
    pub(crate) endings: Arc<Channel>,
    pub(crate) time: Arc<Time>,
}

/// Memory of one open instance.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) endings: Arc<Channel>,
    pub(crate) time: Arc<Time>,
    pub(crate) bases: Vec<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) node: String,
    pub(crate) indexing: RwLock<Arc<Indexing>>,
    pub(crate) codec: Codec,
    pub(crate) names: Names,
    pub(crate) catalog: RwLock<Arc<Catalog>>,
    pub(crate) sizes: Sizes,
    pub(crate) totals: Totals,
    pub(crate) journal: Journal,
    pub(crate) training: Training,
    pub(crate) statistics: Statistics,
    /// Whether records may wait in the table `audit_note`: some of a process that died, at first.
    pub(crate) has_notes: AtomicBool,
}

/// Names that were committed. What a name stands for never changes, whichever node gave it.
pub(crate) struct Names {
    /// By system and folded code.
    pub(crate) tokens: Cache<(String, String), i64>,
    pub(crate) uris: Cache<String, i64>,
    pub(crate) identities: Cache<(u8, ResourceId), i64>,
    pub(crate) units: Cache<[String; 3], i64>,
    pub(crate) pairs: Cache<(i64, i64), i64>,
}

/// Names of one kind that are remembered.
const REMEMBERED: usize = 32_768;

impl Default for Names {
    fn default() -> Self {
        Self {
            tokens: Cache::new(REMEMBERED),
            uris: Cache::new(REMEMBERED / 8),
            identities: Cache::new(REMEMBERED),
            units: Cache::new(REMEMBERED / 32),
            pairs: Cache::new(REMEMBERED / 8),
        }
    }
}

impl Shared {
    /// Reads what a schema knows, and adds the search parameters it does not know yet.
    pub(crate) async fn load(connection: &mut Object, around: Surroundings) -> Result<Self, Error> {
        let transaction = begin_change(connection).await?;
        let indexing = indexing(&transaction, around.keeps_words).await?;
        let committed = "SELECT number FROM node WHERE name=$1";
        let committed = query_opt(&transaction, committed, &[&around.node]).await?;
        let committed: i64 = committed.map_or(Ok(0), |row| get(&row, 0))?;
        end_change(transaction).await?;
        let committed = u64::try_from(committed).unwrap_or_default();
        Ok(Self {
            journal: Journal::open(&around.directory, committed)?,
            pool: around.pool,
            endings: around.endings,
            time: around.time,
            bases: around.bases,
            clock: around.clock,
            limits: around.limits,
            node: around.node,
            indexing: RwLock::new(Arc::new(indexing)),
            codec: Codec::default(),
            names: Names::default(),
            catalog: RwLock::default(),
            sizes: Sizes::default(),
            totals: Totals::default(),
            training: Training::default(),
            statistics: Statistics::default(),
            has_notes: AtomicBool::new(true),
        })
    }

    /// What this node knows of the index, which may be what it was some time ago.
    pub(crate) fn indexing(&self) -> Arc<Indexing> {
        self.indexing.read().clone()
    }

    /// Whether the instance keeps words of its resources, which does not change.
    pub(crate) fn keeps_words(&self) -> bool {
        self.indexing.read().encoder.parameters.keeps_words()
    }
}

/// The numbers of this build's parameters in the instance, and of those it defines, and how far their
/// index is.
async fn indexing(transaction: &Transaction<'_>, keeps_words: bool) -> Result<Indexing, Error> {
    // Of several nodes that begin one adds what is new.
    let lock = "SELECT indexing FROM writer FOR UPDATE";
    let number = query_opt(transaction, lock, &[]).await?;
    let mut number: i64 = number.map_or(Ok(0), |row| get(&row, 0))?;
    let rows = query(
        transaction,
        "SELECT number,type,code,rule,state FROM parameter",
        &[],
    );
    let stored = rows
        .await
        .map_err(|e| store_error(&e))?
        .iter()
        .map(defined::line)
        .collect::<Result<Vec<_>, Error>>()?;
    let filled = query(transaction, "SELECT type FROM tally WHERE live>0", &[]).await;
    let filled = filled
        .map_err(|e| store_error(&e))?
        .iter()
        .map(|row| Ok(u8::try_from(get::<i16>(row, 0)?).unwrap_or_default()))
        .collect::<Result<_, Error>>()?;
    let (_, defined) = defined::held(transaction, &Defined::NONE).await?;
    let assigned = Parameters::assign((r4(), &defined), &stored, &filled, keeps_words);
    if !assigned.changed.is_empty() {
        defined::store(transaction, &assigned.changed).await?;
        changed(transaction).await?;
        number += 1;
    }
    Indexing::read((&assigned.parameters, &defined), transaction, number).await
}

/// A type's code as rows keep it.
pub(crate) fn stored_type(of: ResourceType) -> i16 {
    i16::from(of.code())
}
