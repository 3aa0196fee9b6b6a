//! Keys the instance keeps for itself.

use async_trait::async_trait;
use cresset_base::Secret;
use cresset_store::{Error, Secrets};
use tokio_postgres::Row;

use super::PostgresStore;
use crate::row::get;

const SELECT: &str = "SELECT value FROM secret WHERE name=$1";

#[async_trait]
impl Secrets for PostgresStore {
    async fn secret(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, Error> {
        self.one(SELECT, &[&name], value).await
    }

    async fn add_secret(
        &self,
        name: &str,
        added: Secret<Vec<u8>>,
    ) -> Result<Secret<Vec<u8>>, Error> {
        let add = "INSERT INTO secret(name,value) VALUES($1,$2) ON CONFLICT DO NOTHING";
        self.change(add, &[&name, added.expose()]).await?;
        let kept = self.one(SELECT, &[&name], value).await?;
        kept.ok_or_else(|| Error::failed("a key that was stored is not there"))
    }
}

fn value(row: &Row) -> Result<Secret<Vec<u8>>, Error> {
    get(row, 0).map(Secret::new)
}
