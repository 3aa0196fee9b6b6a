//! What strangers do leaves records too, but no more of them than a bound: of what one address does
//! again within a minute only the number is kept.
//!
//! A stranger is whoever asked without being recognised. The first request of a kind from an address
//! in a minute leaves its record at once; those after it are counted, and the count is one record
//! when the minute is over. Kinds beyond the bound are counted together.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cresset_base::Timestamp;
use cresset_store::{AuditRecord, Whose};

use crate::extract::Peer;

const MINUTE_S: i64 = 60;
/// Name of the record of what was beyond the bound.
const BEYOND: &str = "strangers";

/// The strangers of one instance in the present minute.
pub(crate) struct Strangers {
    minute: Mutex<Minute>,
    kinds_max: usize,
}

#[derive(Default)]
struct Minute {
    start_s: i64,
    /// What came again is counted in a record of its own.
    kinds: HashMap<Kind, AuditRecord>,
}

/// Beyond the bound only the status tells kinds apart.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    subscriber: Option<IpAddr>,
    interaction: String,
    app: Option<String>,
    status: u16,
}

impl Strangers {
    /// Tells at most this many kinds apart in a minute.
    pub(crate) fn new(kinds_max: usize) -> Self {
        Self {
            minute: Mutex::default(),
            kinds_max,
        }
    }

    /// Takes the record of what a stranger did; gives what is to be written now.
    pub(crate) fn take(&self, record: AuditRecord) -> Vec<AuditRecord> {
        let mut minute = self.minute();
        let mut due = minute.over(record.at);
        let kind = Kind::of(&record);
        let is_beyond = !minute.kinds.contains_key(&kind) && minute.kinds.len() >= self.kinds_max;
        let mut counted = uncounted(&record);
        let kind = if is_beyond {
            BEYOND.clone_into(&mut counted.interaction);
            (counted.app, counted.address) = (None, None);
            Kind::of(&counted)
        } else {
            kind
        };
        if let Some(counts) = minute.kinds.get_mut(&kind) {
            counts.at = counted.at;
            counts.times = counts.times.saturating_add(1);
        } else {
            let times = u32::from(is_beyond);
            minute.kinds.insert(kind, AuditRecord { times, ..counted });
            due.extend((!is_beyond).then_some(record));
        }
        due
    }

    fn minute(&self) -> MutexGuard<'_, Minute> {
        self.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be written of a minute that is over by now.
    pub(crate) fn over(&self, now: Timestamp) -> Vec<AuditRecord> {
        self.minute().over(now)
    }

    /// What is to be written when no more are expected.
    pub(crate) fn rest(&self) -> Vec<AuditRecord> {
        self.minute().counts()
    }
}

impl Minute {
    /// The counts of a minute that is over by now, after which another begins.
    fn over(&mut self, now: Timestamp) -> Vec<AuditRecord> {
        let now_s = now.as_second();
        // A clock that was set back begins another minute too.
        if (0..MINUTE_S).contains(&(now_s - self.start_s)) {
            return Vec::new();
        }
        self.start_s = now_s;
        self.counts()
    }

    fn counts(&mut self) -> Vec<AuditRecord> {
        let counts = self.kinds.drain().map(|(_, counted)| counted);
        counts.filter(|counted| counted.times > 0).collect()
    }
}

impl Kind {
    fn of(record: &AuditRecord) -> Self {
        Self {
            subscriber: record.address.map(|address| Peer(address).subscriber()),
            interaction: record.interaction.clone(),
            app: record.app.clone(),
            status: record.status,
        }
    }
}

/// The record in which others of the kind are counted: what differs from one to the next is left out.
fn uncounted(record: &AuditRecord) -> AuditRecord {
    AuditRecord {
        resource_type: None,
        id: None,
        whose: Whose::default(),
        query: None,
        times: 0,
        ..record.clone()
    }
}
