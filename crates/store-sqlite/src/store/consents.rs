//! What people allowed apps.

mod refresh;
mod tickets;

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::consent::{Code, Consent, Consents, Consumed, Redeemed, RefreshToken, Ticket};
use cresset_store::grant::{Hashed, Token};
use cresset_store::mail::Mail;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{SqliteStore, grants, mail};
use crate::fault::store_error;
use crate::instant::{millis, timestamp};
use crate::json;

const CONSENTS: &str = "SELECT content,last_used,revoked FROM consent";

/// How long a code is still known after its end, so that a second use is noticed, in milliseconds.
const CODE_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// Old rows dropped when one is added: more than one, so that their number shrinks.
const DROPPED_MAX: i64 = 16;

#[async_trait]
impl Consents for SqliteStore {
    async fn add_consent(
        &self,
        consent: Consent,
        code: Code,
        session: Hashed,
    ) -> Result<bool, Error> {
        self.noted(move |connection| {
            let text = "SELECT 1 FROM session WHERE hash=? AND person=?";
            let mut signed_in = connection.prepare_cached(text)?;
            if !signed_in.exists((session.0, &consent.user))? {
                return Ok(false);
            }
            let text = "INSERT INTO consent(id,person,content,granted) VALUES(?,?,?,?)";
            let rest = json::text(&consent)?;
            let granted = millis(consent.granted);
            connection.execute(text, (&consent.id, &consent.user, rest, granted))?;
            drop_codes(connection, granted - CODE_KEPT_MS)?;
            let text = "INSERT INTO code(hash,content,expires) VALUES(?,?,?)";
            connection.execute(
                text,
                (code.hash.0, json::text(&code)?, millis(code.expires)),
            )?;
            Ok(true)
        })
        .await
    }

    async fn lookup_consent(&self, id: &str) -> Result<Option<Consent>, Error> {
        let id = id.to_owned();
        self.ask(move |_, connection| {
            let find = || {
                let mut statement = connection.prepare_cached(&format!("{CONSENTS} WHERE id=?"))?;
                statement.query_row([&id], consent).optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn list_consents(&self, user: &str) -> Result<Vec<Consent>, Error> {
        let user = user.to_owned();
        self.ask(move |_, connection| {
            let list = || {
                let text = format!(
                    "{CONSENTS} WHERE person=? AND revoked IS NULL ORDER BY granted DESC,id"
                );
                let mut statement = connection.prepare_cached(&text)?;
                statement
                    .query_map([&user], consent)?
                    .collect::<rusqlite::Result<Vec<_>>>()
            };
            list().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn revoke_consent(&self, id: &str, at: Timestamp) -> Result<bool, Error> {
        let id = id.to_owned();
        self.noted(move |connection| {
            let text = "UPDATE consent SET revoked=?2 WHERE id=?1 AND revoked IS NULL";
            connection.execute(text, (&id, millis(at)))
        })
        .await
        .map(|revoked| revoked == 1)
    }

    async fn consume_code(&self, hash: Hashed, at: Timestamp) -> Result<Consumed<Redeemed>, Error> {
        self.change(move |connection| {
            let text = "UPDATE code SET used=?2 WHERE hash=?1 AND used IS NULL";
            let first = connection.execute(text, (hash.0, millis(at)))? == 1;
            let read = |row: &Row<'_>| {
                let code: Code = json::value(row, 0)?;
                Ok(Code { hash, ..code })
            };
            let found = connection
                .query_row("SELECT content FROM code WHERE hash=?", [hash.0], read)
                .optional()?;
            let Some(code) = found else {
                return Ok(Consumed::Unknown);
            };
            let consent = connection
                .prepare_cached(&format!("{CONSENTS} WHERE id=?"))?
                .query_row([&code.consent], consent)
                .optional()?;
            let redeemed = Redeemed { code, consent };
            Ok(if first {
                Consumed::First(redeemed)
            } else {
                Consumed::Again(redeemed)
            })
        })
        .await
    }

    async fn add_tokens(&self, token: Token, refresh: Option<RefreshToken>) -> Result<(), Error> {
        self.noted(move |connection| {
            touch(connection, token.consent.as_deref(), millis(token.issued))?;
            grants::insert_token(connection, &token)?;
            refresh.map_or(Ok(()), |refresh| refresh::insert(connection, &refresh))
        })
        .await
    }

    async fn lookup_refresh_token(&self, hash: Hashed) -> Result<Option<RefreshToken>, Error> {
        self.ask(move |_, connection| refresh::find(connection, hash).map_err(|e| store_error(&e)))
            .await
    }

    async fn rotate_refresh_token(
        &self,
        used: Hashed,
        token: Token,
        refresh: RefreshToken,
    ) -> Result<bool, Error> {
        self.noted(move |connection| {
            let at_ms = millis(token.issued);
            if !refresh::consume(connection, used, at_ms)? {
                return Ok(false);
            }
            touch(connection, token.consent.as_deref(), at_ms)?;
            grants::insert_token(connection, &token)?;
            refresh::insert(connection, &refresh)?;
            Ok(true)
        })
        .await
    }

    async fn add_ticket(
        &self,
        ticket: Ticket,
        mail: Option<Mail>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let waiting_max = self.mails_waiting_max();
        self.noted(move |connection| {
            if !mail::has_room(connection, mail.as_ref(), waiting_max)? {
                return Ok(None);
            }
            mail::insert(connection, mail.as_ref())?;
            tickets::insert(connection, &ticket, millis(now)).map(Some)
        })
        .await?
        .ok_or(Error::Busy)
    }

    async fn lookup_ticket(&self, hash: Hashed) -> Result<Option<Ticket>, Error> {
        self.ask(move |_, connection| tickets::find(connection, hash).map_err(|e| store_error(&e)))
            .await
    }

    async fn update_ticket(&self, hash: Hashed, content: String) -> Result<bool, Error> {
        self.change(move |connection| {
            let text = "UPDATE ticket SET content=?2 WHERE hash=?1";
            connection.execute(text, (hash.0, &content))
        })
        .await
        .map(|changed| changed == 1)
    }

    async fn consume_ticket(&self, hash: Hashed) -> Result<Option<Ticket>, Error> {
        self.change(move |connection| {
            let found = tickets::find(connection, hash)?;
            connection.execute("DELETE FROM ticket WHERE hash=?", [hash.0])?;
            Ok(found)
        })
        .await
    }
}

fn consent(row: &Row<'_>) -> rusqlite::Result<Consent> {
    let consent: Consent = json::value(row, 0)?;
    Ok(Consent {
        last_used: row.get::<_, Option<i64>>(1)?.map(timestamp),
        revoked: row.get::<_, Option<i64>>(2)?.map(timestamp),
        ..consent
    })
}

fn touch(connection: &Connection, consent: Option<&str>, at_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE consent SET last_used=?2 WHERE id=?1")?
        .execute((consent, at_ms))
        .map(drop)
}

fn drop_codes(connection: &Connection, before_ms: i64) -> rusqlite::Result<usize> {
    let text = "DELETE FROM code WHERE hash IN (SELECT hash FROM code WHERE expires<?1 LIMIT ?2)";
    connection.execute(text, (before_ms, DROPPED_MAX))
}
