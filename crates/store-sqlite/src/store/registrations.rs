//! Registrations of apps by link.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::grant::Hashed;
use cresset_store::registration::{Along, Handle, Registration, Registrations, Stage};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use super::{SqliteStore, grants};
use crate::fault::store_error;
use crate::instant::millis;
use crate::json;

#[async_trait]
impl Registrations for SqliteStore {
    async fn add_registration(
        &self,
        registration: Registration,
        link: Hashed,
    ) -> Result<(), Error> {
        self.noted(move |connection| {
            let text = "INSERT INTO registration(id,link,created,stage,content) VALUES(?,?,?,?,?)";
            connection.execute(
                text,
                (
                    &registration.id,
                    link.0,
                    millis(registration.created),
                    registration.stage.as_str(),
                    json::text(&registration)?,
                ),
            )
        })
        .await
        .map(drop)
    }

    async fn lookup_registration(&self, id: &str) -> Result<Option<Registration>, Error> {
        let id = id.to_owned();
        self.registration("SELECT content FROM registration WHERE id=?", id)
            .await
    }

    async fn find_registration(&self, handle: Handle) -> Result<Option<Registration>, Error> {
        let (text, hash) = match handle {
            Handle::Link(hash) => ("SELECT content FROM registration WHERE link=?", hash),
            Handle::Status(hash) => ("SELECT content FROM registration WHERE status=?", hash),
        };
        self.registration(text, hash.0).await
    }

    async fn list_registrations(&self, max: usize) -> Result<Vec<Registration>, Error> {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        self.ask(move |_, connection| {
            let list = || {
                let text = "SELECT content FROM registration ORDER BY created DESC,id LIMIT ?";
                let mut statement = connection.prepare_cached(text)?;
                statement
                    .query_map([max], content)?
                    .collect::<rusqlite::Result<Vec<_>>>()
            };
            list().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn advance_registration(
        &self,
        from: Stage,
        to: Registration,
        along: Along,
    ) -> Result<bool, Error> {
        self.noted(move |connection| {
            let text = "SELECT 1 FROM registration WHERE id=? AND stage=?";
            let mut is_there = connection.prepare_cached(text)?;
            if !is_there.exists((&to.id, from.as_str()))? || !write_along(connection, &to, &along)?
            {
                return Ok(false);
            }
            let text = "UPDATE registration SET stage=?2,content=?3 WHERE id=?1";
            connection.execute(text, (&to.id, to.stage.as_str(), json::text(&to)?))?;
            Ok(true)
        })
        .await
    }
}

impl SqliteStore {
    async fn registration(
        &self,
        text: &'static str,
        key: impl ToSql + Send + 'static,
    ) -> Result<Option<Registration>, Error> {
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

/// Whether what goes along with a step could be written.
fn write_along(
    connection: &Connection,
    registration: &Registration,
    along: &Along,
) -> rusqlite::Result<bool> {
    let written = match along {
        Along::Nothing => 1,
        Along::Status(Hashed(hash)) => {
            let text = "UPDATE registration SET status=?2 WHERE id=?1";
            connection.execute(text, (&registration.id, hash))?
        }
        Along::App(app) => grants::insert_app(connection, app)?,
        Along::Secret(Hashed(hash)) => {
            let text = "UPDATE app SET secret=?2 WHERE client_id=?1 AND secret IS NOT NULL";
            connection.execute(text, (&registration.client_id, hash))?
        }
    };
    Ok(written == 1)
}

fn content(row: &Row<'_>) -> rusqlite::Result<Registration> {
    json::value(row, 0)
}
