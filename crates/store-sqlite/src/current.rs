//! Current versions, expanded and kept within a bound, so that most reads and the bodies of most
//! pages need no statement.
//!
//! What is kept here is current: every commit runs inside [`Current::commit`], which takes out
//! what it replaces before any reader can see the commit, and lets nothing in until it is done. A
//! reader that adds something holds a [`Ticket`] from before its snapshot; a commit since then makes
//! the ticket worthless. The same ticket tells a reader whether what it was given here belongs to
//! its snapshot. Deleted resources are not kept.

use std::sync::atomic::{AtomicU64, Ordering, fence};

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::Version;
use cresset_store::store::Method;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

/// What a version costs beside its body, in bytes: here and in the table of ids.
const OVERHEAD: u64 = 288;
/// A body of more bytes than this would push out too many others.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an ordinary version, for the size of the tables.
const TYPICAL: u64 = 1_024;

/// The current versions lately read of one instance.
pub(crate) struct Current {
    versions: Cache<i64, Version, Bytes>,
    /// The integers of ids. They never change, so these may be those of versions no longer kept.
    integers: Cache<Name, i64>,
    /// Even between commits, odd during one; another number after each.
    state: AtomicU64,
    /// Held while something is added or taken out.
    changing: Mutex<()>,
}

/// The state of an instance when a reader began.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

#[derive(Clone, Hash, PartialEq, Eq)]
struct Name(u8, ResourceId);

/// A [`Name`] that is only looked up.
#[derive(Hash)]
struct Asked<'a>(u8, &'a ResourceId);

impl Equivalent<Name> for Asked<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        self.0 == name.0 && *self.1 == name.1
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<i64, Version> for Bytes {
    fn weight(&self, _: &i64, version: &Version) -> u64 {
        OVERHEAD + u64::try_from(version.body.len()).unwrap_or(u64::MAX / 2)
    }
}

impl Current {
    /// Keeps up to this many bytes.
    pub(crate) fn new(bytes_max: u64) -> Self {
        let items = usize::try_from(bytes_max / TYPICAL).unwrap_or_default();
        Self {
            versions: Cache::with_weighter(items, bytes_max, Bytes),
            integers: Cache::new(items),
            state: AtomicU64::new(0),
            changing: Mutex::default(),
        }
    }

    /// To be taken before the snapshot.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(self.state.load(Ordering::Acquire))
    }

    /// Whether nothing was committed since, so that what is current is what the snapshot holds.
    pub(crate) fn still(&self, ticket: Ticket) -> bool {
        // What the reader saw of its snapshot must have been seen before the state is looked at.
        fence(Ordering::Acquire);
        ticket.0.is_multiple_of(2) && self.state.load(Ordering::Relaxed) == ticket.0
    }

    /// The current version under an id, if it is kept.
    pub(crate) fn find(&self, of: ResourceType, id: &ResourceId) -> Option<Version> {
        self.versions.get(&self.integer(of, id)?)
    }

    /// The integer of an id, if it is kept.
    pub(crate) fn integer(&self, of: ResourceType, id: &ResourceId) -> Option<i64> {
        self.integers.get(&Asked(of.code(), id))
    }

    /// Keeps the integer of an id, which is committed: then it never changes.
    pub(crate) fn know(&self, of: ResourceType, id: &ResourceId, rid: i64) {
        self.integers.insert(Name(of.code(), id.clone()), rid);
    }

    /// The current version of a resource, if it is kept.
    pub(crate) fn get(&self, rid: i64) -> Option<Version> {
        self.versions.get(&rid)
    }

    /// This very version, if it is kept.
    pub(crate) fn version(&self, rid: i64, number: u64) -> Option<Version> {
        self.get(rid).filter(|version| version.version == number)
    }

    /// Keeps a version that was current in a snapshot begun after the ticket was taken.
    pub(crate) fn keep(&self, rid: i64, version: &Version, ticket: Ticket) {
        if version.method == Method::Delete || version.body.len() > BODY_BYTES_MAX {
            return;
        }
        let _changing = self.changing.lock();
        if self.still(ticket) {
            let name = Name(version.resource_type.code(), version.id.clone());
            self.integers.insert(name, rid);
            self.versions.insert(rid, version.clone());
        }
    }

    /// Runs a commit that gives these resources new versions.
    pub(crate) fn commit<T>(&self, replaced: &[i64], commit: impl FnOnce() -> T) -> T {
        {
            // Taken out first: once one reader can see the commit, none may be given what was before.
            let _changing = self.changing.lock();
            self.state.fetch_add(1, Ordering::SeqCst);
            for rid in replaced {
                self.versions.remove(rid);
            }
        }
        let done = commit();
        self.state.fetch_add(1, Ordering::SeqCst);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::{Current, Method, ResourceType, Version};

    fn version(number: u64) -> Version {
        Version {
            resource_type: ResourceType::parse("Patient").unwrap(),
            id: "a".parse().unwrap(),
            version: number,
            last_updated: "2026-01-01T00:00:00Z".parse().unwrap(),
            method: Method::Update,
            body: bytes::Bytes::from_static(b"{}"),
        }
    }

    #[test]
    fn what_a_commit_replaced_is_gone_and_stays_gone() {
        let current = Current::new(1 << 20);
        let before = current.ticket();
        current.keep(7, &version(1), before);
        let find = || {
            let kept = current.find(version(1).resource_type, &version(1).id);
            kept.map(|version| version.version)
        };
        assert_eq!(find(), Some(1));
        current.commit(&[7], || {
            assert_eq!(find(), None, "a commit can be seen before it returns");
            current.keep(7, &version(1), current.ticket());
            assert!(!current.still(before));
        });
        assert_eq!(find(), None);
        current.keep(7, &version(1), before);
        assert_eq!(find(), None, "a reader from before the commit");
        current.keep(7, &version(2), current.ticket());
        assert_eq!(find(), Some(2));
        assert!(current.version(7, 1).is_none());
    }
}
