//! Pictures of apps.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::logo::{Logo, LogoForm, Logos};
use rusqlite::OptionalExtension;

use super::SqliteStore;
use crate::fault::{failed, store_error};

#[async_trait]
impl Logos for SqliteStore {
    async fn put_logo(&self, client_id: &str, logo: Logo) -> Result<(), Error> {
        let client_id = client_id.to_owned();
        self.change(move |connection| {
            let text = "INSERT OR REPLACE INTO logo(client_id,media_type,content) VALUES(?,?,?)";
            connection.execute(text, (&client_id, logo.form.media_type(), &logo.content))
        })
        .await
        .map(drop)
    }

    async fn lookup_logo(&self, client_id: &str) -> Result<Option<Logo>, Error> {
        let client_id = client_id.to_owned();
        let found = self.ask(move |_, connection| {
            let find = || {
                let text = "SELECT media_type,content FROM logo WHERE client_id=?";
                let mut statement = connection.prepare_cached(text)?;
                let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
                statement.query_row([&client_id], read).optional()
            };
            find().map_err(|e| store_error(&e))
        });
        let Some((media_type, content)) = found.await? else {
            return Ok(None);
        };
        let form = LogoForm::parse(&media_type);
        let form = form.ok_or_else(|| failed("a stored picture has another form"))?;
        Ok(Some(Logo { form, content }))
    }

    async fn remove_logo(&self, client_id: &str) -> Result<(), Error> {
        let client_id = client_id.to_owned();
        self.change(move |connection| {
            connection.execute("DELETE FROM logo WHERE client_id=?", [&client_id])
        })
        .await
        .map(drop)
    }
}
