//! Registrations of apps by link.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::backend::instant::millis;
use cresset_store::grant::Hashed;
use cresset_store::registration::{Along, Handle, Registration, Registrations, Stage};
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::PostgresStore;
use super::grants::insert_app;
use super::small::{json, text};
use crate::snapshot::{begin_change, execute, query_opt};

#[async_trait]
impl Registrations for PostgresStore {
    async fn add_registration(
        &self,
        registration: Registration,
        link: Hashed,
    ) -> Result<(), Error> {
        let add = "INSERT INTO registration(id,link,created,stage,content) VALUES($1,$2,$3,$4,$5)";
        self.noted(
            add,
            &[
                &registration.id,
                &link.0.as_slice(),
                &millis(registration.created),
                &registration.stage.as_str(),
                &text(&registration)?,
            ],
        )
        .await
        .map(drop)
    }

    async fn lookup_registration(&self, id: &str) -> Result<Option<Registration>, Error> {
        let text = "SELECT content FROM registration WHERE id=$1";
        self.one(text, &[&id], content).await
    }

    async fn find_registration(&self, handle: Handle) -> Result<Option<Registration>, Error> {
        let (text, hash) = match handle {
            Handle::Link(hash) => ("SELECT content FROM registration WHERE link=$1", hash),
            Handle::Status(hash) => ("SELECT content FROM registration WHERE status=$1", hash),
        };
        self.one(text, &[&hash.0.as_slice()], content).await
    }

    async fn list_registrations(&self, max: usize) -> Result<Vec<Registration>, Error> {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let text = "SELECT content FROM registration ORDER BY created DESC,id LIMIT $1";
        self.all(text, &[&max], content).await
    }

    async fn advance_registration(
        &self,
        from: Stage,
        to: Registration,
        along: Along,
    ) -> Result<bool, Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let waiting = "SELECT 1 FROM registration WHERE id=$1 AND stage=$2 FOR UPDATE";
        let held = query_opt(&transaction, waiting, &[&to.id, &from.as_str()]).await?;
        if held.is_none() || !write_along(&transaction, &to, &along).await? {
            return Ok(false);
        }
        let step = "UPDATE registration SET stage=$2,content=$3 WHERE id=$1";
        execute(
            &transaction,
            step,
            &[&to.id, &to.stage.as_str(), &text(&to)?],
        )
        .await?;
        self.end_noted(transaction).await?;
        Ok(true)
    }
}

/// Whether what goes along with a step could be written.
async fn write_along(
    client: &impl GenericClient,
    registration: &Registration,
    along: &Along,
) -> Result<bool, Error> {
    let written = match along {
        Along::Nothing => 1,
        Along::Status(Hashed(hash)) => {
            let text = "UPDATE registration SET status=$2 WHERE id=$1";
            execute(client, text, &[&registration.id, &hash.as_slice()]).await?
        }
        Along::App(app) => insert_app(client, app).await?,
        Along::Secret(Hashed(hash)) => {
            let text = "UPDATE app SET secret=$2 WHERE client_id=$1 AND secret IS NOT NULL";
            execute(client, text, &[&registration.client_id, &hash.as_slice()]).await?
        }
    };
    Ok(written == 1)
}

fn content(row: &Row) -> Result<Registration, Error> {
    json(row, 0)
}
