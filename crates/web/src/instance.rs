//! The instance a route names, opened on first use and closed when nobody asks for it.

mod front;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use cresset_auth::{AuthServer, AuthSettings};
use cresset_base::{InstanceName, Limits, Secret, Timestamp};
use cresset_fhir::service::Surroundings;
use cresset_fhir::{Fault, Kind, Service, Settings};
use cresset_rules::RuleSet;
use cresset_store::{AuditRecord, AuditSync, Error, ErrorDialect, InstanceSettings, Store};
use tokio::sync::Semaphore;

use crate::audit::Strangers;
use crate::failure::Failure;
use crate::platform::Platform;
use front::Fronts;

/// Under this name an instance keeps the key that seals its page links.
const LINK_KEY: &str = "page-link";

/// No version: what is set is asked with the next request.
const UNHEARD: u64 = u64::MAX;

/// An instance nobody asked for this long is closed.
const IDLE_S: i64 = 15 * 60;
const DAY_S: i64 = 24 * 60 * 60;

/// One instance, open: as it answers at its own base, or at that of a front.
pub struct OpenInstance {
    /// Its name.
    pub name: InstanceName,
    /// Its data.
    pub store: Arc<dyn Store>,
    /// Its FHIR service.
    pub fhir: Service,
    /// Its authorization server.
    pub auth: AuthServer,
    /// Whether its page gives out tokens.
    pub sandbox: bool,
    /// Whether a search tells an app that asks how it was answered.
    pub explains: bool,
    /// Which statuses errors are answered with.
    pub errors: ErrorDialect,
    /// When the audit record of a read must be durable.
    audit_sync: AuditSync,
    keeping: Arc<Keeping>,
}

/// What is kept of an open instance, at whichever base it answers.
struct Keeping {
    /// What was set when it was opened.
    settings: InstanceSettings,
    /// The version of all instances at which that was last so.
    version: AtomicU64,
    strangers: Strangers,
    /// When old audit records were last dropped.
    dropped_s: AtomicI64,
    last_use_s: AtomicI64,
    /// When mail was last looked for.
    looked_s: AtomicI64,
    /// Whether a request caused mail, which may wait yet.
    has_mail: AtomicBool,
    /// Whether there may be asynchronous requests.
    has_jobs: AtomicBool,
    /// Those who carry them out on this node.
    workers: Semaphore,
}

impl OpenInstance {
    /// Whether mail may wait: of an instance that nobody uses it is not looked for, so that it costs
    /// its database nothing.
    fn may_have_mail(&self, now_s: i64) -> bool {
        let kept = &self.keeping;
        let looked_s = kept.looked_s.swap(now_s, Ordering::Relaxed);
        kept.last_use_s.load(Ordering::Relaxed) >= looked_s || kept.has_mail.load(Ordering::Relaxed)
    }

    /// Writes the record of what is about to be answered: durable when this returns, or soon after, as
    /// the practice has it.
    pub(crate) async fn record(&self, record: AuditRecord) -> Result<(), Error> {
        self.store.record(record)?;
        match self.audit_sync {
            AuditSync::Grouped => Ok(()),
            AuditSync::Each => self.store.settle().await,
        }
    }

    /// The same, or a count, of what a stranger did.
    pub(crate) async fn record_stranger(&self, record: AuditRecord) -> Result<(), Error> {
        for record in self.keeping.strangers.take(record) {
            self.record(record).await?;
        }
        Ok(())
    }

    /// Notes that there is an asynchronous request.
    pub(crate) fn note_jobs(&self) {
        self.keeping.has_jobs.store(true, Ordering::Relaxed);
    }

    /// Those who carry out its asynchronous requests on this node.
    pub(crate) fn workers(&self) -> &Semaphore {
        &self.keeping.workers
    }

    /// Forgets the asynchronous requests that are over; gives how many nobody is at.
    pub(crate) async fn tidy_jobs(&self, now: Timestamp) -> Result<u64, Error> {
        self.keeping.has_jobs.store(false, Ordering::Relaxed);
        let counted = self.store.count_jobs(now).await;
        // Nothing is known of a store that does not answer.
        if !matches!(&counted, Ok(due) if due.all == due.to_drop) {
            self.note_jobs();
        }
        let due = counted?;
        if due.to_drop > 0 {
            self.store.drop_jobs(now).await?;
        }
        Ok(due.to_take)
    }

    fn record_counts(&self, due: Vec<AuditRecord>) {
        for record in due {
            if let Err(error) = self.store.record(record) {
                tracing::warn!(instance = %self.name, %error, "a count of strangers was not recorded");
            }
        }
    }

    async fn drop_old_records(&self, now: Timestamp) -> Result<(), cresset_store::Error> {
        let now_s = now.as_second();
        let dropped_s = &self.keeping.dropped_s;
        let audit_days = self.keeping.settings.audit_days;
        let is_due = now_s - dropped_s.load(Ordering::Relaxed) >= DAY_S;
        if audit_days == 0 || !is_due {
            return Ok(());
        }
        dropped_s.store(now_s, Ordering::Relaxed);
        let kept_s = i64::from(audit_days) * DAY_S;
        if let Ok(before) = Timestamp::from_second(now_s - kept_s) {
            self.store.drop_records(before).await?;
        }
        Ok(())
    }
}

/// The open instances.
pub struct OpenInstances {
    platform: Platform,
    open: RwLock<HashMap<Box<str>, Arc<OpenInstance>>>,
    fronts: Fronts,
}

impl OpenInstances {
    pub(crate) fn new(platform: Platform) -> Self {
        Self {
            platform,
            open: RwLock::default(),
            fronts: Fronts::default(),
        }
    }

    /// The instance of this name, opened if it is not.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none; what the store says when it cannot be opened.
    pub async fn open(&self, name: &str) -> Result<Arc<OpenInstance>, Failure> {
        let now_s = self.platform.clock.now().as_second();
        if let Some(instance) = self.opened(name) {
            if self.is_current(&instance).await {
                instance.keeping.last_use_s.store(now_s, Ordering::Relaxed);
                return Ok(instance);
            }
            self.forget(&instance);
        }
        let instance = Arc::new(self.enter(name, now_s).await?);
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        // Two callers may have opened it at once; both must use the one that is kept.
        Ok(open.entry(name.into()).or_insert(instance).clone())
    }

    fn opened(&self, name: &str) -> Option<Arc<OpenInstance>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.get(name).cloned()
    }

    /// Whether what is set for an instance is what it was opened with.
    async fn is_current(&self, instance: &OpenInstance) -> bool {
        let version = self.platform.instances.version();
        let kept = &instance.keeping;
        if version == Some(kept.version.load(Ordering::Relaxed)) {
            return true;
        }
        match self.platform.instances.settings(&instance.name).await {
            Ok(Some(settings)) if settings == kept.settings => {
                if let Some(version) = version {
                    kept.version.store(version, Ordering::Relaxed);
                }
                true
            }
            Ok(_) => false,
            // Practices go on while nobody can be asked.
            Err(error @ Error::Busy) => {
                tracing::debug!(instance = %instance.name, %error, "its settings may have changed");
                true
            }
            // Settings this version cannot read may be stricter than those it goes by.
            Err(error) => {
                tracing::warn!(instance = %instance.name, %error, "its settings cannot be read");
                false
            }
        }
    }

    fn forget(&self, instance: &Arc<OpenInstance>) {
        instance.record_counts(instance.keeping.strangers.rest());
        self.fronts.forget(instance);
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let name = instance.name.as_str();
        if open
            .get(name)
            .is_some_and(|kept| Arc::ptr_eq(kept, instance))
        {
            open.remove(name);
        }
    }

    /// Lets go of every instance that was not asked for lately; requests under way keep theirs.
    pub fn close_idle(&self) {
        let since_s = self.platform.clock.now().as_second() - IDLE_S;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, instance| {
            let stays = instance.keeping.last_use_s.load(Ordering::Relaxed) >= since_s;
            if !stays {
                self.fronts.forget(instance);
            }
            stays
        });
    }

    /// Writes how often strangers came, of minutes that are over.
    pub fn record_strangers(&self) {
        let now = self.platform.clock.now();
        for instance in self.all() {
            instance.record_counts(instance.keeping.strangers.over(now));
        }
    }

    /// Writes what only this process knows, before it ends.
    pub async fn settle(&self) {
        for instance in self.all() {
            instance.record_counts(instance.keeping.strangers.rest());
            if let Err(error) = instance.store.settle().await {
                tracing::warn!(instance = %instance.name, %error, "the audit trail was not settled");
            }
        }
    }

    /// Those that may have asynchronous requests.
    pub(crate) fn with_jobs(&self) -> Vec<Arc<OpenInstance>> {
        let mut all = self.all();
        all.retain(|instance| instance.keeping.has_jobs.load(Ordering::Relaxed));
        all
    }

    fn all(&self) -> Vec<Arc<OpenInstance>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.values().cloned().collect()
    }

    /// Drops, once a day, the audit records that an instance keeps no longer.
    pub async fn drop_old_records(&self) {
        let now = self.platform.clock.now();
        for instance in self.all() {
            if let Err(error) = instance.drop_old_records(now).await {
                tracing::warn!(instance = %instance.name, %error, "old audit records were not dropped");
            }
        }
    }

    /// Sends the mail that is due. What still waits is tried again with the next sweep, or, of an
    /// instance that was closed, when it is opened.
    pub async fn deliver_mail(&self) {
        let now_s = self.platform.clock.now().as_second();
        for instance in self.all() {
            if instance.may_have_mail(now_s) {
                self.look_for_mail(&instance).await;
            }
        }
    }

    /// Sends the mail that a request caused.
    pub async fn deliver_mail_of(&self, instance: &OpenInstance) {
        instance.keeping.has_mail.store(true, Ordering::Relaxed);
        self.look_for_mail(instance).await;
    }

    async fn look_for_mail(&self, instance: &OpenInstance) {
        let Platform { mail, clock, .. } = &self.platform;
        let sent = cresset_mail::deliver(&*instance.store, mail, &instance.name, &**clock).await;
        if let Err(error) = sent {
            tracing::warn!(instance = %instance.name, %error, "mail was not looked for");
        }
    }

    async fn enter(&self, name: &str, now_s: i64) -> Result<OpenInstance, Failure> {
        let name: InstanceName = name.parse().map_err(|_| no_such_instance())?;
        let instances = &self.platform.instances;
        // It is taken before they are read: a change in between is seen again.
        let version = instances.version().unwrap_or(UNHEARD);
        let opened = instances.open_as_set(&name).await?;
        let (store, settings) = opened.ok_or_else(no_such_instance)?;
        let key = self.link_key(&*store).await?;
        let own_url = format!("{}/{name}", self.platform.public_url);
        let public_url = &self.platform.public_url;
        let (base_url, auth_url) = addresses(public_url, name.as_str());
        let all_bases = bases(public_url, name.as_str(), &settings);
        let auth = self.auth(store.clone(), &own_url, &settings);
        let rules = rule_set(&settings)?;
        let surroundings = Surroundings {
            clock: self.platform.clock.clone(),
            rng: self.platform.rng.clone(),
            limits: self.limits(&settings),
            code_systems: instances.code_systems(),
        };
        let of_fhir = Settings {
            base_url,
            other_bases: all_bases.into_iter().skip(1).collect(),
            mark: None,
            auth_url,
            links: settings.links,
            client_ids: settings.client_ids,
            deletes: settings.deletes,
            rules,
            profiles: settings.profiles.clone(),
            validator: (self.platform.validators)(&name, rules),
        };
        let fhir = Service::new(store.clone(), surroundings, of_fhir, &key);
        Ok(OpenInstance {
            name,
            store,
            fhir,
            auth,
            sandbox: settings.sandbox,
            explains: settings.explains,
            errors: settings.errors,
            audit_sync: settings.audit_sync,
            keeping: self.keeping(settings, version, now_s).into(),
        })
    }

    fn keeping(&self, settings: InstanceSettings, version: u64, now_s: i64) -> Keeping {
        Keeping {
            settings,
            version: AtomicU64::new(version),
            strangers: Strangers::new(self.platform.limits.audit_strangers_max),
            dropped_s: AtomicI64::new(0),
            last_use_s: AtomicI64::new(now_s),
            looked_s: AtomicI64::new(i64::MIN),
            has_mail: AtomicBool::new(false),
            // Another process may have left some.
            has_jobs: AtomicBool::new(true),
            workers: Semaphore::new(self.platform.limits.jobs_at_once_max),
        }
    }

    /// The bounds of the platform, with the page size of the instance.
    fn limits(&self, settings: &InstanceSettings) -> Arc<Limits> {
        let limits = &self.platform.limits;
        settings.page_default.map_or_else(
            || limits.clone(),
            |page_default| {
                let limits = (**limits).clone();
                Arc::new(Limits {
                    page_default,
                    ..limits
                })
            },
        )
    }

    fn auth(
        &self,
        store: Arc<dyn Store>,
        base_url: &str,
        settings: &InstanceSettings,
    ) -> AuthServer {
        let settings = AuthSettings::new(
            base_url,
            settings,
            self.platform.passwords.clone(),
            self.platform.outbound.clone(),
            (*self.platform.limits).clone(),
        );
        AuthServer::new(
            store,
            self.platform.clock.clone(),
            self.platform.rng.clone(),
            settings,
        )
    }

    /// The instance's own key for page links, made on first use.
    async fn link_key(&self, store: &dyn Store) -> Result<[u8; 32], Failure> {
        let key = if let Some(key) = store.secret(LINK_KEY).await? {
            key
        } else {
            let mut fresh = vec![0; 32];
            self.platform.rng.fill(&mut fresh);
            store.add_secret(LINK_KEY, Secret::new(fresh)).await?
        };
        let key = key.expose().as_slice().try_into();
        key.map_err(|_| Fault::internal("the key of page links is not 32 bytes long").into())
    }
}

fn rule_set(settings: &InstanceSettings) -> Result<&'static RuleSet, Fault> {
    let known = RuleSet::named(&settings.rules);
    known.ok_or_else(|| Fault::internal(format!("there is no rule set `{}`", settings.rules)))
}

/// The FHIR base and the authorization server of an instance in path mode.
pub fn addresses(public_url: &str, name: &str) -> (String, String) {
    (
        format!("{public_url}/{name}/fhir"),
        format!("{public_url}/{name}/auth"),
    )
}

/// The FHIR bases under which an instance's resources are known: its own, and that of the front it
/// stands behind.
pub fn bases(public_url: &str, name: &str, settings: &InstanceSettings) -> Vec<String> {
    let names = [Some(name), settings.behind.as_deref()];
    let bases = names.into_iter().flatten();
    bases.map(|name| addresses(public_url, name).0).collect()
}

fn no_such_instance() -> Failure {
    Failure::new(Kind::NotFound, "There is no practice at this address")
}
