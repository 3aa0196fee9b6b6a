//! Checked tokens in memory, so that a request costs a hash and a lookup.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cresset_access::Access;
use cresset_store::grant::Hashed;
use parking_lot::Mutex;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::bearer::Caller;

/// Callers by the hash of their token, bounded by bytes.
///
/// A token that ends is taken out at once. A check that read the store before that and arrives
/// here after it must not bring the token back: it holds a [`Ticket`] from before its read, and
/// what has ended since makes the ticket worthless. What ends through other processes is told by
/// the store as a number: what was read at another number is worthless too.
pub(crate) struct TokenCache {
    callers: Cache<Hashed, Known, CallerWeight>,
    /// What scopes amount to where no patient is in context: many tokens have the same. Callers may hold
    /// one that is forgotten here, so at worst there is one more for each caller.
    accesses: Cache<Box<str>, Access, AccessWeight>,
    endings: AtomicU64,
    changing: Mutex<()>,
}

/// The numbers of endings when a check began: here, and at other processes where that is known.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    here: u64,
    elsewhere: Option<u64>,
}

/// A caller, and the number of endings at other processes when it was read.
type Known = (Arc<Caller>, u64);

#[derive(Clone)]
struct CallerWeight;

#[derive(Clone)]
struct AccessWeight;

/// What an entry costs besides its texts and its `Access`: key, pointers and what the cache keeps.
const ENTRY_BYTES: usize = 384;
/// What the table of an `Access` costs.
const ACCESS_BYTES: usize = 3_072;
/// The part of the whole that is for what scopes amount to.
const ACCESSES_PART: u64 = 4;

impl Weighter<Hashed, Known> for CallerWeight {
    fn weight(&self, _: &Hashed, (caller, _): &Known) -> u64 {
        let own = match caller.access.patient() {
            // It shares what its scopes amount to.
            None => caller.scopes.len(),
            Some(_) => access_bytes(&caller.scopes),
        };
        (ENTRY_BYTES + caller.client_id.len() + own) as u64
    }
}

impl Weighter<Box<str>, Access> for AccessWeight {
    fn weight(&self, scopes: &Box<str>, _: &Access) -> u64 {
        (ENTRY_BYTES + access_bytes(scopes)) as u64
    }
}

/// A granular scope is held once as text and about twice as filters.
fn access_bytes(scopes: &str) -> usize {
    ACCESS_BYTES + 4 * scopes.len()
}

impl TokenCache {
    pub(crate) fn new(bytes_max: u64) -> Self {
        let of_accesses = bytes_max / ACCESSES_PART;
        let of_callers = bytes_max - of_accesses;
        let entries = |bytes: u64, each: usize| usize::try_from(bytes).unwrap_or(usize::MAX) / each;
        let (callers, accesses) = (
            entries(of_callers, ENTRY_BYTES),
            entries(of_accesses, ACCESS_BYTES),
        );
        Self {
            callers: Cache::with_weighter(callers, of_callers, CallerWeight),
            accesses: Cache::with_weighter(accesses, of_accesses, AccessWeight),
            endings: AtomicU64::new(0),
            changing: Mutex::new(()),
        }
    }

    pub(crate) fn get(&self, token: Hashed, elsewhere: u64) -> Option<Arc<Caller>> {
        let (caller, read) = self.callers.get(&token)?;
        (read == elsewhere).then_some(caller)
    }

    /// What these scopes amount to with no patient in context; made where it is not known.
    pub(crate) fn access<E>(
        &self,
        scopes: &str,
        make: impl FnOnce() -> Result<Access, E>,
    ) -> Result<Access, E> {
        if let Some(known) = self.accesses.get(scopes) {
            return Ok(known);
        }
        let access = make()?;
        self.accesses.insert(scopes.into(), access.clone());
        Ok(access)
    }

    /// To be taken before the store is read.
    pub(crate) fn ticket(&self, elsewhere: Option<u64>) -> Ticket {
        Ticket {
            here: self.endings.load(Ordering::Acquire),
            elsewhere,
        }
    }

    /// Keeps a caller, unless a token or app ended since the ticket was taken.
    pub(crate) fn insert(&self, token: Hashed, caller: Arc<Caller>, ticket: Ticket) {
        let Some(elsewhere) = ticket.elsewhere else {
            return;
        };
        let _changing = self.changing.lock();
        if self.endings.load(Ordering::Acquire) == ticket.here {
            self.callers.insert(token, (caller, elsewhere));
        }
    }

    /// Forgets a token that the store no longer has, or that is past its end.
    pub(crate) fn forget(&self, token: Hashed) {
        let _changing = self.changing.lock();
        self.endings.fetch_add(1, Ordering::AcqRel);
        self.callers.remove(&token);
    }

    /// Forgets every token; for when an app is disabled.
    pub(crate) fn forget_all(&self) {
        let _changing = self.changing.lock();
        self.endings.fetch_add(1, Ordering::AcqRel);
        self.callers.clear();
    }
}
