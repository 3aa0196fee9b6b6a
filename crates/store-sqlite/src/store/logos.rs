//! Pictures of apps.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::grant::App;
use cresset_store::logo::{Logo, LogoForm, Logos};
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::grants::{must_be_one, update_app};
use crate::fault::{failed, store_error};

#[async_trait]
impl Logos for SqliteStore {
    async fn update_app_and_logo(&self, app: App, logo: Option<Logo>) -> Result<(), Error> {
        let change = move |connection: &Connection| update(connection, &app, logo.as_ref());
        must_be_one(self.noted(change).await?)
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
}

/// Replaces the row and the picture of an app; 0 where there is no such app.
fn update(connection: &Connection, app: &App, logo: Option<&Logo>) -> rusqlite::Result<usize> {
    let updated = update_app(connection, app)?;
    if updated == 0 {
        return Ok(0);
    }
    connection.execute("DELETE FROM logo WHERE client_id=?", [&app.client_id])?;
    if let Some(Logo { form, content }) = logo {
        let text = "INSERT INTO logo(client_id,media_type,content) VALUES(?,?,?)";
        connection.execute(text, (&app.client_id, form.media_type(), content))?;
    }
    Ok(updated)
}
