//! Mail that waits.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::mail::{Claimed, Mail, Outbox};
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use crate::fault::store_error;
use crate::instant::millis;
use crate::json;

/// Whether there is room for a message, where there is one.
pub(super) fn has_room(
    connection: &Connection,
    mail: Option<&Mail>,
    waiting_max: u64,
) -> rusqlite::Result<bool> {
    Ok(mail.is_none() || count(connection)? < waiting_max)
}

/// Stores a message, where there is one.
pub(super) fn insert(connection: &Connection, mail: Option<&Mail>) -> rusqlite::Result<()> {
    let Some(mail) = mail else {
        return Ok(());
    };
    let text = "INSERT INTO mail(id,content,due,tries) VALUES(?,?,?,0)";
    let row = (&mail.id, json::text(mail)?, millis(mail.posted));
    connection.execute(text, row).map(drop)
}

fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT count(*) FROM mail", (), |row| row.get(0))
}

#[async_trait]
impl Outbox for SqliteStore {
    async fn claim_mail(&self, now: Timestamp, until: Timestamp) -> Result<Option<Claimed>, Error> {
        self.change(move |connection| {
            let text = "UPDATE mail SET due=?2,tries=tries+1 WHERE id=(SELECT id FROM mail \
                        WHERE due<=?1 ORDER BY due,id LIMIT 1) RETURNING content,tries";
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Claimed {
                    mail: json::value(row, 0)?,
                    tries: row.get(1)?,
                })
            };
            let args = (millis(now), millis(until));
            connection.query_row(text, args, read).optional()
        })
        .await
    }

    async fn delay_mail(&self, id: &str, until: Timestamp) -> Result<(), Error> {
        let id = id.to_owned();
        self.change(move |connection| {
            connection.execute("UPDATE mail SET due=?2 WHERE id=?1", (&id, millis(until)))
        })
        .await
        .map(drop)
    }

    async fn drop_mail(&self, id: &str) -> Result<(), Error> {
        let id = id.to_owned();
        self.change(move |connection| connection.execute("DELETE FROM mail WHERE id=?", [&id]))
            .await
            .map(drop)
    }

    async fn count_mail(&self) -> Result<u64, Error> {
        self.ask(|_, connection| count(connection).map_err(|e| store_error(&e)))
            .await
    }
}

impl SqliteStore {
    /// Most messages that wait.
    pub(super) fn mails_waiting_max(&self) -> u64 {
        self.inner.shared.limits.mails_waiting_max
    }
}
