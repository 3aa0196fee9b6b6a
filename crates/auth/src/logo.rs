//! The picture of an app, which an administrator chose: people see it where the app asks them.
//!
//! It is kept and served here, so that no browser tells anybody else whom a person is about to trust.
//! Only forms that hold nothing but dots are taken, told by how they begin and end.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_store::Error as StoreError;
use cresset_store::grant::App;
use cresset_store::logo::{Logo, LogoForm};
use cresset_store::note::deciding;

use crate::app::AppError;
use crate::credential::hash_of_bytes;
use crate::server::AuthServer;

/// How a PNG begins (its §5.2) and ends (its §11.2.5).
const PNG: (&[u8], &[u8]) = (b"\x89PNG\r\n\x1a\n", b"IEND\xae\x42\x60\x82");
/// The same of a JPEG (ITU T.81 §B.1.1.3).
const JPEG: (&[u8], &[u8]) = (b"\xff\xd8\xff", b"\xff\xd9");
/// Bytes of the digest that stands in the address of a picture.
const DIGEST_BYTES: usize = 9;

impl AuthServer {
    /// Gives an app this picture in place of the one before. An app that registered itself is kept by
    /// the practice from then on: it must not go on as another under a picture somebody chose for it.
    ///
    /// # Errors
    /// When it is no PNG or JPEG or too large, there is no such app, or the store fails.
    pub async fn set_logo(&self, client_id: &str, content: Vec<u8>) -> Result<(), AppError> {
        let most = self.settings.limits.logo_bytes_max;
        let form = form_of(&content).filter(|_| content.len() <= most);
        let form = form.ok_or(AppError::Logo(most))?;
        let _alone = self.app_changes.lock().await;
        let mut app = self.find_app(client_id).await?;
        app.details.logo = Some(digest(&content));
        app.details.registration_token = None;
        let logo = Logo { form, content };
        Ok(self.renew_app_and_logo(app, Some(logo)).await?)
    }

    /// Takes the picture of an app away.
    ///
    /// # Errors
    /// When there is no such app, or the store fails.
    pub async fn remove_logo(&self, client_id: &str) -> Result<(), AppError> {
        let _alone = self.app_changes.lock().await;
        let mut app = self.find_app(client_id).await?;
        app.details.logo = None;
        Ok(self.renew_app_and_logo(app, None).await?)
    }

    async fn renew_app_and_logo(&self, app: App, logo: Option<Logo>) -> Result<(), StoreError> {
        let stored = deciding(self.store.update_app_and_logo(app, logo)).await;
        self.tokens.forget_all();
        stored
    }

    /// The picture with this digest of an app; nothing where it has another one or none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn logo(&self, client_id: &str, of: &str) -> Result<Option<Logo>, StoreError> {
        let logo = self.store.lookup_logo(client_id).await?;
        Ok(logo.filter(|logo| digest(&logo.content) == of))
    }

    /// Where the picture of an app is, below the address of the instance.
    pub fn logo_path(app: &App) -> Option<String> {
        let digest = app.details.logo.as_ref()?;
        Some(format!("logos/{}/{digest}", app.client_id))
    }
}

fn form_of(content: &[u8]) -> Option<LogoForm> {
    let is = |(begin, end): (&[u8], &[u8])| content.starts_with(begin) && content.ends_with(end);
    match () {
        () if is(PNG) => Some(LogoForm::Png),
        () if is(JPEG) => Some(LogoForm::Jpeg),
        () => None,
    }
}

fn digest(content: &[u8]) -> String {
    let mut begin = hash_of_bytes(content).0.to_vec();
    begin.truncate(DIGEST_BYTES);
    URL_SAFE_NO_PAD.encode(begin)
}
