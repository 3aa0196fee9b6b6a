//! People.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::mail::Mail;
use cresset_store::user::{Ending, User, Users};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{SqliteStore, mail};
use crate::fault::store_error;
use crate::instant::millis;
use crate::json;

const BY_ID: &str = "SELECT content FROM person WHERE id=?";

#[async_trait]
impl Users for SqliteStore {
    async fn add_user(&self, user: User) -> Result<bool, Error> {
        self.noted(move |connection| {
            let text = "INSERT OR IGNORE INTO person(id,login,content) VALUES(?,?,?)";
            let content = json::text(&user)?;
            connection.execute(text, (&user.id, &user.login, content))
        })
        .await
        .map(|added| added == 1)
    }

    async fn lookup_user(&self, id: &str) -> Result<Option<User>, Error> {
        self.person(BY_ID, id).await
    }

    async fn find_user(&self, login: &str) -> Result<Option<User>, Error> {
        self.person("SELECT content FROM person WHERE login=?", login)
            .await
    }

    async fn list_users(&self) -> Result<Vec<User>, Error> {
        self.ask(|_, connection| {
            let list = || {
                let text = "SELECT content FROM person ORDER BY login";
                let mut statement = connection.prepare_cached(text)?;
                statement
                    .query_map((), content)?
                    .collect::<rusqlite::Result<Vec<_>>>()
            };
            list().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn update_user(
        &self,
        user: User,
        ending: Ending,
        mail: Option<Mail>,
    ) -> Result<bool, Error> {
        let waiting_max = self.mails_waiting_max();
        self.noted(move |connection| {
            let stored = find(connection, &user.id)?;
            if stored.is_none_or(|stored| stored.revision != user.revision) {
                return Ok(Some(false));
            }
            let ended = u64::from(ending != Ending::Nothing);
            let user = User {
                revision: user.revision + ended,
                ..user
            };
            let text = "UPDATE OR IGNORE person SET login=?2,content=?3 WHERE id=?1";
            let content = json::text(&user)?;
            if !mail::has_room(connection, mail.as_ref(), waiting_max)? {
                return Ok(None);
            }
            let changed = connection.execute(text, (&user.id, &user.login, content))? == 1;
            if changed {
                mail::insert(connection, mail.as_ref())?;
            }
            if changed {
                end(connection, &user.id, ending)?;
            }
            Ok(Some(changed))
        })
        .await?
        .ok_or(Error::Busy)
    }
}

impl SqliteStore {
    async fn person(&self, text: &'static str, key: &str) -> Result<Option<User>, Error> {
        let key = key.to_owned();
        self.ask(move |_, connection| {
            let find = || {
                let mut statement = connection.prepare_cached(text)?;
                statement.query_row([&key], content).optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }
}

/// The person with this id, within a change.
pub(super) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    let mut statement = connection.prepare_cached(BY_ID)?;
    statement.query_row([id], content).optional()
}

fn content(row: &Row<'_>) -> rusqlite::Result<User> {
    json::value(row, 0)
}

fn end(connection: &Connection, user: &str, ending: Ending) -> rusqlite::Result<()> {
    if ending != Ending::Nothing {
        connection.execute("DELETE FROM session WHERE person=?", [user])?;
    }
    if let Ending::Everything(at) = ending {
        let text = "UPDATE consent SET revoked=?2 WHERE person=?1 AND revoked IS NULL";
        connection.execute(text, (user, millis(at)))?;
    }
    Ok(())
}
