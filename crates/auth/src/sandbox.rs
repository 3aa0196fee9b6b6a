//! Tokens of an instance whose data is made up, for anybody who asks on its page.
//!
//! They are tokens like any other of a built-in app, which has no secret and no grant: nobody gets
//! one at the token endpoint. Whether an instance is a sandbox is for its settings to say; an
//! operator ends the use of its tokens by disabling the app.

use cresset_store::Error as StoreError;
use cresset_store::grant::{App, AppDetails};

use crate::grant::{Issue, TokenResponse};
use crate::server::AuthServer;

/// The `client_id` of the built-in app. Those of registered apps begin with `app_`.
pub const CLIENT_ID: &str = "sandbox";
/// Life of a sandbox token, in seconds.
pub const LIFETIME_S: u32 = 3_600;

const NAME: &str = "Sandbox";
/// Read and search, nothing else.
const SCOPES: &str = "system/*.rs";

/// All who ask are nobody in particular, so they share one count.
const EVERYBODY: &str = "";

/// Why there is no sandbox token.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// An operator disabled the built-in app.
    #[error("sandbox tokens are not given out")]
    Disabled,
    /// More than `limits.sandbox_tokens_max` were given out within a minute.
    #[error("too many sandbox tokens were given out lately")]
    Throttled,
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthServer {
    /// A fresh token that can read and search for an hour. The built-in app is registered on first
    /// use. Only for an instance that is a sandbox.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub async fn sandbox_token(&self) -> Result<TokenResponse, SandboxError> {
        let app = self.sandbox_app().await?;
        if !app.enabled {
            return Err(SandboxError::Disabled);
        }
        let now = self.clock.now();
        let counted = self.sandbox_tokens.count(&*self.store, EVERYBODY, now);
        if counted.await?.is_some() {
            return Err(SandboxError::Throttled);
        }
        let issued = self
            .issue(Issue {
                app,
                scope: SCOPES.to_owned(),
                patient: None,
                lifetime_s: LIFETIME_S,
                key: None,
            })
            .await?;
        Ok(issued)
    }

    async fn sandbox_app(&self) -> Result<App, StoreError> {
        if let Some(app) = self.store.lookup_app(CLIENT_ID).await? {
            return Ok(app);
        }
        let app = App {
            client_id: CLIENT_ID.to_owned(),
            name: NAME.to_owned(),
            secret: None,
            scopes: SCOPES.to_owned(),
            grant_types: Vec::new(),
            patient_tokens: false,
            registered: self.clock.now(),
            enabled: true,
            details: AppDetails::default(),
        };
        match self.store.add_app(app.clone()).await {
            Ok(()) => Ok(app),
            // Two callers may be the first at once; the second finds what the first registered.
            Err(error) => self.store.lookup_app(CLIENT_ID).await?.ok_or(error),
        }
    }
}
