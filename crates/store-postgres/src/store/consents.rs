//! What people allowed apps.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::backend::instant::{millis, timestamp};
use cresset_store::consent::{Code, Consent, Consents, Consumed, Redeemed, RefreshToken, Ticket};
use cresset_store::grant::{Hashed, Token};
use cresset_store::mail::Mail;
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::grants::insert_token;
use super::small::{DROPPED_MAX, hash_of, json, text};
use super::{PostgresStore, mail};
use crate::row::get;
use crate::snapshot::{begin_change, end_change, execute, query_opt};

const CONSENTS: &str = "SELECT content,last_used,revoked FROM consent";

/// How long a code is still known after its end, so that a second use is noticed, in milliseconds.
const CODE_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

#[async_trait]
impl Consents for PostgresStore {
    async fn add_consent(
        &self,
        consent: Consent,
        code: Code,
        session: Hashed,
    ) -> Result<bool, Error> {
        // The lock lets the session end before all of this or after it.
        let add = "WITH who AS MATERIALIZED (SELECT person FROM session \
                   WHERE hash=$10 AND person=$2 FOR SHARE), \
                   old AS (DELETE FROM code WHERE hash IN \
                   (SELECT hash FROM code WHERE expires<$8 LIMIT $9 FOR UPDATE SKIP LOCKED)), \
                   allowed AS (INSERT INTO consent(id,person,content,granted) \
                   SELECT $1::text,person,$3::text,$4::bigint FROM who RETURNING id) \
                   INSERT INTO code(hash,content,expires) \
                   SELECT $5::bytea,$6::text,$7::bigint FROM allowed";
        let granted_ms = millis(consent.granted);
        let added = self
            .noted(
                add,
                &[
                    &consent.id,
                    &consent.user,
                    &text(&consent)?,
                    &granted_ms,
                    &code.hash.0.as_slice(),
                    &text(&code)?,
                    &millis(code.expires),
                    &(granted_ms - CODE_KEPT_MS),
                    &DROPPED_MAX,
                    &session.0.as_slice(),
                ],
            )
            .await?;
        Ok(added == 1)
    }

    async fn lookup_consent(&self, id: &str) -> Result<Option<Consent>, Error> {
        let text = format!("{CONSENTS} WHERE id=$1");
        self.one(&text, &[&id], consent).await
    }

    async fn list_consents(&self, user: &str) -> Result<Vec<Consent>, Error> {
        let text =
            format!("{CONSENTS} WHERE person=$1 AND revoked IS NULL ORDER BY granted DESC,id");
        self.all(&text, &[&user], consent).await
    }

    async fn revoke_consent(&self, id: &str, at: Timestamp) -> Result<bool, Error> {
        let text = "UPDATE consent SET revoked=$2 WHERE id=$1 AND revoked IS NULL";
        let revoked = self.noted(text, &[&id, &millis(at)]).await?;
        Ok(revoked == 1)
    }

    async fn consume_code(&self, hash: Hashed, at: Timestamp) -> Result<Consumed<Redeemed>, Error> {
        let code = |row: &Row| {
            let code: Code = json(row, 0)?;
            Ok::<_, Error>(Code { hash, ..code })
        };
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let key = hash.0.as_slice();
        let first = "UPDATE code SET used=$2 WHERE hash=$1 AND used IS NULL RETURNING content";
        let first = query_opt(&transaction, first, &[&key, &millis(at)]).await?;
        let is_first = first.is_some();
        let found = if is_first {
            first
        } else {
            let again = "SELECT content FROM code WHERE hash=$1";
            query_opt(&transaction, again, &[&key]).await?
        };
        let Some(code) = found.as_ref().map(code).transpose()? else {
            return Ok(Consumed::Unknown);
        };
        let of_code = format!("{CONSENTS} WHERE id=$1");
        let consent = query_opt(&transaction, &of_code, &[&code.consent])
            .await?
            .as_ref()
            .map(consent)
            .transpose()?;
        end_change(transaction).await?;
        let redeemed = Redeemed { code, consent };
        Ok(if is_first {
            Consumed::First(redeemed)
        } else {
            Consumed::Again(redeemed)
        })
    }

    async fn add_tokens(&self, token: Token, refresh: Option<RefreshToken>) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        touch(&transaction, &token).await?;
        insert_token(&transaction, &token).await?;
        if let Some(refresh) = &refresh {
            insert_refresh(&transaction, refresh).await?;
        }
        self.end_noted(transaction).await
    }

    async fn lookup_refresh_token(&self, hash: Hashed) -> Result<Option<RefreshToken>, Error> {
        let text = "SELECT consent,scopes,issued,expires,used,key FROM refresh_token WHERE hash=$1";
        let read = |row: &Row| {
            Ok(RefreshToken {
                hash,
                consent: get(row, 0)?,
                scopes: get(row, 1)?,
                issued: timestamp(get(row, 2)?),
                expires: get::<Option<i64>>(row, 3)?.map(timestamp),
                used: get::<Option<i64>>(row, 4)?.map(timestamp),
                key: get::<Option<&[u8]>>(row, 5)?.map(hash_of).transpose()?,
            })
        };
        self.one(text, &[&hash.0.as_slice()], read).await
    }

    async fn rotate_refresh_token(
        &self,
        used: Hashed,
        token: Token,
        refresh: RefreshToken,
    ) -> Result<bool, Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let text = "UPDATE refresh_token SET used=$2 WHERE hash=$1 AND used IS NULL";
        let args: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
            [&used.0.as_slice(), &millis(token.issued)];
        if execute(&transaction, text, &args).await? == 0 {
            return Ok(false);
        }
        touch(&transaction, &token).await?;
        insert_token(&transaction, &token).await?;
        insert_refresh(&transaction, &refresh).await?;
        self.end_noted(transaction).await?;
        Ok(true)
    }

    async fn add_ticket(
        &self,
        ticket: Ticket,
        mail: Option<Mail>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let text = "WITH ended AS (DELETE FROM ticket WHERE hash IN \
                    (SELECT hash FROM ticket WHERE expires<$4 LIMIT $5 FOR UPDATE SKIP LOCKED)) \
                    INSERT INTO ticket(hash,content,expires) VALUES($1,$2,$3)";
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        mail::insert(&transaction, mail.as_ref(), self.mails_waiting_max()).await?;
        let (hash, ends) = (ticket.hash.0.as_slice(), millis(ticket.expires));
        let now_ms = millis(now);
        let args: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&hash, &ticket.content, &ends, &now_ms, &DROPPED_MAX];
        execute(&transaction, text, &args).await?;
        self.end_noted(transaction).await
    }

    async fn lookup_ticket(&self, hash: Hashed) -> Result<Option<Ticket>, Error> {
        let text = "SELECT content,expires FROM ticket WHERE hash=$1";
        self.ticket(text, hash).await
    }

    async fn update_ticket(&self, hash: Hashed, content: String) -> Result<bool, Error> {
        let text = "UPDATE ticket SET content=$2 WHERE hash=$1";
        let changed = self.change(text, &[&hash.0.as_slice(), &content]).await?;
        Ok(changed == 1)
    }

    async fn consume_ticket(&self, hash: Hashed) -> Result<Option<Ticket>, Error> {
        let text = "DELETE FROM ticket WHERE hash=$1 RETURNING content,expires";
        self.ticket(text, hash).await
    }
}

impl PostgresStore {
    async fn ticket(&self, text: &str, hash: Hashed) -> Result<Option<Ticket>, Error> {
        let read = |row: &Row| {
            Ok(Ticket {
                hash,
                content: get(row, 0)?,
                expires: timestamp(get(row, 1)?),
            })
        };
        self.one(text, &[&hash.0.as_slice()], read).await
    }
}

fn consent(row: &Row) -> Result<Consent, Error> {
    let consent: Consent = json(row, 0)?;
    Ok(Consent {
        last_used: get::<Option<i64>>(row, 1)?.map(timestamp),
        revoked: get::<Option<i64>>(row, 2)?.map(timestamp),
        ..consent
    })
}

/// Notes that the consent of a token is used.
async fn touch(client: &impl GenericClient, token: &Token) -> Result<(), Error> {
    let text = "UPDATE consent SET last_used=$2 WHERE id=$1";
    let touched = execute(client, text, &[&token.consent, &millis(token.issued)]).await;
    touched.map(drop)
}

async fn insert_refresh(client: &impl GenericClient, token: &RefreshToken) -> Result<(), Error> {
    let text = "INSERT INTO refresh_token(hash,consent,scopes,issued,expires,key) VALUES($1,$2,$3,$4,$5,$6)";
    let added = execute(
        client,
        text,
        &[
            &token.hash.0.as_slice(),
            &token.consent,
            &token.scopes,
            &millis(token.issued),
            &token.expires.map(millis),
            &token.key.as_ref().map(|key| key.0.as_slice()),
        ],
    )
    .await;
    added.map(drop)
}
