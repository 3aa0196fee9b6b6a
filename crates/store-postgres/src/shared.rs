//! What readers and the writer of one instance share in memory on one node.

use std::path::PathBuf;
use std::sync::Arc;

use cresset_base::{Clock, Limits, ResourceId};
use cresset_definitions::{ResourceType, r4};
use cresset_store::Error;
use cresset_store::backend::audit::Journal;
use cresset_store::backend::codec::Codec;
use cresset_store::backend::sizes::Sizes;
use cresset_store::backend::totals::Totals;
use cresset_store::layout::{Encoder, IndexState, Parameters, StoredParameter};
use cresset_store::plan::Planner;
use deadpool_postgres::{Object, Pool, Transaction};
use parking_lot::RwLock;
use quick_cache::sync::Cache;

use crate::catalog::Catalog;
use crate::fault::store_error;
use crate::indexing::{Indexing, changed};
use crate::row::get;
use crate::snapshot::{begin_change, end_change, execute, query, query_opt};
use crate::training::Training;
use crate::value::Spelling;

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
}

/// Memory of one open instance.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) bases: Vec<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) node: String,
    pub(crate) encoder: Encoder,
    pub(crate) indexing: RwLock<Arc<Indexing>>,
    pub(crate) codec: Codec,
    pub(crate) names: Names,
    pub(crate) catalog: RwLock<Arc<Catalog>>,
    pub(crate) sizes: Sizes,
    pub(crate) totals: Totals,
    pub(crate) journal: Journal,
    pub(crate) training: Training,
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
        let (parameters, indexing) = parameters(&transaction, around.keeps_words).await?;
        let committed = "SELECT number FROM node WHERE name=$1";
        let committed = query_opt(&transaction, committed, &[&around.node]).await?;
        let committed: i64 = committed.map_or(Ok(0), |row| get(&row, 0))?;
        end_change(transaction).await?;
        let committed = u64::try_from(committed).unwrap_or_default();
        Ok(Self {
            journal: Journal::open(&around.directory, committed)?,
            pool: around.pool,
            bases: around.bases,
            clock: around.clock,
            limits: around.limits,
            node: around.node,
            encoder: Encoder { parameters },
            indexing: RwLock::new(Arc::new(indexing)),
            codec: Codec::default(),
            names: Names::default(),
            catalog: RwLock::default(),
            sizes: Sizes::default(),
            totals: Totals::default(),
            training: Training::default(),
        })
    }

    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner {
            definitions: r4(),
            encoder: &self.encoder,
            dialect: &Spelling,
        }
    }
}

/// The numbers of this build's parameters in the instance, and how far their index is.
async fn parameters(
    transaction: &Transaction<'_>,
    keeps_words: bool,
) -> Result<(Parameters, Indexing), Error> {
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
        .map(|row| {
            Ok(StoredParameter {
                number: get(row, 0)?,
                resource_type: u8::try_from(get::<i16>(row, 1)?).unwrap_or_default(),
                code: get(row, 2)?,
                rule: get(row, 3)?,
                state: IndexState::from_code(i64::from(get::<i16>(row, 4)?)),
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let filled = query(transaction, "SELECT type FROM tally WHERE live>0", &[]).await;
    let filled = filled
        .map_err(|e| store_error(&e))?
        .iter()
        .map(|row| Ok(u8::try_from(get::<i16>(row, 0)?).unwrap_or_default()))
        .collect::<Result<_, Error>>()?;
    let assigned = Parameters::assign(r4(), &stored, &filled, keeps_words);
    let lines = &assigned.changed;
    if !lines.is_empty() {
        let numbers: Vec<i64> = lines.iter().map(|line| line.number).collect();
        let types: Vec<i16> = lines.iter().map(|l| i16::from(l.resource_type)).collect();
        let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
        let rules: Vec<i64> = lines.iter().map(|line| line.rule).collect();
        let states: Vec<i16> = lines.iter().map(|line| line.state as i16).collect();
        let add = "INSERT INTO parameter(number,type,code,rule,state) \
                   SELECT * FROM unnest($1::int8[],$2::int2[],$3::text[],$4::int8[],$5::int2[]) \
                   ON CONFLICT(number) DO UPDATE SET rule=excluded.rule,state=excluded.state";
        execute(
            transaction,
            add,
            &[&numbers, &types, &codes, &rules, &states],
        )
        .await?;
        changed(transaction).await?;
        number += 1;
    }
    let indexing = Indexing::read(&assigned.parameters, transaction, number).await?;
    Ok((assigned.parameters, indexing))
}

/// A type's code as rows keep it.
pub(crate) fn stored_type(of: ResourceType) -> i16 {
    i16::from(of.code())
}
