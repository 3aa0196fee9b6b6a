//! The authorization server of one instance.

use std::sync::Arc;

use cresset_base::{Clock, Limits, Rng, Secret};
use cresset_outbound::Outbound;
use cresset_store::{
    AuthStore, AuthorizationOptions, ClientRegistration, Error as StoreError, InstanceSettings,
};
use parking_lot::Mutex;

use crate::client_registration;
use crate::discovery::Documents;
use crate::failures::Failures;
use crate::identity::SigningKey;
use crate::key_sets::KeySets;
use crate::origin::Origins;
use crate::passkey::RelyingParty;
use crate::password::PasswordPool;
use crate::password_link;
use crate::second_factor;
use crate::session;
use crate::token_cache::TokenCache;

/// What an authorization server is told about itself.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    /// Its issuer identifier: an absolute URL without query, fragment or final slash. Endpoints
    /// lie below it (`…/token/`), so it is unique to the instance.
    pub issuer: String,
    /// Where its pages lie, without final slash: they are the instance's own also where it answers at a
    /// base it shares.
    pub pages: String,
    /// The instance's FHIR base URL, without final slash.
    pub fhir_base: String,
    /// What is borne by everything it makes and knows; absent at the instance's own base.
    pub mark: Option<String>,
    /// Life of an access token, in seconds.
    pub token_lifetime_s: u32,
    /// Life of a refresh token in days, counted anew with each use; 0 for ever.
    pub refresh_days: u32,
    /// Time after which somebody who does nothing is signed out, in seconds.
    pub session_idle_s: u32,
    /// Time after which everybody must sign in again, in seconds.
    pub session_s: u32,
    /// What it offers besides.
    pub options: AuthorizationOptions,
    /// How apps may register themselves; absent where they may not.
    pub client_registration: Option<ClientRegistration>,
    /// Where passwords are hashed; one for all instances of a process.
    pub passwords: PasswordPool,
    /// The way to the key sets that apps publish; one for all instances of a process.
    pub outbound: Arc<Outbound>,
    /// The bounds.
    pub limits: Limits,
}

impl AuthSettings {
    /// What the server of the instance at this address is told: `base_url` is the instance's own,
    /// such as `https://ehr.example/sunrise`.
    pub fn new(
        base_url: &str,
        settings: &InstanceSettings,
        passwords: PasswordPool,
        outbound: Arc<Outbound>,
        limits: Limits,
    ) -> Self {
        Self {
            issuer: format!("{base_url}/auth"),
            pages: base_url.to_owned(),
            fhir_base: format!("{base_url}/fhir"),
            mark: None,
            token_lifetime_s: settings.token_lifetime_s,
            refresh_days: settings.refresh_days,
            session_idle_s: settings.session_idle_s,
            session_s: settings.session_s,
            options: settings.authorization,
            client_registration: settings.client_registration.clone(),
            passwords,
            outbound,
            limits,
        }
    }
}

/// The authorization server of one instance. Share it behind an [`Arc`].
///
/// It keeps nothing that must survive: a second one over the same [`AuthStore`] gives the same
/// answers. It remembers checked tokens, and forgets at once what is ended through itself and what
/// the store knows to have ended elsewhere: so there is one per instance and process, or clones of it,
/// which share what is remembered.
#[derive(Clone)]
pub struct AuthServer {
    pub(crate) store: Arc<dyn AuthStore>,
    /// Where the keys that sign `id_token`s are kept: they are the issuer's.
    pub(crate) keys: Arc<dyn AuthStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) settings: AuthSettings,
    pub(crate) tokens: Arc<TokenCache>,
    pub(crate) failures: Failures,
    /// By person and address.
    pub(crate) sign_ins: Failures,
    /// By person.
    pub(crate) sign_ins_everywhere: Failures,
    /// Wrong codes of a second step, by person.
    pub(crate) codes: Failures,
    /// Passkeys asked for lately, by address: a use of the same counting.
    pub(crate) passkey_challenges: Failures,
    /// For whom devices keep passkeys; absent where no browser would use one at this address.
    pub(crate) relying_party: Option<RelyingParty>,
    /// Authorization requests taken lately, by address: a use of the same counting.
    pub(crate) authorizations: Failures,
    /// Sandbox tokens given out lately: a use of the same counting.
    pub(crate) sandbox_tokens: Failures,
    /// Registrations of apps by themselves, by address: a use of the same counting.
    pub(crate) self_registrations: Failures,
    /// Held by whoever changes an app, so that of two changes the later one knows the earlier.
    pub(crate) app_changes: Arc<tokio::sync::Mutex<()>>,
    /// From where web apps ask.
    pub(crate) origins: Arc<Origins>,
    /// Links for a new password, by the name they were asked for.
    pub(crate) links_for: Failures,
    /// The same by the address they were asked from.
    pub(crate) links_from: Failures,
    pub(crate) key_sets: Arc<KeySets>,
    /// The key that signed last: to read one takes longer than to sign.
    pub(crate) signing: Arc<Mutex<Option<SigningKey>>>,
    pub(crate) documents: Arc<Documents>,
}

impl AuthServer {
    /// A server over the apps and tokens of one instance.
    pub fn new(
        store: Arc<dyn AuthStore>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        settings: AuthSettings,
    ) -> Self {
        let limits = &settings.limits;
        let everywhere_max = limits
            .sign_in_failures_max
            .saturating_mul(session::EVERYWHERE);
        Self {
            keys: store.clone(),
            store,
            clock,
            rng,
            tokens: TokenCache::new(limits.token_cache_bytes_max).into(),
            failures: Failures::new("app", limits.authentication_failures_max, 60),
            sign_ins: Failures::new("sign-in", limits.sign_in_failures_max, session::WINDOW_S),
            sign_ins_everywhere: Failures::new("person", everywhere_max, session::WINDOW_S),
            codes: Failures::new("code", limits.codes_guessed_max, second_factor::GUESSED_S),
            passkey_challenges: Failures::new("passkey", limits.passkey_challenges_max, 60),
            relying_party: RelyingParty::of(&settings.issuer),
            authorizations: Failures::new("authorization", limits.authorizations_max, 60),
            sandbox_tokens: Failures::new("sandbox", limits.sandbox_tokens_max, 60),
            self_registrations: Failures::new(
                "registration",
                limits.self_registrations_max,
                client_registration::WINDOW_S,
            ),
            app_changes: Arc::default(),
            origins: Arc::default(),
            links_for: Failures::new(
                "link-for",
                limits.password_links_max,
                password_link::WINDOW_S,
            ),
            links_from: Failures::new(
                "link-from",
                password_link::from_one_address_max(limits.password_links_max),
                password_link::WINDOW_S,
            ),
            key_sets: KeySets::new(settings.outbound.clone(), limits.jwks_keys_max).into(),
            signing: Arc::default(),
            documents: Documents::new(&settings).into(),
            settings,
        }
    }

    /// What it was told about itself.
    pub fn settings(&self) -> &AuthSettings {
        &self.settings
    }

    /// Where tokens are had, as discovery documents say it.
    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}/token/", self.settings.issuer)
    }

    /// Where authorization requests are sent ahead, as discovery documents say it.
    pub(crate) fn pushed_endpoint(&self) -> String {
        pushed_endpoint(&self.settings.issuer)
    }

    /// Where an app learns how our pages look (`smart_style_url`).
    pub fn smart_style_url(&self) -> String {
        format!("{}/smart-style.json", self.settings.issuer)
    }

    /// The instance's own key of this name, made on first use.
    pub(crate) async fn key(&self, name: &str) -> Result<Secret<Vec<u8>>, StoreError> {
        self.key_in(&*self.store, name).await
    }

    /// The key of this name that the issuer has, which is a front's for all that stand behind it.
    pub(crate) async fn issuer_key(&self, name: &str) -> Result<Secret<Vec<u8>>, StoreError> {
        self.key_in(&*self.keys, name).await
    }

    async fn key_in(
        &self,
        store: &dyn AuthStore,
        name: &str,
    ) -> Result<Secret<Vec<u8>>, StoreError> {
        if let Some(key) = store.secret(name).await? {
            return Ok(key);
        }
        let mut fresh = vec![0; 32];
        self.rng.fill(&mut fresh);
        store.add_secret(name, Secret::new(fresh)).await
    }
}

/// Where authorization requests are sent ahead, below an issuer.
pub(crate) fn pushed_endpoint(issuer: &str) -> String {
    format!("{issuer}/par/")
}
