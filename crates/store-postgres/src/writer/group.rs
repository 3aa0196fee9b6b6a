//! One commit for many units, each of which is accepted or refused on its own.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cresset_store::backend::audit::{Block, Lines};
use cresset_store::layout::Keys;
use cresset_store::{Completion, Error, Written};
use deadpool_postgres::Transaction;
use futures_util::future::try_join;
use tokio::sync::oneshot;

use super::apply::{Applier, Stop};
use super::pending::{Statements, Value, flush};
use super::terms::{Counters, Registry};
use super::world::World;
use super::{Gathered, Unit};
use crate::defined;
use crate::fault::store_error;
use crate::indexing::look_again;
use crate::outcome;
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::{begin_change, connection, end_change, query, query_opt};
use crate::store::jobs;

type Answer = Result<Vec<Written>, Error>;

/// Commits a group and answers everyone in it.
pub(super) async fn commit(shared: &Arc<Shared>, group: Gathered) {
    let replies: Vec<oneshot::Sender<Answer>>;
    let outcome;
    let has_notes = shared.has_notes.load(Ordering::Acquire);
    if group.units.is_empty() && shared.journal.waiting() == 0 && !has_notes {
        replies = Vec::new();
        outcome = Ok(Vec::new());
    } else {
        let (units, all) = split(group.units);
        replies = all;
        outcome = write(shared, units).await;
    }
    match &outcome {
        Ok(_) => shared.journal.committed(),
        Err(error) => {
            // What was taken from the table is there again.
            shared.has_notes.store(true, Ordering::Release);
            tracing::error!(%error, "a commit failed");
        }
    }
    let failure = outcome.as_ref().err().map(Error::again);
    let mut answers = outcome.unwrap_or_default().into_iter();
    for reply in replies {
        let answer = match (&failure, answers.next()) {
            (None, Some(answer)) => answer,
            (Some(error), _) => Err(error.again()),
            (None, None) => Err(Error::failed("a unit was not answered")),
        };
        // The caller may have gone; what is committed stays.
        let _ = reply.send(answer);
    }
    for reply in group.settles {
        let _ = reply.send(failure.as_ref().map_or(Ok(()), |error| Err(error.again())));
    }
}

/// Units without those who wait for them.
fn split(units: Vec<Unit>) -> (Vec<Unit>, Vec<oneshot::Sender<Answer>>) {
    let apart = units.into_iter().map(|mut unit| {
        let (nobody, _) = oneshot::channel();
        let reply = std::mem::replace(&mut unit.reply, nobody);
        (unit, reply)
    });
    apart.unzip()
}

/// Writes everything in one transaction; gives what became of each unit.
async fn write(shared: &Arc<Shared>, mut units: Vec<Unit>) -> Result<Vec<Answer>, Error> {
    let mut connection = connection(shared).await?;
    let transaction = begin_change(&mut connection).await?;
    // Both in one round trip.
    let lock = Counters::lock(&transaction);
    let (counters, token) = try_join(lock, outcome::token(&transaction)).await?;
    let mut registry = Registry::begin(shared, &transaction, counters).await?;
    let types = units.iter().flat_map(|unit| &unit.changes);
    let types = types.map(|change| change.resource_type.code());
    registry.indexing().spoil(&transaction, types).await?;
    let reading = registry.indexing().reading(shared);
    for change in units.iter_mut().flat_map(|unit| &mut unit.changes) {
        change.index_by(&reading)?;
    }
    let mut world = World::load(&transaction, &mut registry, &units).await?;
    let coming = World::coming(&transaction, &mut registry, &units).await?;
    let mut answers = Vec::with_capacity(units.len());
    let mut records = Lines::default();
    let mut last = Statements::default();
    let changes = units.iter().map(|unit| unit.changes.len()).sum();
    for (mut unit, keys) in units.into_iter().zip(coming) {
        let completion = unit.completion.take();
        if let Some(completion) = &completion
            && !jobs::is_held(&transaction, &completion.lease).await?
        {
            answers.push(Err(Error::Lapsed));
            continue;
        }
        if !unit.expectations.is_empty() {
            flush(&transaction, &mut registry, &mut world).await?;
            if !are_so(shared, &transaction, &mut registry, &unit).await? {
                answers.push(Err(Error::Outdated));
                continue;
            }
        }
        let around = (&registry, &mut world);
        let answer = accept(shared, around, (unit, keys), &mut records)?;
        if let (Some(completion), Ok(written)) = (&completion, &answer) {
            complete(completion, written, &mut last);
        }
        answers.push(answer);
    }
    flush(&transaction, &mut registry, &mut world).await?;
    shared.statistics.consider(&transaction, changes).await?;
    let redefines = world.definitions.is_some();
    if let Some(definitions) = &world.definitions {
        let before = registry.indexing().unindexed.defined();
        defined::redefine(&transaction, before, definitions).await?;
    }
    let newest = audit(shared, &transaction, records, &mut last).await?;
    mark(shared, &token, newest, &mut last);
    registry.last_statement(&mut last);
    last.run(&transaction).await?;
    let ended = end_change(transaction).await;
    // There may be no other to ask with.
    drop(connection);
    if let Err(error) = ended {
        outcome::unless_committed(shared, &token, error).await?;
    }
    crate::training::consider(shared, registry.next_sequences());
    registry.committed();
    if redefines && let Err(error) = look_again(shared).await {
        // The next search or write does it.
        tracing::debug!(%error, "what is defined was not read again");
    }
    Ok(answers)
}

/// Keeps the answer of the job that is done with a unit.
fn complete(completion: &Completion, written: &[Written], out: &mut Statements) {
    let answer = (completion.answer)(written);
    let job = completion.lease.job.clone();
    let body = Vec::from(answer.body);
    let args: Vec<Value> = vec![Box::new(job), Box::new(answer.head), Box::new(body)];
    out.add(jobs::COMPLETE, args);
}

async fn are_so(
    shared: &Shared,
    transaction: &Transaction<'_>,
    registry: &mut Registry<'_>,
    unit: &Unit,
) -> Result<bool, Error> {
    for expected in &unit.expectations {
        if !expected.is_so(shared, transaction, registry).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Applies one unit whole or not at all; only a fault of ours ends the group.
fn accept(
    shared: &Shared,
    (registry, world): (&Registry<'_>, &mut World),
    (unit, keys): (Unit, Vec<Option<Keys>>),
    records: &mut Lines,
) -> Result<Answer, Error> {
    let whose = unit.audit.as_ref().map(|record| record.whose.clone());
    let definitions = registry.indexing().definitions.clone();
    let mut applier = Applier::new(shared, (world, definitions), whose);
    let mut written = Vec::with_capacity(unit.changes.len());
    for (at, (change, keys)) in unit.changes.into_iter().zip(keys).enumerate() {
        let rid = registry.known(change.resource_type, &change.id);
        match applier.apply(change, rid, keys) {
            Ok(one) => written.push(one),
            Err(Stop::Refused(refusal)) => {
                applier.back();
                return Ok(Err(Error::Refused(at, refusal)));
            }
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    if let Some(mut record) = unit.audit {
        record.whose = applier.whose.take().unwrap_or_default();
        records.push(&record)?;
    }
    Ok(Ok(written))
}

/// Marks this commit as the node's last, with how far its journal is committed where that changed.
fn mark(shared: &Shared, token: &str, newest: Option<i64>, out: &mut Statements) {
    let text = "INSERT INTO node(name,number,token) VALUES($1,coalesce($2::int8,0),$3) \
                ON CONFLICT(name) DO UPDATE SET number=coalesce($2::int8,node.number),token=$3";
    let node = shared.node.clone();
    let args: Vec<Value> = vec![Box::new(node), Box::new(newest), Box::new(token.to_owned())];
    out.add(text, args);
}

/// Takes the records that were committed with changes of the small tables, by whichever node.
async fn noted(shared: &Shared, transaction: &Transaction<'_>) -> Result<Lines, Error> {
    let mut lines = Lines::default();
    if !shared.has_notes.swap(false, Ordering::AcqRel) {
        return Ok(lines);
    }
    let take = "WITH taken AS (DELETE FROM audit_note RETURNING number,record) \
                SELECT record FROM taken ORDER BY number";
    let rows = query(transaction, take, &[]).await;
    for row in &rows.map_err(|e| store_error(&e))? {
        lines.text.extend_from_slice(get(row, 0)?);
        lines.count += 1;
    }
    Ok(lines)
}

/// Adds the block of this commit's records, those of earlier reads among them: the newest of these
/// is given.
async fn audit(
    shared: &Shared,
    transaction: &Transaction<'_>,
    mut records: Lines,
    out: &mut Statements,
) -> Result<Option<i64>, Error> {
    let (taken, newest) = shared.journal.take();
    records.append(&noted(shared, transaction).await?);
    records.append(&taken);
    if records.count == 0 {
        return Ok(None);
    }
    let before = "SELECT last,seal FROM audit_block ORDER BY last DESC LIMIT 1";
    let before = query_opt(transaction, before, &[]).await?;
    let before = before
        .map(|row| {
            let seal: &[u8] = get(&row, 1)?;
            Ok::<_, Error>(Block {
                last: u64::try_from(get::<i64>(&row, 0)?).unwrap_or_default(),
                seal: seal.try_into().unwrap_or_default(),
                ..Block::default()
            })
        })
        .transpose()?;
    let Some(block) = Block::behind(before.as_ref(), &records, 0)? else {
        return Ok(None);
    };
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let text = "INSERT INTO audit_block(last,count,first_at,last_at,previous,seal,records) \
                VALUES($1,$2,$3,$4,$5,$6,$7)";
    out.add(
        text,
        vec![
            Box::new(number(block.last)),
            Box::new(number(block.count)),
            Box::new(block.first_at),
            Box::new(block.last_at),
            Box::new(block.previous.to_vec()),
            Box::new(block.seal.to_vec()),
            Box::new(block.records),
        ],
    );
    Ok((taken.count > 0).then(|| number(newest)))
}
