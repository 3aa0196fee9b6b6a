//! Links by which a practice lets a developer ask for an app to be registered.

use async_trait::async_trait;
use cresset_base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::grant::{App, AppDetails, Hashed};
use crate::store::Error;

/// One link and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Opaque; names it on the pages of the practice.
    pub id: String,
    /// For whom the link was made, in the words of who made it.
    pub note: String,
    /// When the link was made.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When the link ends, unless it was used by then.
    pub expires: Timestamp,
    /// What the developer asks for, once the form behind the link was sent.
    pub request: Option<Request>,
    /// How far it has come.
    pub stage: Stage,
    /// The last word of the practice.
    pub decision: Option<Decision>,
    /// The app that came of it.
    pub client_id: Option<String>,
}

/// How far a registration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The link waits for its developer.
    Open,
    /// The request waits for the practice.
    Submitted,
    /// The app is registered; its secret, if it has one, waits for the developer.
    Approved,
    /// The app is registered, and the developer has its secret.
    Collected,
    /// The practice does not want the app.
    Denied,
    /// The practice took the link back.
    Withdrawn,
}

impl Stage {
    /// As it is stored in a column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Collected => "collected",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What a developer asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// When it was sent.
    pub at: Timestamp,
    /// Name of the app.
    pub name: String,
    /// Whom to ask about it.
    pub contact: String,
    /// Where to write to them.
    pub email: String,
    /// What the app does with what it reads.
    pub purpose: String,
    /// Scopes, space-separated.
    pub scopes: String,
    /// Grant types.
    pub grant_types: Vec<String>,
    /// The rest, the organization among it.
    pub details: AppDetails,
}

/// What the practice decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why; said to the developer.
    pub reason: String,
}

/// The random value somebody holds instead of a name and a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    /// Whoever was given the link.
    Link(Hashed),
    /// Who sent the form behind it.
    Status(Hashed),
}

/// What is written together with a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Along {
    /// Nothing.
    Nothing,
    /// The handle of who sent the form.
    Status(Hashed),
    /// The app that was approved.
    App(Box<App>),
    /// The app's secret, which the developer is shown now.
    Secret(Hashed),
}

/// Registrations of one instance.
#[async_trait]
pub trait Registrations: Send + Sync + 'static {
    /// Keeps a new one with the hash of its link.
    async fn add_registration(&self, registration: Registration, link: Hashed)
    -> Result<(), Error>;
    /// The one with this id.
    async fn lookup_registration(&self, id: &str) -> Result<Option<Registration>, Error>;
    /// The one somebody holds a handle of.
    async fn find_registration(&self, handle: Handle) -> Result<Option<Registration>, Error>;
    /// The newest first, at most `max`.
    async fn list_registrations(&self, max: usize) -> Result<Vec<Registration>, Error>;
    /// Replaces one that is still at the stage `from`, together with what goes along; false, and
    /// nothing written, when it has moved on, or when there is no app to give a secret to.
    async fn advance_registration(
        &self,
        from: Stage,
        to: Registration,
        along: Along,
    ) -> Result<bool, Error>;
}
