//! One record for each interaction: who did what to which resource, and how it ended.

use async_trait::async_trait;
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;

use crate::store::Error;

/// What the trail keeps of one interaction. It names resources and holds nothing of their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When the interaction was answered.
    pub at: Timestamp,
    /// `client_id` of the app; absent where none was recognised.
    pub app: Option<String>,
    /// The person or system behind the app, where known.
    pub subject: Option<String>,
    /// The interaction's name as in the capability statement: `read`, `search-type`, `create`, …
    pub interaction: String,
    /// The type touched.
    pub resource_type: Option<ResourceType>,
    /// The resource touched, where it was one.
    pub id: Option<ResourceId>,
    /// A fingerprint of the query, so that equal searches can be told without keeping their values.
    pub query: Option<[u8; 8]>,
    /// HTTP status of the answer.
    pub status: u16,
    /// The correlation id the caller was given.
    pub correlation_id: String,
}

/// The audit trail of one instance.
#[async_trait]
pub trait Audit {
    /// Takes a record of an interaction that changed nothing. It is durable within about a second.
    ///
    /// # Errors
    /// [`Error::Busy`] when the trail cannot keep up.
    fn record(&self, record: AuditRecord) -> Result<(), Error>;

    /// The newest records, newest first, at most `count`.
    async fn trail(&self, count: u32) -> Result<Vec<AuditRecord>, Error>;
}
