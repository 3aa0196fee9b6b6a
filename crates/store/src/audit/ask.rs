//! Which part of the trail is asked for.

use std::ops::RangeInclusive;

use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;

use super::{Action, AuditRecord};

/// What a record must be; what is absent restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditAsk {
    /// At most so many, the newest first.
    pub count: u32,
    /// Look at no more records than this before the answer ends.
    pub scanned_max: Option<u64>,
    /// Only records before this number.
    pub before: Option<u64>,
    /// Only the record of this number.
    pub number: Option<u64>,
    /// Only records of this instant or later.
    pub from: Option<Timestamp>,
    /// Only records before this instant.
    pub until: Option<Timestamp>,
    /// Only what was done in this patient's record.
    pub patient: Option<ResourceId>,
    /// Only what was done to this resource.
    pub resource: Option<(ResourceType, ResourceId)>,
    /// Only what this app did.
    pub app: Option<String>,
    /// Only what this person did.
    pub subject: Option<String>,
    /// Only what was done by one of these, apps or people.
    pub agents: Option<Vec<String>>,
    /// Only interactions of this name.
    pub interaction: Option<String>,
    /// Only what did this.
    pub action: Option<Action>,
    /// Only what ended so.
    pub statuses: Option<RangeInclusive<u16>>,
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
        fn is<T: PartialEq>(asked: Option<&T>, held: Option<&T>) -> bool {
            asked.is_none() || asked == held
        }
        self.before.is_none_or(|before| number < before)
            && self.number.is_none_or(|asked| number == asked)
            && self.from.is_none_or(|from| record.at >= from)
            && self.until.is_none_or(|until| record.at < until)
            && self
                .patient
                .as_ref()
                .is_none_or(|asked| is_of(record, asked))
            && self.resource.as_ref().is_none_or(|(of, id)| {
                record.resource_type == Some(*of) && record.id.as_ref() == Some(id)
            })
            && is(self.app.as_ref(), record.app.as_ref())
            && is(self.subject.as_ref(), record.subject.as_ref())
            && self.agents.as_ref().is_none_or(|agents| {
                let is_one =
                    |who: &Option<String>| who.as_ref().is_some_and(|who| agents.contains(who));
                is_one(&record.app) || is_one(&record.subject)
            })
            && is(self.interaction.as_ref(), Some(&record.interaction))
            && is(self.action.as_ref(), Some(&record.action()))
            && self
                .statuses
                .as_ref()
                .is_none_or(|range| range.contains(&record.status))
    }

    /// Bytes that the line of every record asked for holds, where there are such.
    pub(crate) fn mark(&self) -> Option<&[u8]> {
        let patient = self.patient.as_ref();
        let id = patient.or(self.resource.as_ref().map(|(_, id)| id));
        id.map(|id| id.as_str().as_bytes())
    }
}

fn is_of(record: &AuditRecord, patient: &ResourceId) -> bool {
    let is_patient = record
        .resource_type
        .is_some_and(|of| of.name() == "Patient");
    record.whose.names(patient.as_str()) || (is_patient && record.id.as_ref() == Some(patient))
}
