//! One commit for many units, each of which is accepted or refused on its own.

use std::sync::atomic::Ordering;

use cresset_store::backend::defining::defines;
use cresset_store::backend::prepared::Prepared;
use cresset_store::{Completion, Error, Reindexed, Written};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::apply::{Applier, Stop};
use super::batch::Batch;
use super::expected::Expected;
use super::memory::Memory;
use super::reindex::Part;
use super::unit::Unit;
use super::{Gathered, Reply, Writer, facts, reindex};
use crate::audit::block;
use crate::catalog;
use crate::connection::adapt_checkpoints;
use crate::fault::store_error;
use crate::store::jobs;
use crate::{instant, training};

type Answer = (
    oneshot::Sender<Result<Vec<Written>, Error>>,
    Result<Vec<Written>, Error>,
);

/// Commits a group and answers everyone in it.
pub(crate) fn commit(writer: &mut Writer, group: Gathered) {
    let mut answers = Vec::with_capacity(group.units.len());
    let mut replies = Vec::with_capacity(group.tasks.len());
    let touches_resources = !group.units.is_empty();
    writer
        .shared
        .units
        .fetch_add(group.units.len() as u64, Ordering::Relaxed);
    writer.shared.commits.fetch_add(1, Ordering::Relaxed);
    let outcome = write(writer, group, &mut answers, &mut replies);
    if let Err(error) = &outcome {
        tracing::error!(%error, "a commit failed");
        recover(writer);
    } else {
        writer.shared.journal.committed();
    }
    if outcome.is_ok() && touches_resources {
        writer.shared.generation.fetch_add(1, Ordering::Release);
    }
    for (sender, answer) in answers {
        let answer = match (&outcome, answer) {
            (Err(error), Ok(_)) => Err(error.again()),
            (_, answer) => answer,
        };
        // The caller may have gone; what is committed stays.
        let _ = sender.send(answer);
    }
    for reply in replies {
        reply(&outcome);
    }
    if outcome.is_ok() && touches_resources {
        training::consider(writer);
    }
}

fn write(
    writer: &mut Writer,
    group: Gathered,
    answers: &mut Vec<Answer>,
    replies: &mut Vec<Reply>,
) -> Result<(), Error> {
    let mut outcome = refresh(writer)
        .map_err(|e| store_error(&e))
        .and_then(|()| run(writer, "BEGIN IMMEDIATE"));
    let mut batch = Batch::default();
    for unit in group.units {
        let (answer, failure) = match &outcome {
            Ok(()) => accept(writer, &mut batch, unit),
            Err(error) => ((unit.reply, Err(error.again())), None),
        };
        answers.push(answer);
        outcome = match failure {
            Some(error) => Err(error),
            None => outcome,
        };
    }
    for task in group.tasks {
        // Without a transaction it would be kept, whatever its caller is told: then it does not happen.
        outcome.as_ref().map_err(Error::again)?;
        let before = writer.connection.total_changes();
        let done = task(&writer.connection);
        replies.push(done.reply);
        // One that fails before it changes anything fails alone. Otherwise what it did until then would
        // be kept with the others.
        let is_half_done =
            writer.connection.total_changes() != before || writer.connection.is_autocommit();
        if let Some(failure) = done.failure.filter(|_| is_half_done) {
            outcome = Err(failure);
        }
        if let Some(record) = done.record {
            batch.records.push(&record)?;
        }
    }
    outcome?;
    if let Some(definitions) = batch.definitions.take() {
        let index = writer.shared.index();
        let index = catalog::redefine(&writer.connection, &index, definitions)?;
        // Before the commit: see the room of the index.
        writer.shared.set_index(index);
    }
    let of_resources = !answers.is_empty() || !group.reindex.is_empty();
    if !group.reindex.is_empty() {
        replies.push(reindexed(writer, &mut batch, group.reindex)?);
    }
    if of_resources {
        finish(writer, &mut batch).map_err(|e| store_error(&e))?;
    }
    let (taken, newest) = writer.shared.journal.take();
    let mut records = std::mem::take(&mut batch.records);
    records.append(&taken);
    block::append(&writer.connection, &records, newest)?;
    adapt_checkpoints(&writer.connection).map_err(|e| store_error(&e))?;
    writer
        .shared
        .current
        .commit(&batch.replaced, || run(writer, "COMMIT"))
}

/// Does a part of the index; what came of it holds when it is committed.
fn reindexed(
    writer: &mut Writer,
    batch: &mut Batch,
    senders: Vec<oneshot::Sender<Result<Reindexed, Error>>>,
) -> Result<Reply, Error> {
    let Part {
        reindexed,
        building,
    } = reindex::part(writer, batch)?;
    let shared = writer.shared.clone();
    Ok(Box::new(move |committed| {
        if committed.is_ok() {
            shared.set_index(shared.index().building(building));
        }
        for sender in senders {
            let answer = committed.as_ref().map(|()| reindexed);
            // Whoever asked may have gone.
            let _ = sender.send(answer.map_err(Error::again));
        }
    }))
}

fn run(writer: &Writer, text: &str) -> Result<(), Error> {
    let mut statement = writer
        .connection
        .prepare_cached(text)
        .map_err(|e| store_error(&e))?;
    statement
        .execute(())
        .map(|_| ())
        .map_err(|e| store_error(&e))
}

/// Index rows, numbers and counts of the whole group.
fn finish(writer: &mut Writer, batch: &mut Batch) -> rusqlite::Result<()> {
    batch.flush(&writer.connection)?;
    facts::flush(&writer.connection, &writer.shared, batch)?;
    let mut statement = writer.connection.prepare_cached(
        "INSERT INTO tally(type,next,live) VALUES(?1,?2,?3) \
         ON CONFLICT(type) DO UPDATE SET next=?2,live=live+?3 WHERE next<>?2 OR ?3<>0",
    )?;
    for (of, next) in writer.memory.next_sequences() {
        let live = batch.live.get(&of).copied().unwrap_or_default();
        statement.execute((of, next, live))?;
    }
    Ok(())
}

/// Applies one unit in its own savepoint; a failure of the database ends the group.
fn accept(writer: &mut Writer, batch: &mut Batch, unit: Unit) -> (Answer, Option<Error>) {
    let Unit {
        mut changes,
        expectations,
        audit,
        completion,
        reply,
    } = unit;
    match lapsed(&writer.connection, completion.as_ref()) {
        Ok(false) => {}
        Ok(true) => return ((reply, Err(Error::Lapsed)), None),
        Err(error) => return ((reply, Err(error.again())), Some(error)),
    }
    let now_ms = instant::millis(writer.shared.clock.now());
    let mut applier = Applier {
        connection: &writer.connection,
        shared: &writer.shared,
        index: writer.shared.index(),
        memory: &mut writer.memory,
        batch,
        live: Vec::new(),
        now_ms,
        whose: audit.as_ref().map(|record| record.whose.clone()),
    };
    match are_so(&mut applier, &expectations) {
        Ok(true) => {}
        Ok(false) => return ((reply, Err(Error::Outdated)), None),
        Err(error) => return ((reply, Err(error.again())), Some(error)),
    }
    let mut targets = Vec::with_capacity(changes.len());
    for change in &mut changes {
        let reading = applier.shared.reading(&applier.index);
        let indexed = change.index_by(&reading);
        match indexed.and_then(|()| applier.target(change)) {
            Ok(target) => targets.push(target),
            Err(error) => return ((reply, Err(error.again())), Some(error)),
        }
    }
    let work = Work {
        changes,
        targets,
        audit,
        completion,
    };
    match apply_all(&mut applier, work) {
        Ok(written) => ((reply, Ok(written)), None),
        Err((at, Stop::Refused(refusal))) => ((reply, Err(Error::Refused(at, refusal))), None),
        Err((_, Stop::Failed(error))) => ((reply, Err(error.again())), Some(error)),
    }
}

/// Whether the job that is done with a unit was lost to somebody else. Nobody can take it before the commit
/// of this group: that too is done here.
fn lapsed(connection: &Connection, completion: Option<&Completion>) -> Result<bool, Error> {
    let Some(completion) = completion else {
        return Ok(false);
    };
    let held = jobs::is_held(connection, &completion.lease);
    held.map(|held| !held).map_err(|e| store_error(&e))
}

/// Whether every search still finds what it found.
fn are_so(applier: &mut Applier<'_>, expectations: &[Expected]) -> Result<bool, Error> {
    if !expectations.is_empty() {
        let flushed = applier.batch.flush(applier.connection);
        flushed.map_err(|e| store_error(&e))?;
    }
    for expected in expectations {
        if !expected.is_so(applier)? {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Work {
    changes: Vec<Prepared>,
    targets: Vec<super::apply::Target>,
    audit: Option<cresset_store::AuditRecord>,
    completion: Option<Completion>,
}

fn apply_all(applier: &mut Applier<'_>, work: Work) -> Result<Vec<Written>, (usize, Stop)> {
    let fail = |error: rusqlite::Error| (0, Stop::from(error));
    if work.targets.iter().any(|target| applier.must_flush(target)) {
        applier.batch.flush(applier.connection).map_err(fail)?;
    }
    let run = |applier: &Applier<'_>, text: &str| {
        applier
            .connection
            .prepare_cached(text)
            .and_then(|mut s| s.execute(()))
            .map(|_| ())
    };
    // A change alone is refused before it writes anything: there is nothing to go back to, but where
    // it defines something.
    let alone = work.changes.len() == 1 && !work.changes.iter().any(|c| defines(c.resource_type));
    if !alone {
        run(applier, "SAVEPOINT unit").map_err(fail)?;
    }
    let mark = applier.batch.mark();
    let definitions = applier.batch.definitions.clone();
    let mut written = Vec::with_capacity(work.changes.len());
    for (at, (change, target)) in work.changes.into_iter().zip(work.targets).enumerate() {
        if applier.must_flush(&target) {
            applier.batch.flush(applier.connection).map_err(fail)?;
        }
        match applier.apply(change, target) {
            Ok(one) => written.push(one),
            // SQLite may have ended the whole transaction, and the group ends with it.
            Err(Stop::Failed(error)) => return Err((at, Stop::Failed(error))),
            Err(stop) => {
                applier.batch.back_to(mark);
                applier.batch.definitions = definitions;
                if !alone {
                    run(applier, "ROLLBACK TO unit").map_err(fail)?;
                    run(applier, "RELEASE unit").map_err(fail)?;
                }
                return Err((at, stop));
            }
        }
    }
    if !alone {
        run(applier, "RELEASE unit").map_err(fail)?;
    }
    if let Some(mut record) = work.audit {
        record.whose = applier.whose.take().unwrap_or_default();
        let kept = applier.batch.records.push(&record);
        kept.map_err(|error| (0, Stop::Failed(error)))?;
    }
    if let Some(completion) = work.completion {
        jobs::complete(applier.connection, &completion, &written).map_err(fail)?;
    }
    for (of, change) in std::mem::take(&mut applier.live) {
        *applier.batch.live.entry(of).or_default() += change;
    }
    Ok(written)
}

/// After a failed commit nothing remembered can be trusted.
fn recover(writer: &mut Writer) {
    if !writer.connection.is_autocommit() {
        let _ = run(writer, "ROLLBACK");
    }
    writer.stale = true;
}

/// Reads again what is remembered, where a failed commit made it doubtful.
fn refresh(writer: &mut Writer) -> rusqlite::Result<()> {
    if writer.stale {
        writer.memory = Memory::load(&writer.connection)?;
        writer.shared.reload(&mut writer.connection)?;
        writer.stale = false;
    }
    Ok(())
}
