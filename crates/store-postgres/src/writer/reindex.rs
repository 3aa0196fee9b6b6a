//! A bounded part of what is left to do on the index.
//!
//! A type's resources are looked at in the order of their integers, together for all its parameters
//! that are as far. Whatever is written meanwhile is indexed as a whole, before or behind that
//! place. The writer's row is held throughout, so that nothing comes in between.

use std::collections::HashSet;

use cresset_definitions::ResourceType;
use cresset_store::backend::indexing::{ROWS_EACH, part_max};
use cresset_store::layout::encode::Key;
use cresset_store::layout::{Keys, Own, Rid, WordsOf, columns_of, own_column};
use cresset_store::{Error, Reindexed};
use deadpool_postgres::Transaction;

use super::pending::{self, Statements};
use super::stored::{COLUMNS, Stored, encode};
use super::terms::{Counters, Registry};
use super::world::World;
use crate::fault::store_error;
use crate::indexing::{Indexing, changed};
use crate::lease;
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::{begin_change, connection, end_change, execute, query, query_opt};

/// What is to be done next.
enum Task {
    /// Remove rows of a number, and give it this state when none are left.
    Empty(i64, i16),
    /// Index resources behind this one.
    Build(ResourceType, Option<i64>),
}

/// Does one part, unless another node is at it.
pub(crate) async fn part(shared: &Shared) -> Result<Reindexed, Error> {
    let mut connection = connection(shared).await?;
    let transaction = begin_change(&mut connection).await?;
    let number = "SELECT indexing FROM writer";
    let number = query_opt(&transaction, number, &[]).await?;
    let number = number.map_or(Ok(0), |row| get(&row, 0))?;
    let indexing = Indexing::at(shared, &transaction, number).await?;
    if next(&transaction, &indexing).await?.is_none() {
        lease::release(&transaction, lease::INDEX, &shared.node).await?;
        end_change(transaction).await?;
        return Ok(Reindexed::Done);
    }
    if !lease::claim(&transaction, lease::INDEX, &shared.node).await? {
        return Ok(Reindexed::Elsewhere);
    }
    let counters = Counters::lock(&transaction).await?;
    let registry = Registry::begin(shared, &transaction, counters).await?;
    // What there is to do may be another thing since the writer's row was waited for.
    match next(&transaction, registry.indexing()).await? {
        None => {}
        Some(Task::Empty(number, state)) => {
            empty(shared, &transaction, (number, state)).await?;
        }
        Some(Task::Build(of, after)) => {
            return build(registry, transaction, (of, after)).await;
        }
    }
    end_change(transaction).await?;
    Ok(Reindexed::More)
}

async fn next(transaction: &Transaction<'_>, indexing: &Indexing) -> Result<Option<Task>, Error> {
    if let Some(stale) = indexing.stale.first() {
        return Ok(Some(Task::Empty(stale.number, 0)));
    }
    let lowest = indexing.building.iter().min_by_key(|w| (w.of, w.after));
    let lowest = lowest.and_then(|w| Some((ResourceType::from_code(w.of)?, w.after)));
    if let Some((of, after)) = lowest {
        return Ok(Some(Task::Build(of, after)));
    }
    let text = "SELECT number FROM parameter WHERE state=2 ORDER BY number LIMIT 1";
    let retired = query_opt(transaction, text, &[]).await?;
    let number = retired.map(|row| get(&row, 0)).transpose()?;
    Ok(number.map(|number| Task::Empty(number, 3)))
}

/// Removes rows of a number.
async fn empty(
    shared: &Shared,
    transaction: &Transaction<'_>,
    (number, state): (i64, i16),
) -> Result<(), Error> {
    let most = shared.limits.reindex_part_max.saturating_mul(ROWS_EACH);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let columns = columns_of(number);
    let narrow = |column: &i64| i32::try_from(*column).unwrap_or(i32::MAX);
    let (first, last) = (narrow(columns.start()), narrow(columns.end()));
    let mut left = most;
    for (table, key) in [
        ("idx", "p,v,w,r"),
        ("rng", "p,v,r,w"),
        ("str", "p,s,r,h,rest"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE ({key}) IN \
             (SELECT {key} FROM {table} WHERE p BETWEEN $1 AND $2 LIMIT $3)"
        );
        let removed = execute(transaction, &text, &[&first, &last, &left]).await?;
        left = left.saturating_sub(i64::try_from(removed).unwrap_or(i64::MAX));
        if left <= 0 {
            return Ok(());
        }
    }
    // A number that follows a retired one has put its words in the place of those before.
    if (state == 0 || !shared.keeps_words()) && words(transaction, number, left).await? {
        return Ok(());
    }
    let text = "UPDATE parameter SET state=$2,after=NULL WHERE number=$1";
    execute(transaction, text, &[&number, &state]).await?;
    changed(transaction).await
}

/// Removes words of a number; true when more may be left.
async fn words(transaction: &Transaction<'_>, number: i64, most: i64) -> Result<bool, Error> {
    let text = "SELECT type,code FROM parameter WHERE number=$1";
    let row = query_opt(transaction, text, &[&number]).await?;
    let Some(row) = row else { return Ok(false) };
    let of = u8::try_from(get::<i16>(&row, 0)?).unwrap_or_default();
    let (Some(of), Some(part)) = (
        ResourceType::from_code(of),
        WordsOf::of_parameter(get(&row, 1)?),
    ) else {
        return Ok(false);
    };
    let table = part.table();
    let text = format!(
        "DELETE FROM {table} WHERE r IN \
         (SELECT r FROM {table} WHERE r>$1 AND r<=$2 LIMIT $3)"
    );
    let span = (Rid::floor(of).0, Rid::ceiling(of).0);
    let removed = execute(transaction, &text, &[&span.0, &span.1, &most]).await?;
    Ok(i64::try_from(removed).unwrap_or(i64::MAX) >= most)
}

/// Indexes the next resources of a type.
async fn build(
    mut registry: Registry<'_>,
    transaction: Transaction<'_>,
    (of, after): (ResourceType, Option<i64>),
) -> Result<Reindexed, Error> {
    let shared = registry.shared();
    let building = registry.indexing().building.iter();
    let numbers: HashSet<i64> = building
        .filter(|w| w.of == of.code() && w.after == after)
        .map(|w| w.number)
        .collect();
    let defined = registry.indexing().unindexed.defined();
    let most = part_max(defined, of, &shared.limits);
    let mut resources = resources(&registry, &transaction, (of, after), most).await?;
    let is_end = resources.len() < most;
    let last = resources.last().filter(|_| !is_end).map(|r| r.rid);
    encode(&mut registry, &transaction, &mut resources).await?;
    let mut replaced = Vec::new();
    let mut shapes = (Vec::new(), Vec::new());
    for resource in resources {
        let words = registry.indexing().encoder.former_words(of, &numbers);
        let Some(keys) = resource.keys else {
            // It may have been deleted while no words were kept, and those before stayed.
            let before = Keys {
                words,
                ..Keys::default()
            };
            replaced.push((resource.rid, before, Keys::default()));
            continue;
        };
        let keys = keys.only(of, &numbers);
        registry.note_facts(&keys);
        if keys.shape != resource.shape {
            shapes.0.push(resource.rid);
            shapes.1.push(i32::try_from(keys.shape).unwrap_or(i32::MAX));
        }
        let before = Keys {
            words,
            ..only_shape(of, resource.shape)
        };
        replaced.push((resource.rid, before, keys));
    }
    pending::replace(&transaction, &replaced).await?;
    let text = "UPDATE resource SET shape=n.shape FROM unnest($1::int8[],$2::int4[]) n(r,shape) \
                WHERE resource.r=n.r";
    execute(&transaction, text, &[&shapes.0, &shapes.1]).await?;
    let text = "UPDATE parameter SET after=$2,state=$3 WHERE number=ANY($1)";
    let numbers: Vec<i64> = numbers.into_iter().collect();
    let state = i16::from(last.is_none());
    execute(&transaction, text, &[&numbers, &last, &state]).await?;
    pending::flush(&transaction, &mut registry, &mut World::default()).await?;
    let mut last = Statements::default();
    registry.last_statement(&mut last);
    last.run(&transaction).await?;
    changed(&transaction).await?;
    end_change(transaction).await?;
    registry.committed();
    Ok(Reindexed::More)
}

async fn resources(
    registry: &Registry<'_>,
    transaction: &Transaction<'_>,
    (of, after): (ResourceType, Option<i64>),
    most: usize,
) -> Result<Vec<Stored>, Error> {
    let shared = registry.shared();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let text = format!("SELECT {COLUMNS} FROM resource WHERE r>$1 AND r<=$2 ORDER BY r LIMIT $3");
    let (after, end) = (after.unwrap_or(Rid::floor(of).0), Rid::ceiling(of).0);
    let rows = query(transaction, &text, &[&after, &end, &most]).await;
    let rows = rows.map_err(|e| store_error(&e))?;
    let resources = rows
        .iter()
        .map(|row| Stored::read((shared, registry.indexing()), of, row));
    resources.collect()
}

/// The key of a set of parameters.
fn only_shape(of: ResourceType, shape: i64) -> Keys {
    Keys {
        index: vec![Key {
            p: own_column(of, Own::Shape),
            v: shape,
            w: 0,
        }],
        ..Keys::default()
    }
}
