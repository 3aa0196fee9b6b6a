//! Registered apps and issued tokens of one instance.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::store::Error;

/// SHA-256 of a token or client secret; the plain value never reaches the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hashed(pub [u8; 32]);

/// A registered third-party application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// `client_id`.
    pub client_id: String,
    /// Name shown to people.
    pub name: String,
    /// Hash of the client secret; `None` for a public app.
    pub secret: Option<Hashed>,
    /// Scopes the app may ask for, space-separated; also what it gets when it asks for none.
    pub scopes: String,
    /// Grant types it may use.
    pub grant_types: Vec<String>,
    /// Whether it may get tokens for single patients by `client_credentials`.
    pub patient_tokens: bool,
    /// When it was registered.
    pub registered: Timestamp,
    /// Whether it may be used now.
    pub enabled: bool,
}

/// An access token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Hash of the opaque token.
    pub hash: Hashed,
    /// The app it was issued to.
    pub client_id: String,
    /// Granted scopes, space-separated.
    pub scopes: String,
    /// Patient in context, if any.
    pub patient: Option<String>,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// Apps and tokens of one instance.
#[async_trait]
pub trait Grants: Send + Sync + 'static {
    /// Registers an app; fails when the `client_id` is taken.
    async fn add_app(&self, app: App) -> Result<(), Error>;
    /// The app with this `client_id`.
    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error>;
    /// All apps by name.
    async fn list_apps(&self) -> Result<Vec<App>, Error>;
    /// Replaces an app's row (rotated secret, enabled or disabled).
    async fn update_app(&self, app: App) -> Result<(), Error>;
    /// Stores an issued token; durable when it returns. Some of the tokens that ended more than a
    /// day before it was issued are dropped with the same write, so that they cannot pile up.
    async fn add_token(&self, token: Token) -> Result<(), Error>;
    /// The token with this hash, expired or not.
    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error>;
    /// Ends a token; true when it existed.
    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error>;
}
