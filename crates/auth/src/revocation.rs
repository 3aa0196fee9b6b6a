//! Ending a token before its time (RFC 7009).

use cresset_store::Error as StoreError;
use cresset_store::grant::App;
use cresset_store::note::deciding;

use crate::credential::{Kind, token};
use crate::error::{AuthError, Refusal};
use crate::form::{Form, Request};
use crate::server::AuthServer;

impl AuthServer {
    /// The revocation endpoint. The token has ended when this returns; one that is unknown,
    /// malformed or of another app is answered the same and left as it is (§2.2).
    ///
    /// # Errors
    /// When the app is not authenticated, `token` is missing, or the store fails.
    pub async fn revoke(&self, request: Request<'_>) -> Result<(), AuthError> {
        let form = Form::new(request.form, &self.settings.limits)?;
        let app = self.identify(request.authorization, &form).await?;
        request.asker.is_app(&app.client_id);
        let token = form
            .get("token")
            .ok_or_else(|| Refusal::request("token is missing; send it as a form parameter"))?;
        if self.is_of_kind(Kind::RefreshToken, token) {
            return Ok(self.revoke_refresh(token, &app).await?);
        }
        if !self.is_of_kind(Kind::AccessToken, token) {
            return Ok(());
        }
        let hash = token::key(token);
        let stored = self.store.lookup_token(hash).await?;
        if stored.is_some_and(|t| t.client_id == app.client_id) {
            deciding(self.store.revoke_token(hash)).await?;
            self.tokens.forget(hash);
        }
        Ok(())
    }

    /// A refresh token takes the access tokens of its grant along (§2.1).
    async fn revoke_refresh(&self, token: &str, app: &App) -> Result<(), StoreError> {
        let stored = self.store.lookup_refresh_token(token::key(token)).await?;
        let Some(stored) = stored else {
            return Ok(());
        };
        let consent = self.live_consent(&stored.consent).await?;
        if consent.is_some_and(|consent| consent.client_id == app.client_id) {
            deciding(self.end_consent(&stored.consent)).await?;
        }
        Ok(())
    }
}
