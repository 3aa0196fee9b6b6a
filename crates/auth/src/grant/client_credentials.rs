//! `client_credentials` (RFC 6749 §4.4): the app for itself, nobody present.

use cresset_access::{Context, Scope, ScopeSet};
use cresset_store::Error as StoreError;
use cresset_store::grant::App;

use super::TokenResponse;
use crate::app::context;
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::Form;
use crate::server::AuthServer;

/// Nobody is present, so there is no patient, no identity and nothing to refresh.
pub(super) fn gives(scope: &Scope) -> bool {
    matches!(context(scope), Some(Context::System | Context::User))
}

impl AuthServer {
    pub(super) async fn client_credentials(
        &self,
        app: App,
        form: &Form<'_>,
    ) -> Result<TokenResponse, AuthError> {
        if form.get("patient").is_some() {
            // Ignoring it would give a token for everybody where one for a single patient was asked.
            let description =
                "client_credentials gives no token for a single patient; leave patient out";
            return Err(Refusal::request(description).into());
        }
        let allowed = self.allowed_scopes(&app)?.retain(gives);
        let granted = match form.get("scope") {
            None => allowed,
            Some(text) => {
                let asked = ScopeSet::parse(text, &self.settings.limits)
                    .map_err(|e| Refusal::new(ErrorCode::InvalidScope, e.to_string()))?;
                asked.narrow(&allowed)
            }
        };
        if granted.is_empty() {
            let description = "none of these scopes is registered for this app and possible with \
                client_credentials (system/ and user/); ask for registered ones or leave scope out";
            return Err(Refusal::new(ErrorCode::InvalidScope, description).into());
        }
        let lifetime_s = self.settings.token_lifetime_s;
        Ok(self.issue(app, granted.to_string(), lifetime_s).await?)
    }

    fn allowed_scopes(&self, app: &App) -> Result<ScopeSet, StoreError> {
        ScopeSet::parse(&app.scopes, &self.settings.limits)
            .map_err(|e| StoreError::Failed(format!("stored scopes of app {}: {e}", app.client_id)))
    }
}
