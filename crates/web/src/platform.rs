//! What the whole server shares.

use std::sync::Arc;

use cresset_auth::password::PasswordPool;
use cresset_base::{Clock, InstanceName, Limits, Rng};
use cresset_mail::Carrier;
use cresset_outbound::Outbound;
use cresset_rules::RuleSet;
use cresset_store::Instances;
use cresset_validate::Validator;

/// Everything the web room takes from the binary.
#[derive(Clone)]
pub struct Platform {
    /// Where instances are found.
    pub instances: Arc<dyn Instances>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub rng: Arc<dyn Rng>,
    /// Bounds of one request.
    pub limits: Arc<Limits>,
    /// The one door to other servers.
    pub outbound: Arc<Outbound>,
    /// Where passwords are hashed.
    pub passwords: PasswordPool,
    /// The way out for mail.
    pub mail: Arc<Carrier>,
    /// Scheme, host and port under which callers reach this server, without a slash at the end.
    /// Links are made from this, never from a request's `Host`.
    pub public_url: String,
    /// The validator of an instance, which knows the profiles of its rule set and its packages.
    pub validators: Validators,
}

/// Finds the validator of an instance that wears a rule set.
pub type Validators = Arc<dyn Fn(&InstanceName, &'static RuleSet) -> Arc<Validator> + Send + Sync>;
