//! Browsers in which somebody is signed in.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::grant::Hashed;
use cresset_store::session::{Proof, Session, Sessions};
use rusqlite::OptionalExtension;

use super::{SqliteStore, users};
use crate::fault::store_error;
use crate::instant::{millis, timestamp};

/// Dead sessions dropped when one begins: more than one, so that their number shrinks.
const DROPPED_MAX: i64 = 16;

#[async_trait]
impl Sessions for SqliteStore {
    async fn add_session(
        &self,
        session: Session,
        revision: u64,
        dead_before: Timestamp,
    ) -> Result<bool, Error> {
        self.noted(move |connection| {
            let user = users::find(connection, &session.user)?;
            if !user.is_some_and(|user| user.enabled && user.revision == revision) {
                return Ok(false);
            }
            let drop = "DELETE FROM session WHERE hash IN \
                        (SELECT hash FROM session WHERE authenticated<?1 LIMIT ?2)";
            connection.execute(drop, (millis(dead_before), DROPPED_MAX))?;
            let add =
                "INSERT INTO session(hash,person,authenticated,last_used,proof) VALUES(?,?,?,?,?)";
            connection.execute(
                add,
                (
                    session.hash.0,
                    &session.user,
                    millis(session.authenticated),
                    millis(session.last_used),
                    session.proof.map(Proof::as_str),
                ),
            )?;
            Ok(true)
        })
        .await
    }

    async fn lookup_session(&self, hash: Hashed) -> Result<Option<Session>, Error> {
        self.ask(move |_, connection| {
            let find = || {
                let text = "SELECT person,authenticated,last_used,proof FROM session WHERE hash=?";
                let mut statement = connection.prepare_cached(text)?;
                let read = |row: &rusqlite::Row<'_>| {
                    Ok(Session {
                        hash,
                        user: row.get(0)?,
                        authenticated: timestamp(row.get(1)?),
                        last_used: timestamp(row.get(2)?),
                        proof: row
                            .get::<_, Option<String>>(3)?
                            .as_deref()
                            .and_then(Proof::parse),
                    })
                };
                statement.query_row([hash.0], read).optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn touch_session(&self, hash: Hashed, at: Timestamp) -> Result<(), Error> {
        self.change(move |connection| {
            let text = "UPDATE session SET last_used=?2 WHERE hash=?1";
            connection.execute(text, (hash.0, millis(at)))
        })
        .await
        .map(drop)
    }

    async fn end_session(&self, hash: Hashed) -> Result<bool, Error> {
        self.noted(move |connection| {
            connection.execute("DELETE FROM session WHERE hash=?", [hash.0])
        })
        .await
        .map(|ended| ended == 1)
    }

    async fn end_sessions(&self, user: &str, except: Option<Hashed>) -> Result<u64, Error> {
        let user = user.to_owned();
        self.noted(move |connection| {
            let text = "DELETE FROM session WHERE person=?1 AND hash IS NOT ?2";
            connection.execute(text, (&user, except.map(|hash| hash.0)))
        })
        .await
        .map(|ended| ended as u64)
    }
}
