//! What people allowed apps, and the one-time values on the way there.
//!
//! A [`Consent`] is the family to which a code, its refresh tokens and its access tokens belong:
//! revoking it ends them all with one write.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::grant::{Hashed, Token};
use crate::mail::Mail;
use crate::session::Proof;
use crate::store::Error;

/// One authorization of one app by one person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Consent {
    /// Opaque.
    pub id: String,
    /// The person who allowed it.
    pub user: String,
    /// The app.
    pub client_id: String,
    /// What was allowed, space-separated.
    pub scopes: String,
    /// What was in context.
    pub context: InContext,
    /// When the person had proved who they are (`auth_time`).
    pub authenticated: Timestamp,
    /// By what (`amr`); absent where it was allowed before that was noted.
    #[serde(default, with = "crate::session::written")]
    pub proof: Option<Proof>,
    /// When it was allowed.
    pub granted: Timestamp,
    /// When a code or refresh token of it was used last.
    pub last_used: Option<Timestamp>,
    /// When it was ended.
    pub revoked: Option<Timestamp>,
}

/// What is in context when an app is launched.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InContext {
    /// Id of the patient.
    pub patient: Option<String>,
    /// Id of the encounter.
    pub encounter: Option<String>,
    /// Whether the app must show who the patient is; absent where nothing was launched from here.
    pub need_patient_banner: Option<bool>,
    /// References of further resources in context, such as `DocumentReference/1`.
    pub fhir_context: Vec<String>,
}

/// An authorization code as stored (RFC 6749 §4.1.2).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Code {
    /// Hash of the code.
    #[serde(skip, default = "Hashed::zero")]
    pub hash: Hashed,
    /// The consent it stands for.
    pub consent: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// `code_challenge`; absent for an app that is exempt from PKCE.
    pub challenge: Option<String>,
    /// `nonce`, for the `id_token`.
    pub nonce: Option<String>,
    /// `dpop_jkt`: thumbprint of the key whose holder alone may exchange it (RFC 9449 §10).
    #[serde(default)]
    pub key: Option<String>,
    /// When it ends.
    pub expires: Timestamp,
}

/// A one-time value that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consumed<T> {
    /// For the first time; it is used up now.
    First(T),
    /// It had been used before.
    Again(T),
    /// Never given out here, or forgotten.
    Unknown,
}

/// A code that was presented, with the consent it stands for as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The code.
    pub code: Code,
    /// Its consent, ended or not.
    pub consent: Option<Consent>,
}

/// A refresh token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Hash of the token.
    pub hash: Hashed,
    /// The consent it belongs to.
    pub consent: String,
    /// What its access tokens may carry, space-separated.
    pub scopes: String,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends; absent for one that never does.
    pub expires: Option<Timestamp>,
    /// When it was exchanged for another.
    pub used: Option<Timestamp>,
    /// Thumbprint of the key whose holder alone may use it (RFC 9449 §5).
    pub key: Option<Hashed>,
}

/// A short-lived value of the authorization server with whatever it wants to remember under it:
/// an authorization request under way, or a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Hash of the handle that the browser or the app holds.
    pub hash: Hashed,
    /// What is remembered.
    pub content: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// Consents, codes, refresh tokens and tickets of one instance.
#[async_trait]
pub trait Consents: Send + Sync + 'static {
    /// Stores a consent together with the code that is sent to the app; false, and nothing stored,
    /// when the session in which it was given is no longer one of the person.
    async fn add_consent(
        &self,
        consent: Consent,
        code: Code,
        session: Hashed,
    ) -> Result<bool, Error>;
    /// The consent with this id, revoked or not.
    async fn lookup_consent(&self, id: &str) -> Result<Option<Consent>, Error>;
    /// A person's consents that are not revoked, newest first.
    async fn list_consents(&self, user: &str) -> Result<Vec<Consent>, Error>;
    /// Ends a consent and all that belongs to it; true when it was alive.
    async fn revoke_consent(&self, id: &str, at: Timestamp) -> Result<bool, Error>;
    /// Uses up a code by one conditional write, and says what its consent was at that moment: whoever
    /// presents it again may end the consent at once. Codes long past their end are forgotten.
    async fn consume_code(&self, hash: Hashed, at: Timestamp) -> Result<Consumed<Redeemed>, Error>;
    /// Stores what a code was exchanged for: an access token and perhaps a refresh token.
    async fn add_tokens(&self, token: Token, refresh: Option<RefreshToken>) -> Result<(), Error>;
    /// The refresh token with this hash, used or not.
    async fn lookup_refresh_token(&self, hash: Hashed) -> Result<Option<RefreshToken>, Error>;
    /// Exchanges a refresh token for others by one conditional write; false, and nothing stored,
    /// when it was used before.
    async fn rotate_refresh_token(
        &self,
        used: Hashed,
        token: Token,
        refresh: RefreshToken,
    ) -> Result<bool, Error>;
    /// Stores a ticket, and the message that carries its handle if one does; some tickets that ended
    /// before `now` are dropped with the same write.
    async fn add_ticket(
        &self,
        ticket: Ticket,
        mail: Option<Mail>,
        now: Timestamp,
    ) -> Result<(), Error>;
    /// The ticket with this hash, ended or not.
    async fn lookup_ticket(&self, hash: Hashed) -> Result<Option<Ticket>, Error>;
    /// Replaces what is remembered under a ticket; false when it is gone.
    async fn update_ticket(&self, hash: Hashed, content: String) -> Result<bool, Error>;
    /// Takes a ticket away; to one caller only.
    async fn consume_ticket(&self, hash: Hashed) -> Result<Option<Ticket>, Error>;
}
