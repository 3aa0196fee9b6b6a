//! Keys the instance keeps for itself.

use async_trait::async_trait;
use cresset_base::Secret;
use cresset_store::{Error, Secrets};
use rusqlite::OptionalExtension;

use super::SqliteStore;
use crate::fault::store_error;

const SELECT: &str = "SELECT value FROM secret WHERE name=?";

#[async_trait]
impl Secrets for SqliteStore {
    async fn secret(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, Error> {
        let name = name.to_owned();
        self.ask(move |_, connection| {
            let mut statement = connection
                .prepare_cached(SELECT)
                .map_err(|e| store_error(&e))?;
            let value = statement.query_row([&name], |row| row.get(0)).optional();
            Ok(value.map_err(|e| store_error(&e))?.map(Secret::new))
        })
        .await
    }

    async fn add_secret(
        &self,
        name: &str,
        value: Secret<Vec<u8>>,
    ) -> Result<Secret<Vec<u8>>, Error> {
        let name = name.to_owned();
        self.change(move |connection| {
            connection.execute(
                "INSERT OR IGNORE INTO secret(name,value) VALUES(?,?)",
                (&name, value.expose()),
            )?;
            connection
                .query_row(SELECT, [&name], |row| row.get(0))
                .map(Secret::new)
        })
        .await
    }
}
