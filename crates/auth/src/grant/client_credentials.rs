//! `client_credentials` (RFC 6749 §4.4): the app for itself, nobody present.

use cresset_access::{Context, Scope, ScopeSet};
use cresset_store::Error as StoreError;
use cresset_store::grant::{App, Hashed};

use super::{Issue, TokenResponse};
use crate::app::{context, has_keys};
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::Form;
use crate::server::AuthServer;

/// Longest life of a token got with a signature, in seconds.
const BACKEND_LIFETIME_S: u32 = 300;

/// Nobody is present, so there is no patient, no identity and nothing to refresh.
pub(super) fn gives(scope: &Scope) -> bool {
    matches!(context(scope), Some(Context::System | Context::User))
}

impl AuthServer {
    pub(super) async fn client_credentials(
        &self,
        app: App,
        form: &Form<'_>,
        key: Option<Hashed>,
    ) -> Result<TokenResponse, AuthError> {
        if let Some(patient) = form.get("patient") {
            return self.patient_token(app, form, (patient, key)).await;
        }
        let allowed = self.allowed_scopes(&app)?.retain(gives);
        let granted = match form.get("scope") {
            None => allowed,
            Some(text) => self.asked_scopes(text)?.narrow(&allowed),
        };
        if granted.is_empty() {
            let description = "none of these scopes is registered for this app and possible with \
                client_credentials without a patient (system/ and user/); ask for registered ones or leave scope out";
            return Err(Refusal::new(ErrorCode::InvalidScope, description).into());
        }
        let lifetime_s = self.own_lifetime_s(&app);
        let issue = Issue {
            app,
            scope: granted.to_string(),
            patient: None,
            lifetime_s,
            key,
        };
        Ok(self.issue(issue).await?)
    }

    /// Life of a token that an app gets for itself: one that signs can do so again at any time, so
    /// SMART ("Backend Services") lets it live five minutes.
    pub(super) fn own_lifetime_s(&self, app: &App) -> u32 {
        let lifetime_s = self.settings.token_lifetime_s;
        if has_keys(&app.details) {
            lifetime_s.min(BACKEND_LIFETIME_S)
        } else {
            lifetime_s
        }
    }

    /// The scopes that a request asks for.
    pub(super) fn asked_scopes(&self, text: &str) -> Result<ScopeSet, Refusal> {
        ScopeSet::parse(text, &self.settings.limits)
            .map_err(|e| Refusal::new(ErrorCode::InvalidScope, e.to_string()))
    }

    /// The scopes that an app is registered for.
    pub(crate) fn allowed_scopes(&self, app: &App) -> Result<ScopeSet, StoreError> {
        ScopeSet::parse(&app.scopes, &self.settings.limits)
            .map_err(|e| StoreError::Failed(format!("stored scopes of app {}: {e}", app.client_id)))
    }
}
