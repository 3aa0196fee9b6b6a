//! Apps and tokens.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::grant::{ASSERTION_KEPT_S, App, Grants, Hashed, Token};
use cresset_store::mail::Mail;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{SqliteStore, mail};
use crate::fault::{failed, store_error};
use crate::instant::{millis, timestamp};
use crate::json;

const APPS: &str = "SELECT client_id,name,secret,scopes,grant_types,patient_tokens,registered,enabled,details FROM app";

/// How long an ended token is still known, in milliseconds.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// Ended tokens dropped when one is added: more than one, so that their number shrinks.
const DROPPED_MAX: i64 = 16;

#[async_trait]
impl Grants for SqliteStore {
    fn endings(&self) -> Option<u64> {
        // A data directory belongs to one process.
        Some(0)
    }

    async fn add_app(&self, app: App) -> Result<(), Error> {
        let added = self
            .noted(move |connection| insert_app(connection, &app))
            .await?;
        if added == 1 {
            Ok(())
        } else {
            Err(failed("an app with this client_id exists"))
        }
    }

    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error> {
        let client_id = client_id.to_owned();
        self.ask(move |_, connection| {
            let find = || {
                let mut statement =
                    connection.prepare_cached(&format!("{APPS} WHERE client_id=?"))?;
                statement.query_row([&client_id], read_app).optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn list_apps(&self) -> Result<Vec<App>, Error> {
        self.ask(|_, connection| {
            let list = || {
                let mut statement =
                    connection.prepare_cached(&format!("{APPS} ORDER BY name,client_id"))?;
                statement
                    .query_map((), read_app)?
                    .collect::<rusqlite::Result<Vec<_>>>()
            };
            list().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn count_self_registered(&self) -> Result<usize, Error> {
        self.ask(|_, connection| {
            let count = || {
                let text = "SELECT count(*) FROM app \
                            WHERE json_extract(details,'$.registration_token') IS NOT NULL";
                connection
                    .prepare_cached(text)?
                    .query_row((), |row| row.get(0))
            };
            count().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn update_app(&self, app: App, told: Option<Mail>) -> Result<(), Error> {
        let waiting_max = self.mails_waiting_max();
        let changed = self.noted(move |connection| {
            if !mail::has_room(connection, told.as_ref(), waiting_max)? {
                return Ok(None);
            }
            let changed = update_app(connection, &app)?;
            if changed == 1 {
                mail::insert(connection, told.as_ref())?;
            }
            Ok(Some(changed))
        });
        must_be_one(changed.await?.ok_or(Error::Busy)?)
    }

    async fn remove_app(&self, client_id: &str) -> Result<bool, Error> {
        let client_id = client_id.to_owned();
        self.noted(move |connection| {
            connection.execute("DELETE FROM logo WHERE client_id=?", [&client_id])?;
            connection
                .prepare_cached("DELETE FROM app WHERE client_id=?")?
                .execute([&client_id])
        })
        .await
        .map(|removed| removed == 1)
    }

    async fn add_token(&self, token: Token) -> Result<(), Error> {
        self.noted(move |connection| insert_token(connection, &token))
            .await
    }

    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error> {
        self.ask(move |_, connection| {
            let find = || {
                let text =
                    "SELECT client_id,scopes,patient,issued,expires,consent,key FROM access_token WHERE hash=?";
                connection
                    .prepare_cached(text)?
                    .query_row([hash.0], |row| read_token(row, hash))
                    .optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error> {
        self.noted(move |connection| {
            connection
                .prepare_cached("DELETE FROM access_token WHERE hash=?")?
                .execute([hash.0])
        })
        .await
        .map(|ended| ended == 1)
    }

    async fn consume_assertion(
        &self,
        client_id: &str,
        id: Hashed,
        ends: Timestamp,
    ) -> Result<bool, Error> {
        let client_id = client_id.to_owned();
        self.change(move |connection| {
            let ends_ms = millis(ends);
            drop_assertions(connection, ends_ms - ASSERTION_KEPT_S * 1_000)?;
            connection
                .prepare_cached("INSERT OR IGNORE INTO assertion(client_id,id,ends) VALUES(?,?,?)")?
                .execute((&client_id, id.0, ends_ms))
        })
        .await
        .map(|added| added == 1)
    }
}

/// Stores a token and drops some that ended long ago.
pub(super) fn insert_token(connection: &Connection, token: &Token) -> rusqlite::Result<()> {
    drop_ended(connection, millis(token.issued) - KEPT_MS)?;
    let text = "INSERT INTO access_token(hash,client_id,scopes,patient,issued,expires,consent,key) VALUES(?,?,?,?,?,?,?,?)";
    connection
        .prepare_cached(text)?
        .execute((
            token.hash.0,
            &token.client_id,
            &token.scopes,
            &token.patient,
            millis(token.issued),
            millis(token.expires),
            &token.consent,
            token.key.map(|key| key.0),
        ))
        .map(drop)
}

/// Drops some of the tokens that ended before this instant.
///
/// Mostly there are none, and asking costs less than a deletion that finds nothing.
fn drop_ended(connection: &Connection, before_ms: i64) -> rusqlite::Result<()> {
    let mut ended =
        connection.prepare_cached("SELECT hash FROM access_token WHERE expires<?1 LIMIT ?2")?;
    let ended: Vec<[u8; 32]> = ended
        .query_map((before_ms, DROPPED_MAX), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for hash in ended {
        let mut drop = connection.prepare_cached("DELETE FROM access_token WHERE hash=?")?;
        drop.execute([hash])?;
    }
    Ok(())
}

/// Drops some of the assertions that ended before this instant.
fn drop_assertions(connection: &Connection, before_ms: i64) -> rusqlite::Result<()> {
    let mut ended =
        connection.prepare_cached("SELECT client_id,id FROM assertion WHERE ends<?1 LIMIT ?2")?;
    let ended: Vec<(String, [u8; 32])> = ended
        .query_map((before_ms, DROPPED_MAX), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for of in ended {
        let text = "DELETE FROM assertion WHERE client_id=? AND id=?";
        connection.prepare_cached(text)?.execute(of)?;
    }
    Ok(())
}

/// Stores an app; 0 when its `client_id` is taken.
pub(super) fn insert_app(connection: &Connection, app: &App) -> rusqlite::Result<usize> {
    let text = "INSERT OR IGNORE INTO app(client_id,name,secret,scopes,grant_types,patient_tokens,registered,enabled,details) \
                VALUES(?,?,?,?,?,?,?,?,?)";
    write_app(connection, text, app)
}

/// Replaces the row of an app; 0 when there is none.
pub(super) fn update_app(connection: &Connection, app: &App) -> rusqlite::Result<usize> {
    let text = "UPDATE app SET name=?2,secret=?3,scopes=?4,grant_types=?5,patient_tokens=?6,registered=?7,enabled=?8,details=?9 \
                WHERE client_id=?1";
    write_app(connection, text, app)
}

/// A change of an app that is not there is a failure.
pub(super) fn must_be_one(changed: usize) -> Result<(), Error> {
    if changed == 1 {
        Ok(())
    } else {
        Err(failed("no app has this client_id"))
    }
}

fn write_app(connection: &Connection, text: &str, app: &App) -> rusqlite::Result<usize> {
    connection.execute(
        text,
        (
            &app.client_id,
            &app.name,
            app.secret.map(|secret| secret.0),
            &app.scopes,
            app.grant_types.join(" "),
            app.patient_tokens,
            millis(app.registered),
            app.enabled,
            json::text(&app.details)?,
        ),
    )
}

fn read_app(row: &Row<'_>) -> rusqlite::Result<App> {
    Ok(App {
        client_id: row.get(0)?,
        name: row.get(1)?,
        secret: row.get::<_, Option<[u8; 32]>>(2)?.map(Hashed),
        scopes: row.get(3)?,
        grant_types: row
            .get::<_, String>(4)?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        patient_tokens: row.get(5)?,
        registered: timestamp(row.get(6)?),
        enabled: row.get(7)?,
        details: json::value(row, 8)?,
    })
}

fn read_token(row: &Row<'_>, hash: Hashed) -> rusqlite::Result<Token> {
    Ok(Token {
        hash,
        client_id: row.get(0)?,
        scopes: row.get(1)?,
        patient: row.get(2)?,
        issued: timestamp(row.get(3)?),
        expires: timestamp(row.get(4)?),
        consent: row.get(5)?,
        key: row.get::<_, Option<_>>(6)?.map(Hashed),
    })
}
