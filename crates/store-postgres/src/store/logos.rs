//! Pictures of apps.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::logo::{Logo, LogoForm, Logos};
use tokio_postgres::Row;

use super::PostgresStore;
use crate::row::get;

#[async_trait]
impl Logos for PostgresStore {
    async fn put_logo(&self, client_id: &str, logo: Logo) -> Result<(), Error> {
        let text = "INSERT INTO logo(client_id,media_type,content) VALUES($1,$2,$3) \
                    ON CONFLICT(client_id) DO UPDATE \
                    SET media_type=excluded.media_type,content=excluded.content";
        let content = logo.content.as_slice();
        self.change(text, &[&client_id, &logo.form.media_type(), &content])
            .await
            .map(drop)
    }

    async fn lookup_logo(&self, client_id: &str) -> Result<Option<Logo>, Error> {
        let text = "SELECT media_type,content FROM logo WHERE client_id=$1";
        let read = |row: &Row| {
            let form = LogoForm::parse(get(row, 0)?);
            Ok(Logo {
                form: form.ok_or_else(|| Error::failed("a stored picture has another form"))?,
                content: get(row, 1)?,
            })
        };
        self.one(text, &[&client_id], read).await
    }

    async fn remove_logo(&self, client_id: &str) -> Result<(), Error> {
        let text = "DELETE FROM logo WHERE client_id=$1";
        self.change(text, &[&client_id]).await.map(drop)
    }
}
