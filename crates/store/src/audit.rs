//! One record for each interaction: who did what to which resource, and how it ended.

mod ask;
mod whose;

use std::net::IpAddr;

use async_trait::async_trait;
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;

use crate::store::Error;

pub use ask::AuditAsk;
pub use whose::Whose;

/// What the trail keeps of one interaction. It names resources and holds nothing of their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When the interaction was answered.
    pub at: Timestamp,
    /// `client_id` of the app; absent where none was recognised.
    pub app: Option<String>,
    /// The person or system behind the app, where known.
    pub subject: Option<String>,
    /// The interaction's name as in the capability statement: `read`, `search-type`, `create`, …;
    /// at the authorization server the endpoint's: `token`, `revoke`, …
    pub interaction: String,
    /// The type touched.
    pub resource_type: Option<ResourceType>,
    /// The resource touched, where it was one.
    pub id: Option<ResourceId>,
    /// The patients whose records it was: those of the resources that were shown or changed, and who
    /// the request or the token named.
    pub whose: Whose,
    /// A fingerprint of the query, so that equal searches can be told without keeping their values.
    pub query: Option<[u8; 8]>,
    /// HTTP status of the answer.
    pub status: u16,
    /// How many interactions of this kind it stands for: 1, and more where strangers' are counted.
    pub times: u32,
    /// From which address.
    pub address: Option<IpAddr>,
    /// The correlation id the caller was given.
    pub correlation_id: String,
}

/// What an interaction did to what it touched (R4 `audit-event-action`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Something new.
    Create,
    /// Shown.
    Read,
    /// Changed.
    Update,
    /// Deleted.
    Delete,
    /// Anything else.
    Execute,
}

impl Action {
    /// Every one with its code.
    pub const CODES: [(Self, &'static str); 5] = [
        (Self::Create, "C"),
        (Self::Read, "R"),
        (Self::Update, "U"),
        (Self::Delete, "D"),
        (Self::Execute, "E"),
    ];
}

impl AuditRecord {
    /// What it did.
    pub fn action(&self) -> Action {
        match self.interaction.as_str() {
            "create" => Action::Create,
            "update" | "patch" => Action::Update,
            "delete" => Action::Delete,
            "read" | "vread" | "file" | "chart" | "patients" | "async-answer" => Action::Read,
            other if other.starts_with("history-") || other.starts_with("search-") => Action::Read,
            _ => Action::Execute,
        }
    }
}

/// A record and its place in the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// 1 for the first record of the instance, without gaps.
    pub number: u64,
    /// What was recorded.
    pub record: AuditRecord,
}

/// Records that were asked for, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// Those found.
    pub records: Vec<Recorded>,
    /// Where to go on ([`AuditAsk::before`]); absent when everything was looked at.
    pub next: Option<u64>,
}

/// The audit trail of one instance. Records can be added and, long after, dropped together by the
/// instance's own setting; nothing changes one. They are chained, so that a change made behind the
/// store's back is found by whoever verifies the instance.
#[async_trait]
pub trait Audit {
    /// Takes a record of an interaction that changed nothing. When this returns it survives the
    /// death of the process, and is durable within a tenth of a second.
    ///
    /// # Errors
    /// [`Error::Busy`] when the trail cannot keep up, [`Error::StorageFull`] when there is no room:
    /// the interaction must then not be answered.
    fn record(&self, record: AuditRecord) -> Result<(), Error>;

    /// Returns when every record taken so far is durable.
    async fn settle(&self) -> Result<(), Error>;

    /// Records, newest first. It may end before there are as many as asked for, when many were looked
    /// at; the walk goes on from there.
    async fn trail(&self, ask: &AuditAsk) -> Result<Trail, Error>;

    /// Drops records from before this instant, oldest first and never the newest ones; gives how
    /// many. What stays can still be verified.
    async fn drop_records(&self, before: Timestamp) -> Result<u64, Error>;
}
