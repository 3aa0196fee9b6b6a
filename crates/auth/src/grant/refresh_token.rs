//! `refresh_token` (RFC 6749 §6): a new access token without the person. Each is used once.

use cresset_access::ScopeSet;
use cresset_store::Error as StoreError;
use cresset_store::consent::RefreshToken;
use cresset_store::grant::{App, Hashed};

use super::TokenResponse;
use super::family::{Issued, Successor};
use crate::credential::{Kind, token};
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::Form;
use crate::server::AuthServer;

impl AuthServer {
    pub(super) async fn refresh_token(
        &self,
        app: App,
        form: &Form<'_>,
        key: Option<Hashed>,
    ) -> Result<TokenResponse, AuthError> {
        let plain = form.get("refresh_token").ok_or_else(|| {
            Refusal::request("refresh_token is missing; send it as a form parameter")
        })?;
        let presented = if self.is_of_kind(Kind::RefreshToken, plain) {
            self.store.lookup_refresh_token(token::key(plain)).await?
        } else {
            None
        };
        let token = presented.ok_or_else(unknown)?;
        let consent = self.live_consent(&token.consent).await?;
        let consent = consent.filter(|consent| consent.client_id == app.client_id);
        let consent = consent.ok_or_else(unknown)?;
        if token.used.is_some() {
            self.end_copied(&consent).await?;
            return Err(unknown().into());
        }
        if token.expires.is_some_and(|end| end <= self.clock.now()) {
            return Err(unknown().into());
        }
        if token.key.is_some() && token.key != key {
            let text = "the refresh token is bound to a key; send a DPoP proof of that key";
            return Err(Refusal::new(ErrorCode::InvalidGrant, text).into());
        }
        let issued = Issued {
            app: &app,
            scopes: self.narrower(&token, form.get("scope"))?,
            nonce: None,
            successor: Successor::Of(token),
            key,
        };
        self.issue_of(consent, issued).await
    }

    /// The scopes of the next access token: those of the refresh token, or fewer.
    fn narrower(&self, token: &RefreshToken, asked: Option<&str>) -> Result<String, AuthError> {
        let Some(asked) = asked else {
            return Ok(token.scopes.clone());
        };
        let granted = ScopeSet::parse(&token.scopes, &self.settings.limits)
            .map_err(|error| StoreError::Failed(format!("stored scopes: {error}")))?;
        let asked = self.asked_scopes(asked)?;
        if granted.covers(&asked) {
            Ok(asked.to_string())
        } else {
            let text = "scope asks for more than was granted; leave it out or ask for less";
            Err(Refusal::new(ErrorCode::InvalidScope, text).into())
        }
    }
}

fn unknown() -> Refusal {
    let text = "the refresh token is unknown here, used, ended or of another app";
    Refusal::new(ErrorCode::InvalidGrant, text)
}
