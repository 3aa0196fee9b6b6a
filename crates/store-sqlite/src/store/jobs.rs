//! Work that outlives the request that asked for it.

use async_trait::async_trait;
use bytes::Bytes;
use cresset_base::Timestamp;
use cresset_store::job::{Job, JobAnswer, JobState, Jobs, JobsDue, Lease, Stage, Taken};
use cresset_store::{Completion, Error, Written};
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use crate::fault::store_error;
use crate::instant::{millis, timestamp};

/// Whether the job a unit completes is still held as it was when the unit was made.
pub(crate) fn is_held(connection: &Connection, lease: &Lease) -> rusqlite::Result<bool> {
    let text = "SELECT count(*) FROM job WHERE id=? AND number=? AND stage IN (1,2)";
    let mut statement = connection.prepare_cached(text)?;
    let held: u32 = statement.query_row((&lease.job, lease.number), |row| row.get(0))?;
    Ok(held == 1)
}

/// Keeps the answer of the job a unit completes.
pub(crate) fn complete(
    connection: &Connection,
    completion: &Completion,
    written: &[Written],
) -> rusqlite::Result<()> {
    let answer = (completion.answer)(written);
    let text = "UPDATE job SET stage=3,head=?2,answer=?3 WHERE id=?1";
    let mut statement = connection.prepare_cached(text)?;
    statement
        .execute((&completion.lease.job, &answer.head, &answer.body[..]))
        .map(drop)
}

#[async_trait]
impl Jobs for SqliteStore {
    async fn add_job(&self, job: Job, at_most: usize) -> Result<bool, Error> {
        self.change(move |connection| {
            let asked = millis(job.asked);
            let count = "SELECT count(*) FROM job WHERE app=? AND kept_until>?";
            let kept: usize = connection.query_row(count, (&job.app, asked), |row| row.get(0))?;
            if kept >= at_most {
                return Ok(false);
            }
            let text = "INSERT INTO job(id,app,asked,kept_until,stage,due,number,progress,content,body) \
                        VALUES(?1,?2,?3,?4,0,?3,0,'',?5,?6)";
            let kept_until = millis(job.kept_until);
            let row = (&job.id, &job.app, asked, kept_until, &job.content, &job.body[..]);
            connection.execute(text, row)?;
            Ok(true)
        })
        .await
    }

    async fn lookup_job(&self, id: &str) -> Result<Option<JobState>, Error> {
        let id = id.to_owned();
        let found = self.ask(move |_, connection| {
            let find = || {
                let text =
                    "SELECT app,content,asked,kept_until,stage,due,progress FROM job WHERE id=?";
                let mut statement = connection.prepare_cached(text)?;
                statement.query_row([&id], state).optional()
            };
            find().map_err(|e| store_error(&e))
        });
        found.await?.transpose()
    }

    async fn take_job(&self, now: Timestamp, until: Timestamp) -> Result<Option<Taken>, Error> {
        let taken = self.change(move |connection| {
            let text = "SELECT id,stage FROM job WHERE stage<4 AND due<=?1 AND kept_until>?1 \
                        ORDER BY due,id LIMIT 1";
            let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i16>(1)?));
            let found = connection.query_row(text, [millis(now)], read).optional()?;
            let Some((id, before)) = found else {
                return Ok(None);
            };
            let text = "UPDATE job SET due=?2,number=number+1,stage=max(stage,1) WHERE id=?1 \
                        RETURNING app,content,asked,kept_until,number,body";
            let read = |row: &Row<'_>| {
                let job = Job {
                    id: id.clone(),
                    app: row.get(0)?,
                    content: row.get(1)?,
                    body: Bytes::from(row.get::<_, Vec<u8>>(5)?),
                    asked: timestamp(row.get(2)?),
                    kept_until: timestamp(row.get(3)?),
                };
                let number = row.get(4)?;
                Ok((job, number))
            };
            let (job, number) = connection.query_row(text, (&id, millis(until)), read)?;
            Ok(Some((job, Lease { job: id, number }, before)))
        });
        let Some((job, lease, before)) = taken.await? else {
            return Ok(None);
        };
        let before = Stage::of_code(before)?;
        Ok(Some(Taken { job, lease, before }))
    }

    async fn hold_job(
        &self,
        lease: &Lease,
        until: Timestamp,
        progress: &str,
    ) -> Result<bool, Error> {
        let (lease, progress) = (lease.clone(), progress.to_owned());
        let held = self.change(move |connection| {
            let text = "UPDATE job SET due=?3,progress=?4 WHERE id=?1 AND number=?2 AND stage<4";
            let row = (&lease.job, lease.number, millis(until), &progress);
            connection.execute(text, row)
        });
        Ok(held.await? == 1)
    }

    async fn begin_once(&self, lease: &Lease) -> Result<bool, Error> {
        let lease = lease.clone();
        let begun = self.change(move |connection| {
            let text = "UPDATE job SET stage=2 WHERE id=? AND number=? AND stage=1";
            connection.execute(text, (&lease.job, lease.number))
        });
        Ok(begun.await? == 1)
    }

    async fn finish_job(&self, lease: &Lease, answer: Option<JobAnswer>) -> Result<bool, Error> {
        let lease = lease.clone();
        let finished = self.change(move |connection| {
            let text = "UPDATE job SET stage=4,body=x'',head=coalesce(?3,head),\
                        answer=coalesce(?4,answer) WHERE id=?1 AND number=?2 AND stage<4";
            let head = answer.as_ref().map(|answer| &answer.head);
            let body = answer.as_ref().map(|answer| &answer.body[..]);
            connection.execute(text, (&lease.job, lease.number, head, body))
        });
        Ok(finished.await? == 1)
    }

    async fn job_answer(&self, id: &str) -> Result<Option<JobAnswer>, Error> {
        let id = id.to_owned();
        self.ask(move |_, connection| {
            let find = || {
                let text =
                    "SELECT head,answer FROM job WHERE id=? AND stage=4 AND head IS NOT NULL";
                let mut statement = connection.prepare_cached(text)?;
                let read = |row: &Row<'_>| {
                    Ok(JobAnswer {
                        head: row.get(0)?,
                        body: Bytes::from(row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default()),
                    })
                };
                statement.query_row([&id], read).optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn remove_job(&self, id: &str) -> Result<bool, Error> {
        let id = id.to_owned();
        let removed =
            self.change(move |connection| connection.execute("DELETE FROM job WHERE id=?", [&id]));
        Ok(removed.await? == 1)
    }

    async fn drop_jobs(&self, now: Timestamp) -> Result<u64, Error> {
        let dropped = self.change(move |connection| {
            connection.execute("DELETE FROM job WHERE kept_until<=?", [millis(now)])
        });
        Ok(u64::try_from(dropped.await?).unwrap_or(u64::MAX))
    }

    async fn count_jobs(&self, now: Timestamp) -> Result<JobsDue, Error> {
        self.ask(move |_, connection| {
            let text = "SELECT count(*) FILTER (WHERE stage<4 AND due<=?1 AND kept_until>?1),\
                        count(*) FILTER (WHERE kept_until<=?1),count(*) FROM job";
            let read = |row: &Row<'_>| {
                Ok(JobsDue {
                    to_take: row.get(0)?,
                    to_drop: row.get(1)?,
                    all: row.get(2)?,
                })
            };
            let counted = connection.query_row(text, [millis(now)], read);
            counted.map_err(|e| store_error(&e))
        })
        .await
    }
}

fn state(row: &Row<'_>) -> rusqlite::Result<Result<JobState, Error>> {
    let (app, content, progress) = (row.get(0)?, row.get(1)?, row.get(6)?);
    let (asked, kept_until, held_until) = (row.get(2)?, row.get(3)?, row.get(5)?);
    let stage = Stage::of_code(row.get(4)?);
    Ok(stage.map(|stage| JobState {
        app,
        content,
        asked: timestamp(asked),
        kept_until: timestamp(kept_until),
        stage,
        held_until: timestamp(held_until),
        progress,
    }))
}
