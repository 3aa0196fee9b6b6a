//! Apps and tokens.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::backend::instant::{millis, timestamp};
use cresset_store::grant::{ASSERTION_KEPT_S, App, Grants, Hashed, Token};
use cresset_store::mail::Mail;
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::small::{DROPPED_MAX, hash_of, json, text};
use super::{PostgresStore, mail};
use crate::row::get;
use crate::snapshot::{begin_change, execute};

const APPS: &str = "SELECT client_id,name,secret,scopes,grant_types,patient_tokens,registered,enabled,details FROM app";

/// How long an ended token is still known, in milliseconds.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

#[async_trait]
impl Grants for PostgresStore {
    fn endings(&self) -> Option<u64> {
        self.shared.endings.number()
    }

    async fn add_app(&self, app: App) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        if insert_app(&transaction, &app).await? == 1 {
            self.end_noted(transaction).await
        } else {
            Err(Error::failed("an app with this client_id exists"))
        }
    }

    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error> {
        let text = format!("{APPS} WHERE client_id=$1");
        self.one(&text, &[&client_id], read_app).await
    }

    async fn list_apps(&self) -> Result<Vec<App>, Error> {
        let text = format!("{APPS} ORDER BY name,client_id");
        self.all(&text, &[], read_app).await
    }

    async fn count_self_registered(&self) -> Result<usize, Error> {
        let text = "SELECT count(*) FROM app \
                    WHERE details::json->>'registration_token' IS NOT NULL";
        let count: Option<i64> = self.one(text, &[], |row| get(row, 0)).await?;
        Ok(count.and_then(|n| n.try_into().ok()).unwrap_or_default())
    }

    async fn update_app(&self, app: App, told: Option<Mail>) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        update_app(&transaction, &app).await?;
        mail::insert(&transaction, told.as_ref(), self.mails_waiting_max()).await?;
        self.end_noted(transaction).await
    }

    async fn remove_app(&self, client_id: &str) -> Result<bool, Error> {
        let text = "WITH picture AS (DELETE FROM logo WHERE client_id=$1) \
                    DELETE FROM app WHERE client_id=$1";
        self.noted(text, &[&client_id]).await.map(|n| n == 1)
    }

    async fn add_token(&self, token: Token) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        insert_token(&transaction, &token).await?;
        self.end_noted(transaction).await
    }

    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error> {
        let text = "SELECT client_id,scopes,patient,issued,expires,consent,key FROM access_token WHERE hash=$1";
        let read = |row: &Row| {
            Ok(Token {
                hash,
                client_id: get(row, 0)?,
                scopes: get(row, 1)?,
                patient: get(row, 2)?,
                issued: timestamp(get(row, 3)?),
                expires: timestamp(get(row, 4)?),
                consent: get(row, 5)?,
                key: get::<Option<&[u8]>>(row, 6)?.map(hash_of).transpose()?,
            })
        };
        self.one(text, &[&hash.0.as_slice()], read).await
    }

    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error> {
        let text = "DELETE FROM access_token WHERE hash=$1";
        let ended = self.noted(text, &[&hash.0.as_slice()]).await?;
        Ok(ended == 1)
    }

    async fn consume_assertion(
        &self,
        client_id: &str,
        id: Hashed,
        ends: Timestamp,
    ) -> Result<bool, Error> {
        let text = "WITH ended AS (DELETE FROM assertion WHERE (client_id,id) IN \
                    (SELECT client_id,id FROM assertion WHERE ends<$4 LIMIT $5 FOR UPDATE SKIP LOCKED)) \
                    INSERT INTO assertion(client_id,id,ends) VALUES($1,$2,$3) ON CONFLICT DO NOTHING";
        let ends_ms = millis(ends);
        let ended_ms = ends_ms - ASSERTION_KEPT_S * 1_000;
        let id = id.0.as_slice();
        let added = self
            .change(text, &[&client_id, &id, &ends_ms, &ended_ms, &DROPPED_MAX])
            .await?;
        Ok(added == 1)
    }
}

/// Stores an app; 0 when its `client_id` is taken.
pub(super) async fn insert_app(client: &impl GenericClient, app: &App) -> Result<u64, Error> {
    let text = "INSERT INTO app(client_id,name,secret,scopes,grant_types,patient_tokens,registered,enabled,details) \
                VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING";
    write_app(client, text, app).await
}

/// Replaces the row of an app; fails when there is none.
pub(super) async fn update_app(client: &impl GenericClient, app: &App) -> Result<(), Error> {
    let text = "UPDATE app SET name=$2,secret=$3,scopes=$4,grant_types=$5,patient_tokens=$6,registered=$7,enabled=$8,details=$9 \
                WHERE client_id=$1";
    if write_app(client, text, app).await? == 1 {
        Ok(())
    } else {
        Err(Error::failed("no app has this client_id"))
    }
}

async fn write_app(client: &impl GenericClient, text_of: &str, app: &App) -> Result<u64, Error> {
    let secret = app.secret.as_ref().map(|secret| secret.0.as_slice());
    execute(
        client,
        text_of,
        &[
            &app.client_id,
            &app.name,
            &secret,
            &app.scopes,
            &app.grant_types.join(" "),
            &app.patient_tokens,
            &millis(app.registered),
            &app.enabled,
            &text(&app.details)?,
        ],
    )
    .await
}

/// Stores a token and drops some that ended long ago.
pub(super) async fn insert_token(client: &impl GenericClient, token: &Token) -> Result<(), Error> {
    let text = "WITH ended AS (DELETE FROM access_token WHERE hash IN \
                (SELECT hash FROM access_token WHERE expires<$8 LIMIT $9 FOR UPDATE SKIP LOCKED)) \
                INSERT INTO access_token(hash,client_id,scopes,patient,issued,expires,consent,key) \
                VALUES($1,$2,$3,$4,$5,$6,$7,$10)";
    let issued_ms = millis(token.issued);
    execute(
        client,
        text,
        &[
            &token.hash.0.as_slice(),
            &token.client_id,
            &token.scopes,
            &token.patient,
            &issued_ms,
            &millis(token.expires),
            &token.consent,
            &(issued_ms - KEPT_MS),
            &DROPPED_MAX,
            &token.key.as_ref().map(|key| key.0.as_slice()),
        ],
    )
    .await
    .map(drop)
}

fn read_app(row: &Row) -> Result<App, Error> {
    let grant_types: &str = get(row, 4)?;
    let secret: Option<&[u8]> = get(row, 2)?;
    Ok(App {
        client_id: get(row, 0)?,
        name: get(row, 1)?,
        secret: secret.map(hash_of).transpose()?,
        scopes: get(row, 3)?,
        grant_types: grant_types.split_whitespace().map(str::to_owned).collect(),
        patient_tokens: get(row, 5)?,
        registered: timestamp(get(row, 6)?),
        enabled: get(row, 7)?,
        details: json(row, 8)?,
    })
}
