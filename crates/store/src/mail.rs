//! Mail that waits to be sent.
//!
//! A message is stored in the transaction of what causes it, so that neither is without the other,
//! and goes when it was handed over or given up.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::store::Error;

/// One message to one person. It carries no clinical fact.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    /// Opaque; what a mail server knows it by, so that a second copy can be told.
    pub id: String,
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// When it was stored.
    pub posted: Timestamp,
}

/// A message somebody has taken to deliver it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The message.
    pub mail: Mail,
    /// How often it was taken, this time included.
    pub tries: u32,
}

/// Mail of one instance. What stores a message beside its cause
/// ([`crate::consent::Consents::add_ticket`], [`crate::user::Users::update_user`]) answers
/// [`Error::Busy`], and stores nothing, when too many wait (`mails_waiting_max`).
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Takes the message that has been due longest at `now`, so that nobody else takes it before
    /// `until`. Whoever took it and died has it taken again then.
    async fn claim_mail(&self, now: Timestamp, until: Timestamp) -> Result<Option<Claimed>, Error>;
    /// Lets a message wait until then.
    async fn delay_mail(&self, id: &str, until: Timestamp) -> Result<(), Error>;
    /// Forgets a message: it was delivered, or never will be.
    async fn drop_mail(&self, id: &str) -> Result<(), Error>;
    /// Messages that wait.
    async fn count_mail(&self) -> Result<u64, Error>;
}
