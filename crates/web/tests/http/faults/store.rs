//! A store that keeps what it is given up to a moment, and refuses from then on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use cresset_access::Access;
use cresset_base::{InstanceName, ResourceId, Secret, Timestamp};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Unindexed};
use cresset_store::attempt::{Attempts, Counted};
use cresset_store::consent::{Code, Consent, Consents, Consumed, Redeemed, RefreshToken, Ticket};
use cresset_store::grant::{App, Grants, Hashed, Token};
use cresset_store::job::{Job, JobAnswer, JobState, Jobs, JobsDue, Lease, Taken};
use cresset_store::logo::{Logo, Logos};
use cresset_store::mail::{Claimed, Mail, Outbox};
use cresset_store::passkey::{PasskeyUse, Passkeys};
use cresset_store::registration::{Along, Handle, Registration, Registrations, Stage};
use cresset_store::session::{Session, Sessions};
use cresset_store::store::{Found, HistoryAsk};
use cresset_store::user::{Ending, User, Users};
use cresset_store::{
    AsSet, Audit, AuditAsk, AuditRecord, CodeSystems, Cursor, Error, Explanation, HistoryPage,
    InstanceSettings, Instances, Patients, Reindexed, SearchPage, Secrets, Store, Trail, Unit,
    Written,
};

/// How many writes are kept yet.
#[derive(Default)]
pub(super) struct Faults(AtomicI64);

impl Faults {
    /// Refuses whatever is written after so many more writes.
    pub(super) fn after(&self, writes: i64) {
        self.0.store(writes, Ordering::SeqCst);
    }

    /// Keeps everything again; tells whether something was refused.
    pub(super) fn heal(&self) -> bool {
        self.0.swap(i64::MAX, Ordering::SeqCst) < 0
    }

    /// Looking always succeeds.
    fn looks(&self) -> Result<(), Error> {
        self.keeps(0)
    }

    fn writes(&self) -> Result<(), Error> {
        self.keeps(1)
    }

    fn keeps(&self, writes: i64) -> Result<(), Error> {
        if writes == 0 || self.0.fetch_sub(writes, Ordering::SeqCst) > 0 {
            Ok(())
        } else {
            Err(Error::Busy)
        }
    }
}

/// The instances of a directory, each over stores that fail together.
pub(super) struct Failing {
    pub(super) inner: Arc<dyn Instances>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl Instances for Failing {
    async fn open_as_set(&self, name: &InstanceName) -> Result<Option<AsSet>, Error> {
        let found = self.inner.open_as_set(name).await?;
        Ok(found.map(|(inner, settings)| {
            let faults = self.faults.clone();
            (
                Arc::new(FailingStore { inner, faults }) as Arc<dyn Store>,
                settings,
            )
        }))
    }

    async fn settings(&self, name: &InstanceName) -> Result<Option<InstanceSettings>, Error> {
        self.inner.settings(name).await
    }

    async fn marked(&self, mark: &str) -> Result<Option<InstanceName>, Error> {
        self.inner.marked(mark).await
    }

    fn version(&self) -> Option<u64> {
        self.inner.version()
    }

    async fn list(&self) -> Result<Vec<InstanceName>, Error> {
        self.inner.list().await
    }

    fn code_systems(&self) -> Arc<dyn CodeSystems> {
        self.inner.code_systems()
    }
}

struct FailingStore {
    inner: Arc<dyn Store>,
    faults: Arc<Faults>,
}

/// Passes each call on, after asking whether one of its kind is kept.
macro_rules! passed_on {
    ($($of:ident { $($kind:ident $name:ident($($arg:ident: $type:ty),*) -> $out:ty;)+ })+) => {$(
        #[async_trait]
        impl $of for FailingStore {$(
            async fn $name(&self, $($arg: $type),*) -> Result<$out, Error> {
                self.faults.$kind()?;
                self.inner.$name($($arg),*).await
            }
        )+}
    )+};
}

passed_on! {
    Users {
        writes add_user(user: User) -> bool;
        looks lookup_user(id: &str) -> Option<User>;
        looks find_user(login: &str) -> Option<User>;
        looks list_users() -> Vec<User>;
        writes update_user(user: User, ending: Ending, mail: Option<Mail>) -> bool;
    }
    Logos {
        writes update_app_and_logo(app: App, logo: Option<Logo>) -> ();
        looks lookup_logo(client_id: &str) -> Option<Logo>;
    }
    Passkeys {
        writes note_passkey(passkey: Hashed, used: PasskeyUse) -> bool;
        looks lookup_passkey(passkey: Hashed) -> Option<PasskeyUse>;
        writes forget_passkey(passkey: Hashed) -> ();
    }
    Sessions {
        writes add_session(session: Session, revision: u64, dead_before: Timestamp) -> bool;
        looks lookup_session(hash: Hashed) -> Option<Session>;
        writes touch_session(hash: Hashed, at: Timestamp) -> ();
        writes end_session(hash: Hashed) -> bool;
        writes end_sessions(user: &str, except: Option<Hashed>) -> u64;
    }
    Consents {
        writes add_consent(consent: Consent, code: Code, session: Hashed) -> bool;
        looks lookup_consent(id: &str) -> Option<Consent>;
        looks list_consents(user: &str) -> Vec<Consent>;
        writes revoke_consent(id: &str, at: Timestamp) -> bool;
        writes consume_code(hash: Hashed, at: Timestamp) -> Consumed<Redeemed>;
        writes add_tokens(token: Token, refresh: Option<RefreshToken>) -> ();
        looks lookup_refresh_token(hash: Hashed) -> Option<RefreshToken>;
        writes rotate_refresh_token(used: Hashed, token: Token, refresh: RefreshToken) -> bool;
        writes add_ticket(ticket: Ticket, mail: Option<Mail>, now: Timestamp) -> ();
        looks lookup_ticket(hash: Hashed) -> Option<Ticket>;
        writes update_ticket(hash: Hashed, content: String) -> bool;
        writes consume_ticket(hash: Hashed) -> Option<Ticket>;
    }
    Patients {
        looks knows_patient(access: &Access, id: &ResourceId) -> bool;
    }
    Secrets {
        looks secret(name: &str) -> Option<Secret<Vec<u8>>>;
        writes add_secret(name: &str, value: Secret<Vec<u8>>) -> Secret<Vec<u8>>;
    }
    Registrations {
        writes add_registration(registration: Registration, link: Hashed) -> ();
        looks lookup_registration(id: &str) -> Option<Registration>;
        looks find_registration(handle: Handle) -> Option<Registration>;
        looks list_registrations(max: usize) -> Vec<Registration>;
        writes advance_registration(from: Stage, to: Registration, along: Along) -> bool;
    }
    Outbox {
        looks claim_mail(now: Timestamp, until: Timestamp) -> Option<Claimed>;
        looks delay_mail(id: &str, until: Timestamp) -> ();
        looks drop_mail(id: &str) -> ();
        looks count_mail() -> u64;
    }
    Jobs {
        writes add_job(job: Job, at_most: usize) -> bool;
        looks lookup_job(id: &str) -> Option<JobState>;
        writes take_job(now: Timestamp, until: Timestamp) -> Option<Taken>;
        writes hold_job(lease: &Lease, until: Timestamp, progress: &str) -> bool;
        writes begin_once(lease: &Lease) -> bool;
        writes finish_job(lease: &Lease, answer: Option<JobAnswer>) -> bool;
        looks job_answer(id: &str) -> Option<JobAnswer>;
        writes remove_job(id: &str) -> bool;
        writes drop_jobs(now: Timestamp) -> u64;
        looks count_jobs(now: Timestamp) -> JobsDue;
    }
    Attempts {
        looks count_attempt(key: Hashed, window_s: u32, now: Timestamp) -> Counted;
        looks give_back_attempt(key: Hashed) -> ();
    }
}

#[async_trait]
impl Grants for FailingStore {
    fn endings(&self) -> Option<u64> {
        self.inner.endings()
    }
    async fn add_app(&self, app: App) -> Result<(), Error> {
        self.faults.writes()?;
        self.inner.add_app(app).await
    }
    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error> {
        self.inner.lookup_app(client_id).await
    }
    async fn list_apps(&self) -> Result<Vec<App>, Error> {
        self.inner.list_apps().await
    }
    async fn count_self_registered(&self) -> Result<usize, Error> {
        self.inner.count_self_registered().await
    }
    async fn update_app(&self, app: App, told: Option<Mail>) -> Result<(), Error> {
        self.faults.writes()?;
        self.inner.update_app(app, told).await
    }
    async fn remove_app(&self, client_id: &str) -> Result<bool, Error> {
        self.faults.writes()?;
        self.inner.remove_app(client_id).await
    }
    async fn add_token(&self, token: Token) -> Result<(), Error> {
        self.faults.writes()?;
        self.inner.add_token(token).await
    }
    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error> {
        self.inner.lookup_token(hash).await
    }
    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error> {
        self.faults.writes()?;
        self.inner.revoke_token(hash).await
    }
    async fn consume_assertion(
        &self,
        client_id: &str,
        id: Hashed,
        ends: Timestamp,
    ) -> Result<bool, Error> {
        self.faults.writes()?;
        self.inner.consume_assertion(client_id, id, ends).await
    }
}

#[async_trait]
impl Audit for FailingStore {
    fn record(&self, record: AuditRecord) -> Result<(), Error> {
        self.faults.writes()?;
        self.inner.record(record)
    }
    async fn settle(&self) -> Result<(), Error> {
        self.inner.settle().await
    }
    async fn trail(&self, ask: &AuditAsk) -> Result<Trail, Error> {
        self.inner.trail(ask).await
    }
    async fn drop_records(&self, before: Timestamp) -> Result<u64, Error> {
        self.faults.writes()?;
        self.inner.drop_records(before).await
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn read(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error> {
        self.inner.read(access, resource_type, id).await
    }
    async fn basis(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Found, Error> {
        self.inner.basis(access, resource_type, id).await
    }
    async fn version(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        version: u64,
    ) -> Result<Found, Error> {
        self.inner.version(access, resource_type, id, version).await
    }
    async fn history(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        page: HistoryAsk,
    ) -> Result<Option<HistoryPage>, Error> {
        self.inner.history(access, resource_type, id, page).await
    }
    async fn history_of(
        &self,
        access: &Access,
        types: &[ResourceType],
        page: HistoryAsk,
    ) -> Result<HistoryPage, Error> {
        self.inner.history_of(access, types, page).await
    }
    async fn search(
        &self,
        access: &Access,
        query: &Query,
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error> {
        self.inner.search(access, query, at).await
    }
    async fn search_types(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<SearchPage, Error> {
        self.inner.search_types(access, queries, at).await
    }
    async fn explain(
        &self,
        access: &Access,
        queries: &[Query],
        at: Option<&Cursor>,
    ) -> Result<Explanation, Error> {
        self.inner.explain(access, queries, at).await
    }
    fn unindexed(&self) -> Arc<Unindexed> {
        self.inner.unindexed()
    }
    async fn look_again(&self) -> Result<(), Error> {
        self.inner.look_again().await
    }
    async fn reindex(&self) -> Result<Reindexed, Error> {
        self.inner.reindex().await
    }
    async fn counts(&self, access: &Access) -> Result<Vec<(ResourceType, u64)>, Error> {
        self.inner.counts(access).await
    }
    async fn commit_unit(&self, access: &Access, unit: Unit) -> Result<Vec<Written>, Error> {
        self.faults.writes()?;
        self.inner.commit_unit(access, unit).await
    }
}
