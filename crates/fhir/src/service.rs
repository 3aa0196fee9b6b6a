//! One instance's FHIR service.

use std::sync::Arc;

use bytes::Bytes;
use cresset_access::{Access, Verb};
use cresset_base::{Clock, Limits, ResourceId, Rng, Timestamp};
use cresset_definitions::ResourceType;
use cresset_model::Tree;
use cresset_rules::{Interaction, RuleSet, Wording, wording};
use cresset_search::Unindexed;
use cresset_store::{CodeSystems, Store};
use cresset_validate::{Ask, Detail, Validator};
use parking_lot::Mutex;

use crate::answer::Owners;
use crate::fault::{Fault, Issue, Kind};
use crate::page_link::Sealer;
use crate::prepare::{self, Prepared};
use crate::terminology::PackagedSets;
use crate::{capabilities, identity};

/// How long what the instance is searched by is told without asking the store again, in milliseconds.
const LOOK_AGAIN_MS: i64 = 1_000;

/// What differs from instance to instance.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The FHIR base URL, without a slash at the end, as apps see it.
    pub base_url: String,
    /// Other base URLs under which the same resources are known.
    pub other_bases: Vec<String>,
    /// What the addresses of files bear at a base that several instances share.
    pub mark: Option<String>,
    /// The base URL of the authorization server, without a slash at the end.
    pub auth_url: String,
    /// How links inside a Bundle are written.
    pub links: LinkStyle,
    /// Whether an update may create a resource under an id the client chose.
    pub client_ids: bool,
    /// What apps may delete.
    pub deletes: Deletes,
    /// The rule set the instance wears.
    pub rules: &'static RuleSet,
    /// Canonical URLs of profiles every resource of their type must follow; one that is not loaded
    /// lets nothing be written.
    pub profiles: Vec<String>,
    /// What every body is checked with; it knows the packages of the instance.
    pub validator: Arc<Validator>,
}

pub use cresset_store::{Deletes, LinkStyle};

/// What the service takes time and randomness from, and how much it does at most.
#[derive(Clone)]
pub struct Surroundings {
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub rng: Arc<dyn Rng>,
    /// Bounds of one request.
    pub limits: Arc<Limits>,
    /// The code systems the operator loaded.
    pub code_systems: Arc<dyn CodeSystems>,
}

/// One instance's FHIR service: its store, and what it needs to answer.
pub struct Service {
    store: Arc<dyn Store>,
    surroundings: Surroundings,
    settings: Settings,
    /// All base URLs under which its resources are known.
    own: Vec<String>,
    sealer: Sealer,
    /// The last statement made, and of what.
    capabilities: Mutex<Option<(Arc<Unindexed>, Bytes)>>,
    /// When somebody without a token last made this node ask what it is searched by.
    looked: Mutex<Option<Timestamp>>,
    owners: Owners,
    packaged_sets: PackagedSets,
}

impl Service {
    /// A service over `store`; page links are sealed with `link_key`, which belongs to the instance.
    pub fn new(
        store: Arc<dyn Store>,
        surroundings: Surroundings,
        settings: Settings,
        link_key: &[u8; 32],
    ) -> Self {
        Self::sealing(store, surroundings, settings, Sealer::new(link_key))
    }

    /// The same service at the base of a front, where what leads to its files bears a mark.
    #[must_use]
    pub fn behind(&self, front: &Self, mark: &str) -> Self {
        let own = &self.settings;
        let settings = Settings {
            base_url: front.settings.base_url.clone(),
            auth_url: front.settings.auth_url.clone(),
            other_bases: vec![own.base_url.clone()],
            mark: Some(mark.to_owned()),
            ..own.clone()
        };
        let (store, surroundings) = (self.store.clone(), self.surroundings.clone());
        Self::sealing(store, surroundings, settings, self.sealer.clone())
    }

    fn sealing(
        store: Arc<dyn Store>,
        surroundings: Surroundings,
        settings: Settings,
        sealer: Sealer,
    ) -> Self {
        let mut own = vec![settings.base_url.clone()];
        own.extend(settings.other_bases.iter().cloned());
        Self {
            store,
            surroundings,
            settings,
            own,
            sealer,
            capabilities: Mutex::default(),
            looked: Mutex::default(),
            owners: Owners::default(),
            packaged_sets: PackagedSets::default(),
        }
    }

    pub(crate) fn packaged_sets(&self) -> &PackagedSets {
        &self.packaged_sets
    }

    pub(crate) fn owners(&self) -> &Owners {
        &self.owners
    }

    /// The instance's data.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// What was set for this instance.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Bounds of one request.
    pub fn limits(&self) -> &Limits {
        &self.surroundings.limits
    }

    pub(crate) fn code_systems(&self) -> &Arc<dyn CodeSystems> {
        &self.surroundings.code_systems
    }

    /// The rule set the instance wears.
    pub fn rules(&self) -> &'static RuleSet {
        self.settings.rules
    }

    /// Refuses what the rule set does not offer for the type; the same for every caller.
    pub(crate) fn offer(
        &self,
        interaction: Interaction,
        resource_type: ResourceType,
    ) -> Result<(), Fault> {
        let offered = self.rules().interactions(resource_type);
        if offered.contains(interaction) {
            return Ok(());
        }
        let mut fault = Fault::new(Kind::NotSupported, "Operation is not supported");
        fault.allowed = offered.methods_beside(interaction);
        Err(fault)
    }

    /// What the instance can be searched by, whichever node changed it, as it was within the last second.
    ///
    /// Whoever asks needs no token, so the store is asked once a second at most; where it is away, what was
    /// known last is told.
    pub async fn searched_by(&self) -> Arc<Unindexed> {
        if self.is_time_to_look() {
            // A store that is away is told of by those who read and write.
            let _ = self.store.look_again().await;
        }
        self.store.unindexed()
    }

    /// Whether nobody has looked for a second; then whoever asks looks.
    fn is_time_to_look(&self) -> bool {
        let now = self.now();
        let mut looked = self.looked.lock();
        let is_recent = looked.is_some_and(|then| {
            let since = now.as_millisecond() - then.as_millisecond();
            (0..LOOK_AGAIN_MS).contains(&since)
        });
        if !is_recent {
            *looked = Some(now);
        }
        !is_recent
    }

    /// The `CapabilityStatement`, made anew when what the instance can be searched by has changed.
    pub async fn capabilities(&self) -> Bytes {
        let unindexed = self.searched_by().await;
        let made = self.capabilities.lock().clone();
        if let Some((of, statement)) = made
            && of == unindexed
        {
            return statement;
        }
        let statement = capabilities::statement(&self.settings, &unindexed);
        *self.capabilities.lock() = Some((unindexed, statement.clone()));
        statement
    }

    /// Eight bytes that tell equal searches of this instance from different ones, and nothing else.
    pub fn fingerprint(&self, pairs: &[(String, String)]) -> [u8; 8] {
        self.sealer.fingerprint(pairs)
    }

    /// A new id for a resource.
    ///
    /// # Errors
    /// [`Kind::Exception`], which does not happen: a UUID is a legal id.
    pub fn new_id(&self) -> Result<ResourceId, Fault> {
        identity::new_id(&*self.surroundings.clock, &*self.surroundings.rng)
    }

    /// The base URLs under which this instance's own resources are known.
    pub(crate) fn own(&self) -> &[String] {
        &self.own
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    pub(crate) fn now(&self) -> cresset_base::Timestamp {
        self.surroundings.clock.now()
    }

    /// A body, parsed within the limits.
    pub(crate) fn parsed(&self, body: &[u8]) -> Result<Tree, Fault> {
        prepare::parse(body, self.limits()).map_err(|fault| self.worded(fault))
    }

    /// Checks a body as it was sent against R4 and what the rule set asks of this interaction.
    pub(crate) async fn accepted(
        &self,
        access: &Access,
        tree: &Tree,
        interaction: Interaction,
    ) -> Result<(), Fault> {
        let of = prepare::resource_type(tree).map_err(|fault| self.worded(fault))?;
        let profile = self.rules().profile(of, interaction);
        let issues = self.refusals(access, tree, profile.as_slice()).await?;
        prepare::accepted(issues).map_err(|fault| self.worded(fault))
    }

    /// A parsed body, checked; what is wrong with it is told in the words of the rule set.
    pub(crate) async fn checked(&self, access: &Access, tree: &Tree) -> Result<Prepared, Fault> {
        let profiles = self.profiles_for(tree);
        let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
        let issues = self.refusals(access, tree, &profiles).await?;
        prepare::drafted(tree, self.own(), issues).map_err(|fault| self.worded(fault))
    }

    /// The profiles the instance wants a stored resource to follow. One that is not loaded is among
    /// them whatever it is about: what must be followed must be known.
    pub(crate) fn profiles_for(&self, tree: &Tree) -> Vec<String> {
        let known = self.settings.validator.profiles();
        let is_about = |url: &&String| {
            // Another version of a profile is about the same type.
            let bare = url.split('|').next().unwrap_or(url);
            let profile = known.profile(url).or_else(|| known.profile(bare));
            profile.is_none_or(|profile| tree.resource_type() == Some(profile.type_name))
        };
        let mut all = self.rules().profiles_of(tree.root());
        all.extend(self.settings.profiles.iter().filter(is_about).cloned());
        all
    }

    /// Checks a body against R4 and one profile of the rule set; the faults are in plain words.
    pub(crate) async fn against(
        &self,
        access: &Access,
        tree: &Tree,
        profile: &str,
    ) -> Result<(), Fault> {
        prepare::accepted(self.refusals(access, tree, &[profile]).await?)
    }

    /// Why a resource may not be stored.
    async fn refusals(
        &self,
        access: &Access,
        tree: &Tree,
        profiles: &[&str],
    ) -> Result<Vec<cresset_validate::Issue>, Fault> {
        let detail = Detail::Refusals;
        self.judged(access, tree, &Ask { profiles, detail }).await
    }

    /// A fault of a body in the words of the rule set.
    pub(crate) fn worded(&self, mut fault: Fault) -> Fault {
        if self.rules().envelope.wording == Wording::Steps && fault.kind.status() == 400 {
            let malformed = |issue: &&mut Issue| issue.code != prepare::BUSINESS_RULE;
            for issue in fault.issues.iter_mut().filter(malformed) {
                (issue.code, issue.text) = wording::steps(issue.code, &issue.text);
            }
        }
        fault
    }
}

/// Refuses early what the token cannot do with any resource of the type; the store decides the rest.
pub(crate) fn permit(
    access: &Access,
    verb: Verb,
    resource_type: ResourceType,
) -> Result<(), Fault> {
    if access.permits(verb, resource_type) {
        return Ok(());
    }
    let verb = match verb {
        Verb::Create => "create",
        Verb::Read => "read",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Search => "search",
    };
    Err(Fault::not_allowed(verb, resource_type))
}
