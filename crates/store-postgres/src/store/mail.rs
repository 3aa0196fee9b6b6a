//! Mail that waits.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::backend::instant::millis;
use cresset_store::mail::{Claimed, Mail, Outbox};
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::PostgresStore;
use super::small::{json, text};
use crate::row::get;
use crate::snapshot::execute;

/// Stores a message where there is one; [`Error::Busy`] when too many wait.
pub(super) async fn insert(
    client: &impl GenericClient,
    mail: Option<&Mail>,
    waiting_max: i64,
) -> Result<(), Error> {
    let Some(mail) = mail else {
        return Ok(());
    };
    let add = "INSERT INTO mail(id,content,due,tries) SELECT $1,$2,$3,0 \
               WHERE (SELECT count(*) FROM mail)<$4";
    let content = text(mail)?;
    let due = millis(mail.posted);
    match execute(client, add, &[&mail.id, &content, &due, &waiting_max]).await? {
        0 => Err(Error::Busy),
        _ => Ok(()),
    }
}

#[async_trait]
impl Outbox for PostgresStore {
    async fn claim_mail(&self, now: Timestamp, until: Timestamp) -> Result<Option<Claimed>, Error> {
        let claim = "UPDATE mail SET due=$2,tries=tries+1 WHERE id=(SELECT id FROM mail WHERE due<=$1 \
                     ORDER BY due,id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING content,tries";
        let read = |row: &Row| {
            Ok(Claimed {
                mail: json(row, 0)?,
                tries: u32::try_from(get::<i32>(row, 1)?).unwrap_or(u32::MAX),
            })
        };
        self.one(claim, &[&millis(now), &millis(until)], read).await
    }

    async fn delay_mail(&self, id: &str, until: Timestamp) -> Result<(), Error> {
        let delay = "UPDATE mail SET due=$2 WHERE id=$1";
        self.change(delay, &[&id, &millis(until)]).await.map(drop)
    }

    async fn drop_mail(&self, id: &str) -> Result<(), Error> {
        self.change("DELETE FROM mail WHERE id=$1", &[&id])
            .await
            .map(drop)
    }

    async fn count_mail(&self) -> Result<u64, Error> {
        let counted = self
            .one("SELECT count(*) FROM mail", &[], |row| get::<i64>(row, 0))
            .await?;
        Ok(counted
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or_default())
    }
}

impl PostgresStore {
    /// Most messages that wait.
    pub(super) fn mails_waiting_max(&self) -> i64 {
        i64::try_from(self.shared.limits.mails_waiting_max).unwrap_or(i64::MAX)
    }
}
