//! Work that outlives the request that asked for it.

use async_trait::async_trait;
use bytes::Bytes;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::backend::instant::{millis, timestamp};
use cresset_store::job::{Job, JobAnswer, JobState, Jobs, JobsDue, Lease, Stage, Taken};
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::PostgresStore;
use crate::row::get;
use crate::snapshot::query_opt;

/// Whether the job a unit completes is still held as it was when the unit was made; nobody takes it before
/// the transaction ends.
pub(crate) async fn is_held(client: &impl GenericClient, lease: &Lease) -> Result<bool, Error> {
    let text = "SELECT 1 FROM job WHERE id=$1 AND number=$2 AND stage IN (1,2) FOR UPDATE";
    let row = query_opt(client, text, &[&lease.job, &number(lease)]).await?;
    Ok(row.is_some())
}

/// Keeps the answer of a job with the unit that completes it: its id, head and body.
pub(crate) const COMPLETE: &str = "UPDATE job SET stage=3,head=$2,answer=$3 WHERE id=$1";

fn number(lease: &Lease) -> i32 {
    i32::try_from(lease.number).unwrap_or(i32::MAX)
}

fn count(row: &Row, at: usize) -> Result<u64, Error> {
    Ok(u64::try_from(get::<i64>(row, at)?).unwrap_or_default())
}

#[async_trait]
impl Jobs for PostgresStore {
    async fn add_job(&self, job: Job, at_most: usize) -> Result<bool, Error> {
        let text = "INSERT INTO job(id,app,asked,kept_until,stage,due,number,progress,content,body) \
                    SELECT $1,$2,$3,$4,0,$3,0,'',$5,$6 \
                    WHERE (SELECT count(*) FROM job WHERE app=$2 AND kept_until>$3)<$7";
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        let added = self
            .change(
                text,
                &[
                    &job.id,
                    &job.app,
                    &millis(job.asked),
                    &millis(job.kept_until),
                    &job.content,
                    &&job.body[..],
                    &at_most,
                ],
            )
            .await?;
        Ok(added == 1)
    }

    async fn lookup_job(&self, id: &str) -> Result<Option<JobState>, Error> {
        let text = "SELECT app,content,asked,kept_until,stage,due,progress FROM job WHERE id=$1";
        self.one(text, &[&id], |row| {
            Ok(JobState {
                app: get(row, 0)?,
                content: get(row, 1)?,
                asked: timestamp(get(row, 2)?),
                kept_until: timestamp(get(row, 3)?),
                stage: Stage::of_code(get(row, 4)?)?,
                held_until: timestamp(get(row, 5)?),
                progress: get(row, 6)?,
            })
        })
        .await
    }

    async fn take_job(&self, now: Timestamp, until: Timestamp) -> Result<Option<Taken>, Error> {
        let text = "WITH due AS MATERIALIZED (SELECT id,stage FROM job \
                    WHERE stage<4 AND due<=$1 AND kept_until>$1 \
                    ORDER BY due,id LIMIT 1 FOR UPDATE SKIP LOCKED) \
                    UPDATE job SET due=$2,number=number+1,stage=greatest(job.stage,1::smallint) \
                    FROM due WHERE job.id=due.id \
                    RETURNING job.id,app,content,asked,kept_until,number,body,due.stage";
        self.one(text, &[&millis(now), &millis(until)], |row| {
            let job = Job {
                id: get(row, 0)?,
                app: get(row, 1)?,
                content: get(row, 2)?,
                body: Bytes::copy_from_slice(get(row, 6)?),
                asked: timestamp(get(row, 3)?),
                kept_until: timestamp(get(row, 4)?),
            };
            let lease = Lease {
                job: job.id.clone(),
                number: u32::try_from(get::<i32>(row, 5)?).unwrap_or(u32::MAX),
            };
            let before = Stage::of_code(get(row, 7)?)?;
            Ok(Taken { job, lease, before })
        })
        .await
    }

    async fn hold_job(
        &self,
        lease: &Lease,
        until: Timestamp,
        progress: &str,
    ) -> Result<bool, Error> {
        let text = "UPDATE job SET due=$3,progress=$4 WHERE id=$1 AND number=$2 AND stage<4";
        let (number, until) = (number(lease), millis(until));
        let held = self
            .change(text, &[&lease.job, &number, &until, &progress])
            .await?;
        Ok(held == 1)
    }

    async fn begin_once(&self, lease: &Lease) -> Result<bool, Error> {
        let text = "UPDATE job SET stage=2 WHERE id=$1 AND number=$2 AND stage=1";
        let begun = self.change(text, &[&lease.job, &number(lease)]).await?;
        Ok(begun == 1)
    }

    async fn finish_job(&self, lease: &Lease, answer: Option<JobAnswer>) -> Result<bool, Error> {
        let text = "UPDATE job SET stage=4,body='',head=coalesce($3::text,head),\
                    answer=coalesce($4::bytea,answer) WHERE id=$1 AND number=$2 AND stage<4";
        let head = answer.as_ref().map(|answer| &answer.head);
        let body = answer.as_ref().map(|answer| &answer.body[..]);
        let number = number(lease);
        let finished = self
            .change(text, &[&lease.job, &number, &head, &body])
            .await?;
        Ok(finished == 1)
    }

    async fn job_answer(&self, id: &str) -> Result<Option<JobAnswer>, Error> {
        let text = "SELECT head,answer FROM job WHERE id=$1 AND stage=4 AND head IS NOT NULL";
        self.one(text, &[&id], |row| {
            let body: Option<&[u8]> = get(row, 1)?;
            Ok(JobAnswer {
                head: get(row, 0)?,
                body: Bytes::copy_from_slice(body.unwrap_or_default()),
            })
        })
        .await
    }

    async fn remove_job(&self, id: &str) -> Result<bool, Error> {
        let removed = self.change("DELETE FROM job WHERE id=$1", &[&id]).await?;
        Ok(removed == 1)
    }

    async fn drop_jobs(&self, now: Timestamp) -> Result<u64, Error> {
        let text = "DELETE FROM job WHERE kept_until<=$1";
        self.change(text, &[&millis(now)]).await
    }

    async fn count_jobs(&self, now: Timestamp) -> Result<JobsDue, Error> {
        let text = "SELECT count(*) FILTER (WHERE stage<4 AND due<=$1 AND kept_until>$1),\
                    count(*) FILTER (WHERE kept_until<=$1),count(*) FROM job";
        let read = |row: &Row| {
            Ok(JobsDue {
                to_take: count(row, 0)?,
                to_drop: count(row, 1)?,
                all: count(row, 2)?,
            })
        };
        let counted = self.one(text, &[&millis(now)], read).await?;
        Ok(counted.unwrap_or_default())
    }
}
