//! Pictures of apps.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::grant::App;
use cresset_store::logo::{Logo, LogoForm, Logos};
use tokio_postgres::Row;

use super::PostgresStore;
use super::grants::update_app;
use crate::row::get;
use crate::snapshot::{begin_change, execute};

#[async_trait]
impl Logos for PostgresStore {
    async fn update_app_and_logo(&self, app: App, logo: Option<Logo>) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        update_app(&transaction, &app).await?;
        let text = "DELETE FROM logo WHERE client_id=$1";
        execute(&transaction, text, &[&app.client_id]).await?;
        if let Some(Logo { form, content }) = &logo {
            let text = "INSERT INTO logo(client_id,media_type,content) VALUES($1,$2,$3)";
            let picture = content.as_slice();
            execute(
                &transaction,
                text,
                &[&app.client_id, &form.media_type(), &picture],
            )
            .await?;
        }
        self.end_noted(transaction).await
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
}
