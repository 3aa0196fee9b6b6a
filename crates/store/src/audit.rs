//! One record for each interaction: who did what to which resource, and how it ended.

use std::net::IpAddr;

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
    /// The interaction's name as in the capability statement: `read`, `search-type`, `create`, …;
    /// at the authorization server the endpoint's: `token`, `revoke`, …
    pub interaction: String,
    /// The type touched.
    pub resource_type: Option<ResourceType>,
    /// The resource touched, where it was one.
    pub id: Option<ResourceId>,
    /// The patient whose record it was, where the request or the token named one.
    pub patient: Option<ResourceId>,
    /// A fingerprint of the query, so that equal searches can be told without keeping their values.
    pub query: Option<[u8; 8]>,
    /// HTTP status of the answer.
    pub status: u16,
    /// From which address.
    pub address: Option<IpAddr>,
    /// The correlation id the caller was given.
    pub correlation_id: String,
}

/// A record and its place in the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// 1 for the first record of the instance, without gaps.
    pub number: u64,
    /// What was recorded.
    pub record: AuditRecord,
}

/// Which part of the trail is asked for; what is absent restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditAsk {
    /// At most so many, the newest first.
    pub count: u32,
    /// Only records before this number.
    pub before: Option<u64>,
    /// Only records of this instant or later.
    pub from: Option<Timestamp>,
    /// Only records before this instant.
    pub until: Option<Timestamp>,
    /// Only what was done in this patient's record.
    pub patient: Option<ResourceId>,
    /// Only what this app did.
    pub app: Option<String>,
    /// Only what this person did.
    pub subject: Option<String>,
}

impl AuditAsk {
    /// The newest `count` records.
    pub fn newest(count: u32) -> Self {
        Self {
            count,
            ..Self::default()
        }
    }

    /// Whether a record is among what is asked for.
    pub fn wants(&self, number: u64, record: &AuditRecord) -> bool {
        let patient = self.patient.as_ref();
        let is_of_patient = patient.is_none_or(|asked| {
            let is_patient = record
                .resource_type
                .is_some_and(|of| of.name() == "Patient");
            record.patient.as_ref() == Some(asked)
                || (is_patient && record.id.as_ref() == Some(asked))
        });
        is_of_patient
            && self.before.is_none_or(|before| number < before)
            && self.from.is_none_or(|from| record.at >= from)
            && self.until.is_none_or(|until| record.at < until)
            && (self.app.is_none() || self.app == record.app)
            && (self.subject.is_none() || self.subject == record.subject)
    }
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

    /// Records, newest first.
    async fn trail(&self, ask: &AuditAsk) -> Result<Vec<Recorded>, Error>;

    /// Drops records from before this instant, oldest first and never the newest ones; gives how
    /// many. What stays can still be verified.
    async fn drop_records(&self, before: Timestamp) -> Result<u64, Error>;
}
