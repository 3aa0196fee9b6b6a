//! How far the index of each parameter is, held in memory and read again when it has changed.
//!
//! Nodes of two versions may serve side by side, and their programs may know a parameter by two
//! rules. Whoever writes then keeps the rows of its own program alone. What it does not know it
//! marks as stale, and what another program has retired is neither read nor written any more: no
//! search reads rows that lack resources.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cresset_definitions::r4;
use cresset_search::{Defined, Query, Unindexed};
use cresset_store::Error;
use cresset_store::backend::defining::Definitions;
use cresset_store::backend::indexing::{Reading, percent};
use cresset_store::layout::{Encoder, IndexState, Parameters, Rid, numbers};
use cresset_store::plan::Planner;
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use crate::defined;
use crate::fault::store_error;
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::{begin, connection, execute, query, query_opt};
use crate::value::Spelling;

/// What a snapshot says of the index.
#[derive(Debug, Clone)]
pub(crate) struct Indexing {
    /// Another after each change.
    number: i64,
    /// The numbers of this program's parameters, and of those the instance defines.
    pub(crate) encoder: Encoder,
    /// What it can be searched by, and what cannot yet.
    pub(crate) unindexed: Arc<Unindexed>,
    /// Which resources define search parameters.
    pub(crate) definitions: Arc<Definitions>,
    /// Numbers of this program that are being built, with the last resource that was looked at.
    pub(crate) building: Vec<Waiting>,
    /// Numbers of this program that are to be emptied first.
    pub(crate) stale: Vec<Waiting>,
    /// Numbers of this program that another has retired.
    pub(crate) retired: HashSet<i64>,
    /// Numbers of other programs, by type.
    foreign: HashMap<u8, Vec<i64>>,
}

/// A number whose index is not complete.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) number: i64,
    /// Code of its type.
    pub(crate) of: u8,
    pub(crate) after: Option<i64>,
}

impl Indexing {
    /// What a snapshot with this number says, from memory where that is the same.
    pub(crate) async fn at(
        shared: &Shared,
        snapshot: &Transaction<'_>,
        number: i64,
    ) -> Result<Arc<Self>, Error> {
        let known = shared.indexing.read().clone();
        if known.number == number {
            return Ok(known);
        }
        let known = (&known.encoder.parameters, known.unindexed.defined());
        let read = Self::read(known, snapshot, number).await?;
        let read = Arc::new(read);
        let mut held = shared.indexing.write();
        if held.number < number {
            *held = read.clone();
        }
        Ok(read)
    }

    /// Reads what a snapshot says, given what is known of an earlier one.
    pub(crate) async fn read(
        (parameters, before): (&Parameters, &Defined),
        snapshot: &Transaction<'_>,
        number: i64,
    ) -> Result<Self, Error> {
        let (definitions, defined) = defined::held(snapshot, before).await?;
        let lines = defined::lines(snapshot, &[&defined]).await?;
        let numbers = numbers(&lines, &defined);
        let parameters = parameters.defining(numbers);
        let own: HashSet<i64> = parameters.numbers().into_iter().collect();
        let text = "SELECT p.number,p.type,p.state,p.after,coalesce(t.next-1,0) \
                    FROM parameter p LEFT JOIN tally t ON t.type=p.type \
                    WHERE p.state<>1 OR p.number<>ALL($1)";
        let rows = query(snapshot, text, &[&parameters.numbers()]).await;
        let mut indexing = Self {
            number,
            encoder: Encoder {
                parameters: parameters.clone(),
            },
            unindexed: Arc::default(),
            definitions: Arc::new(definitions),
            building: Vec::new(),
            stale: Vec::new(),
            retired: HashSet::new(),
            foreign: HashMap::new(),
        };
        let mut percents = HashMap::new();
        for row in &rows.map_err(|e| store_error(&e))? {
            let waiting = waiting(row)?;
            let state = IndexState::from_code(i64::from(get::<i16>(row, 2)?));
            if !own.contains(&waiting.number) {
                if state.is_kept() {
                    let foreign = indexing.foreign.entry(waiting.of).or_default();
                    foreign.push(waiting.number);
                }
                continue;
            }
            let done = waiting.after.map_or(Ok(0), |after| {
                Ok::<_, Error>(percent(Rid(after), get(row, 4)?))
            });
            percents.insert(waiting.number, done?);
            match state {
                IndexState::Building => indexing.building.push(waiting),
                IndexState::Stale => indexing.stale.push(waiting),
                IndexState::Complete | IndexState::Retired | IndexState::Gone => {
                    indexing.retired.insert(waiting.number);
                }
            }
        }
        let percent = |number| percents.get(&number).copied();
        let unindexed = parameters.unindexed((r4(), &defined), percent);
        indexing.unindexed = Arc::new(unindexed);
        Ok(indexing)
    }

    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner {
            definitions: r4(),
            encoder: &self.encoder,
            dialect: &Spelling,
        }
    }

    /// How bodies are read.
    pub(crate) fn reading<'a>(&'a self, shared: &'a Shared) -> Reading<'a> {
        Reading {
            defined: self.unindexed.defined(),
            bases: &shared.bases,
            limits: &shared.limits,
        }
    }

    /// Refuses a query whose answer would lack resources.
    pub(crate) fn must_hold(&self, query: &Query) -> Result<(), Error> {
        let building = self.unindexed.of_query(query);
        building.map_or(Ok(()), |building| Err(Error::Unindexed(building.percent)))
    }

    /// Marks as stale what other programs know of these types, which are about to be written.
    pub(crate) async fn spoil(
        &self,
        transaction: &Transaction<'_>,
        types: impl Iterator<Item = u8>,
    ) -> Result<(), Error> {
        if self.foreign.is_empty() {
            return Ok(());
        }
        let types: HashSet<u8> = types.collect();
        let numbers = types.iter().filter_map(|of| self.foreign.get(of));
        let numbers: Vec<i64> = numbers.flatten().copied().collect();
        let text =
            "UPDATE parameter SET state=4,after=NULL WHERE number=ANY($1) AND state IN (0,1)";
        if execute(transaction, text, &[&numbers]).await? > 0 {
            changed(transaction).await?;
        }
        Ok(())
    }
}

/// Reads again what cannot be searched by, which other nodes may have changed.
pub(crate) async fn look_again(shared: &Shared) -> Result<(), Error> {
    let mut connection = connection(shared).await?;
    let snapshot = begin(&mut connection).await?;
    let number = query_opt(&snapshot, "SELECT indexing FROM writer", &[]).await?;
    let number = number.map_or(Ok(0), |row| get(&row, 0))?;
    Indexing::at(shared, &snapshot, number).await.map(drop)
}

/// Says to all nodes that what cannot be searched by has changed.
pub(crate) async fn changed(transaction: &Transaction<'_>) -> Result<(), Error> {
    let text = "UPDATE writer SET indexing=indexing+1";
    execute(transaction, text, &[]).await.map(drop)
}

fn waiting(row: &Row) -> Result<Waiting, Error> {
    Ok(Waiting {
        number: get(row, 0)?,
        of: u8::try_from(get::<i16>(row, 1)?).unwrap_or_default(),
        after: get(row, 3)?,
    })
}
