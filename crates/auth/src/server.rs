//! The authorization server of one instance.

use std::sync::Arc;

use cresset_base::{Clock, Limits, Rng};
use cresset_store::AuthStore;

use crate::discovery::Documents;
use crate::failures::Failures;
use crate::token_cache::TokenCache;

/// What an authorization server is told about itself.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    /// Its issuer identifier: an absolute URL without query, fragment or final slash. Endpoints
    /// lie below it (`…/token/`), so it is unique to the instance.
    pub issuer: String,
    /// The instance's FHIR base URL, without final slash.
    pub fhir_base: String,
    /// Life of an access token, in seconds.
    pub token_lifetime_s: u32,
    /// The bounds.
    pub limits: Limits,
}

/// The authorization server of one instance. Share it behind an [`Arc`].
///
/// It keeps nothing that must survive: a second one over the same [`AuthStore`] gives the same
/// answers, except that each forgets at once only what is ended through itself. So there is one
/// per instance and process.
pub struct AuthServer {
    pub(crate) grants: Arc<dyn AuthStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) settings: AuthSettings,
    pub(crate) tokens: TokenCache,
    pub(crate) failures: Failures,
    pub(crate) documents: Documents,
}

impl AuthServer {
    /// A server over the apps and tokens of one instance.
    pub fn new(
        grants: Arc<dyn AuthStore>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        settings: AuthSettings,
    ) -> Self {
        Self {
            grants,
            clock,
            rng,
            tokens: TokenCache::new(settings.limits.token_cache_bytes_max),
            failures: Failures::new(settings.limits.authentication_failures_max),
            documents: Documents::new(&settings),
            settings,
        }
    }

    /// What it was told about itself.
    pub fn settings(&self) -> &AuthSettings {
        &self.settings
    }

    /// Where an app learns how our pages look (`smart_style_url`).
    pub fn smart_style_url(&self) -> String {
        format!("{}/smart-style.json", self.settings.issuer)
    }
}
