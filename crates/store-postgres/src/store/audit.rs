//! The audit trail.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::backend::audit::Sift;
use cresset_store::backend::instant;
use cresset_store::{Audit, AuditAsk, AuditRecord, Error, Trail};
use tokio::sync::oneshot;

use super::PostgresStore;
use crate::fault::store_error;
use crate::row::get;
use crate::snapshot::{Args, begin_change, connection, end_change, execute, query, query_opt};
use crate::writer::{AUDIT_ENOUGH, Job};

/// Blocks read at once.
const BLOCKS: i64 = 16;

#[async_trait]
impl Audit for PostgresStore {
    fn record(&self, record: AuditRecord) -> Result<(), Error> {
        let most = self.shared.limits.audit_waiting_max;
        let waiting = self.shared.journal.append(&record, most)?;
        // Waking the writer costs more than a read: the first record wakes it, and the one that
        // makes many. A full queue need not be told, its next commit takes the records along.
        if waiting == 1 || waiting == AUDIT_ENOUGH {
            let _ = self.jobs.try_send(Job::Audit);
        }
        Ok(())
    }

    async fn settle(&self) -> Result<(), Error> {
        // Whatever was taken before goes into the commit of this, or of an earlier, job.
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job::Settle(reply))?;
        answer.await.map_err(|_| Error::Busy)?
    }

    async fn trail(&self, ask: &AuditAsk) -> Result<Trail, Error> {
        let connection = connection(&self.shared).await?;
        let text = "SELECT last,records FROM audit_block WHERE last-count+1<$1 AND last<$2 \
                    AND last_at>=$3 AND first_at<$4 ORDER BY last DESC LIMIT $5";
        let before = ask
            .before
            .and_then(|n| i64::try_from(n).ok())
            .unwrap_or(i64::MAX);
        let from = ask.from.map_or(i64::MIN, instant::millis);
        // The instants kept are rounded down.
        let until = ask
            .until
            .map_or(i64::MAX, |until| instant::millis(until).saturating_add(1));
        let mut sift = Sift::new(ask);
        let mut beyond = i64::MAX;
        while !sift.is_enough() {
            let args: Args<'_> = &[&before, &beyond, &from, &until, &BLOCKS];
            let rows = query(&connection, text, args).await;
            let rows = rows.map_err(|e| store_error(&e))?;
            for row in &rows {
                if sift.is_enough() {
                    break;
                }
                beyond = get(row, 0)?;
                let last = u64::try_from(beyond).unwrap_or_default();
                sift.block(last, &self.shared.codec.expand(get(row, 1)?)?)?;
            }
            if rows.is_empty() {
                break;
            }
        }
        Ok(sift.trail())
    }

    async fn drop_records(&self, before: Timestamp) -> Result<u64, Error> {
        let mut connection = connection(&self.shared).await?;
        let transaction = begin_change(&mut connection).await?;
        // Up to the first block that must stay: a gap in the middle would look like a deletion.
        let stays = "SELECT min(last) FROM audit_block WHERE last_at>=$1 \
                     OR last=(SELECT max(last) FROM audit_block)";
        let stays = query_opt(&transaction, stays, &[&instant::millis(before)]).await?;
        let stays: Option<i64> = stays.map_or(Ok(None), |row| get(&row, 0))?;
        let Some(stays) = stays else { return Ok(0) };
        let count = "SELECT coalesce(sum(count),0)::int8 FROM audit_block WHERE last<$1";
        let count = query_opt(&transaction, count, &[&stays]).await?;
        let count: i64 = count.map_or(Ok(0), |row| get(&row, 0))?;
        execute(
            &transaction,
            "DELETE FROM audit_block WHERE last<$1",
            &[&stays],
        )
        .await?;
        end_change(transaction).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}
