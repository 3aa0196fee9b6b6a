//! Checked tokens, and what they rest on, in memory, so that a request costs a hash and a lookup.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cresset_access::Access;
use cresset_store::consent::Consent;
use cresset_store::grant::{App, Hashed};
use parking_lot::Mutex;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::bearer::Caller;

/// Callers by what their token is stored under, apps and live consents by their ids, bounded by bytes.
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
    apps: Cache<Box<str>, (App, u64), TextWeight>,
    /// Consents that had not ended, of people who were not shut out.
    consents: Cache<Box<str>, (Consent, u64), TextWeight>,
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

#[derive(Clone)]
struct TextWeight;

/// What an entry costs besides its texts and its `Access`: key, pointers and what the cache keeps.
const ENTRY_BYTES: usize = 384;
/// What the table of an `Access` costs.
const ACCESS_BYTES: usize = 3_072;
/// What an app or a consent costs besides its texts.
const RECORD_BYTES: usize = 1_024;
/// The parts of the whole that are for what scopes amount to, for apps and for consents.
const ACCESSES_PART: u64 = 4;
const APPS_PART: u64 = 8;
const CONSENTS_PART: u64 = 8;

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

impl Weighter<Box<str>, (App, u64)> for TextWeight {
    fn weight(&self, _: &Box<str>, (app, _): &(App, u64)) -> u64 {
        let details = &app.details;
        let keys = details.jwks.as_ref().map_or(0, String::len);
        let addresses: usize = details.redirect_uris.iter().map(String::len).sum();
        (RECORD_BYTES + app.scopes.len() + keys + addresses) as u64
    }
}

impl Weighter<Box<str>, (Consent, u64)> for TextWeight {
    fn weight(&self, _: &Box<str>, (consent, _): &(Consent, u64)) -> u64 {
        (RECORD_BYTES + consent.scopes.len()) as u64
    }
}

/// A granular scope is held once as text and about twice as filters.
fn access_bytes(scopes: &str) -> usize {
    ACCESS_BYTES + 4 * scopes.len()
}

impl TokenCache {
    pub(crate) fn new(bytes_max: u64) -> Self {
        let of_accesses = bytes_max / ACCESSES_PART;
        let (of_apps, of_consents) = (bytes_max / APPS_PART, bytes_max / CONSENTS_PART);
        let of_callers = bytes_max - of_accesses - of_apps - of_consents;
        let entries = |bytes: u64, each: usize| usize::try_from(bytes).unwrap_or(usize::MAX) / each;
        let (callers, accesses) = (
            entries(of_callers, ENTRY_BYTES),
            entries(of_accesses, ACCESS_BYTES),
        );
        Self {
            callers: Cache::with_weighter(callers, of_callers, CallerWeight),
            accesses: Cache::with_weighter(accesses, of_accesses, AccessWeight),
            apps: Cache::with_weighter(entries(of_apps, RECORD_BYTES), of_apps, TextWeight),
            consents: Cache::with_weighter(
                entries(of_consents, RECORD_BYTES),
                of_consents,
                TextWeight,
            ),
            endings: AtomicU64::new(0),
            changing: Mutex::new(()),
        }
    }

    pub(crate) fn get(&self, token: Hashed, elsewhere: u64) -> Option<Arc<Caller>> {
        let (caller, read) = self.callers.get(&token)?;
        (read == elsewhere).then_some(caller)
    }

    /// The app with this `client_id`, where it was read before and can have changed nowhere since.
    pub(crate) fn app(&self, client_id: &str, elsewhere: u64) -> Option<App> {
        let (app, read) = self.apps.get(client_id)?;
        (read == elsewhere).then_some(app)
    }

    /// The consent with this id, where it was read before and can have ended nowhere since.
    pub(crate) fn consent(&self, id: &str, elsewhere: u64) -> Option<Consent> {
        let (consent, read) = self.consents.get(id)?;
        (read == elsewhere).then_some(consent)
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
        self.insert_if_good(ticket, |elsewhere| {
            self.callers.insert(token, (caller, elsewhere));
        });
    }

    /// Keeps an app, unless one changed since the ticket was taken.
    pub(crate) fn insert_app(&self, app: App, ticket: Ticket) {
        self.insert_if_good(ticket, |elsewhere| {
            let client_id = app.client_id.as_str().into();
            self.apps.insert(client_id, (app, elsewhere));
        });
    }

    /// Keeps a live consent, unless one ended since the ticket was taken.
    pub(crate) fn insert_consent(&self, consent: Consent, ticket: Ticket) {
        self.insert_if_good(ticket, |elsewhere| {
            let id = consent.id.as_str().into();
            self.consents.insert(id, (consent, elsewhere));
        });
    }

    fn insert_if_good(&self, ticket: Ticket, insert: impl FnOnce(u64)) {
        let Some(elsewhere) = ticket.elsewhere else {
            return;
        };
        let _changing = self.changing.lock();
        if self.endings.load(Ordering::Acquire) == ticket.here {
            insert(elsewhere);
        }
    }

    /// Forgets a token that the store no longer has, or that is past its end.
    pub(crate) fn forget(&self, token: Hashed) {
        let _changing = self.changing.lock();
        self.endings.fetch_add(1, Ordering::AcqRel);
        self.callers.remove(&token);
    }

    /// Forgets everything: when an app changes, or a consent or the rights of a person end.
    pub(crate) fn forget_all(&self) {
        let _changing = self.changing.lock();
        self.endings.fetch_add(1, Ordering::AcqRel);
        self.callers.clear();
        self.apps.clear();
        self.consents.clear();
    }
}
