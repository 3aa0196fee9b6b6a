//! Registered apps and issued tokens of one instance.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::mail::Mail;
use crate::store::Error;

/// SHA-256 of a token or client secret; the plain value never reaches the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hashed(pub [u8; 32]);

impl Hashed {
    /// The hash of nothing that is ever given out.
    pub(crate) fn zero() -> Self {
        Self([0; 32])
    }
}

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
    /// What else it is registered with.
    pub details: AppDetails,
}

/// Whether an app can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// It can: it runs on a server of its maker.
    #[default]
    Confidential,
    /// It cannot: it runs in a browser or on a person's device.
    Public,
}

/// Whether an app must prove that it is the one that asked (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pkce {
    /// With every authorization.
    #[default]
    Required,
    /// It may leave it out; only for a confidential app that was made before PKCE.
    Exempt,
}

/// What an app that people use is registered with. The default is an app without any of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct AppDetails {
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// Where codes may be sent, each compared as it is written.
    pub redirect_uris: Vec<String>,
    /// Where it is launched from a chart.
    pub launch_url: Option<String>,
    /// Whether it must use PKCE.
    pub pkce: Pkce,
    /// Life of its refresh tokens in days, 0 for ever; absent for what the instance says.
    pub refresh_days: Option<u32>,
    /// Who makes it.
    pub organization: Option<String>,
    /// The e-mail address of who answers for it.
    pub contact: Option<String>,
    /// When somebody made sure that the organization is who it says.
    pub verified: Option<Timestamp>,
    /// The beginning of the SHA-256 of its picture, in base64url ([`crate::logo`]).
    pub logo: Option<String>,
    /// Its public keys, as a JWK set.
    pub jwks: Option<String>,
    /// Where its public keys are found.
    pub jwks_uri: Option<String>,
    /// Hash of the token with which an app that registered itself changes that (RFC 7592), in
    /// base64url; absent for an app that the practice keeps.
    pub registration_token: Option<String>,
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
    /// The consent it belongs to; absent where no person was involved.
    pub consent: Option<String>,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Thumbprint of the key whose holder alone may use it (RFC 9449 §6); absent for whoever bears it.
    pub key: Option<Hashed>,
}

/// How long ids of assertions are kept past the end of another: longer than any lives, so that what
/// is dropped has ended by any clock.
pub const ASSERTION_KEPT_S: i64 = 3_600;

/// Apps and tokens of one instance.
#[async_trait]
pub trait Grants: Send + Sync + 'static {
    /// Another number whenever another process may have ended a token, or something a token rests
    /// on: what was read at one number may be remembered for as long as this is the number. `None`
    /// while nobody can know: nothing may be remembered then. At most a second late.
    fn endings(&self) -> Option<u64>;
    /// Registers an app; fails when the `client_id` is taken.
    async fn add_app(&self, app: App) -> Result<(), Error>;
    /// The app with this `client_id`.
    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error>;
    /// All apps by name.
    async fn list_apps(&self) -> Result<Vec<App>, Error>;
    /// How many apps registered themselves and were not taken over by the practice.
    async fn count_self_registered(&self) -> Result<usize, Error>;
    /// Replaces an app's row (rotated secret, enabled or disabled), and stores the message that tells of it.
    async fn update_app(&self, app: App, told: Option<Mail>) -> Result<(), Error>;
    /// Deletes an app; true when it existed. Its tokens are tokens of nobody then.
    async fn remove_app(&self, client_id: &str) -> Result<bool, Error>;
    /// Stores an issued token; durable when it returns. Some of the tokens that ended more than a
    /// day before it was issued are dropped with the same write, so that they cannot pile up.
    async fn add_token(&self, token: Token) -> Result<(), Error>;
    /// The token with this hash, expired or not.
    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error>;
    /// Ends a token; true when it existed.
    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error>;
    /// Takes note that an app used the client assertion with this id, until the assertion ends;
    /// false when it had used it before. Durable when it returns; of several at once one is first.
    /// Some of those that ended more than [`ASSERTION_KEPT_S`] seconds before are dropped with it.
    async fn consume_assertion(
        &self,
        client_id: &str,
        id: Hashed,
        ends: Timestamp,
    ) -> Result<bool, Error>;
}
