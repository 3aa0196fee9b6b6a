//! Where the layer above finds an instance's store.

use std::sync::Arc;

use async_trait::async_trait;
use cresset_base::{InstanceName, Timestamp};
use serde_json::Value;

use crate::code_systems::CodeSystems;
use crate::store::{Error, Store};

/// How the links of a search page are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkStyle {
    /// With scheme and host.
    #[default]
    Absolute,
    /// Beginning with the instance's path.
    Relative,
}

/// What apps may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deletes {
    /// Nothing.
    Never,
    /// One resource at a time; a conditional delete that finds several is refused.
    #[default]
    Single,
    /// Also everything that a conditional delete finds.
    Multiple,
}

/// Which statuses errors are answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorDialect {
    /// Those FHIR and HTTP give them.
    #[default]
    Fhir,
    /// 401 and 403 for tokens, 400 for everything else.
    Veracity,
}

/// When the audit record of a read must be durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditSync {
    /// Within a tenth of a second after the answer, many together. The record itself is with the
    /// operating system before the answer leaves, so only a power cut can take it.
    #[default]
    Grouped,
    /// Before the answer leaves.
    Each,
}

/// Where the data of an instance is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In its own directory.
    #[default]
    Directory,
    /// On a PostgreSQL server.
    Cluster,
}

/// What the authorization server of an instance offers beyond what each one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own, as the operator sets it"
)]
pub struct AuthorizationOptions {
    /// Whether an app may name the patient in `launch` itself, as apps of an older dialect do.
    pub named_launch: bool,
    /// Whether authorization requests can be sent ahead (RFC 9126).
    pub pushed_requests: bool,
    /// Whether tokens can be bound to a key of the app (RFC 9449).
    pub dpop: bool,
    /// Whether the proof of such a key must hold a nonce of the server.
    pub dpop_nonces: bool,
}

/// How apps may register themselves (RFC 7591).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRegistration {
    /// The most they can ask people for: scopes, space-separated.
    pub scopes: String,
    /// Who may.
    #[serde(default)]
    pub who: Registrants,
}

/// Who may register an app without anybody of the practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registrants {
    /// Whoever holds an initial access token.
    #[default]
    Invited,
    /// Anybody.
    Anybody,
}

/// What an operator may set for one instance.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own, as the operator sets it"
)]
pub struct InstanceSettings {
    /// When the instance was created.
    pub created: Timestamp,
    /// Where its data is kept; fixed when it is created.
    #[serde(default)]
    pub place: Place,
    /// The rule set it wears.
    pub rules: String,
    /// How page links are written.
    pub links: LinkStyle,
    /// Life of an access token in seconds.
    pub token_lifetime_s: u32,
    /// Whether PUT may create a resource under an id the client chose.
    pub client_ids: bool,
    /// What apps may delete.
    #[serde(default)]
    pub deletes: Deletes,
    /// Whether its data is made up and anybody may read it: its page gives out access tokens.
    #[serde(default)]
    pub sandbox: bool,
    /// Which statuses errors are answered with.
    #[serde(default)]
    pub errors: ErrorDialect,
    /// Page size when `_count` is absent; without it that of the limits.
    #[serde(default)]
    pub page_default: Option<u32>,
    /// Life of a refresh token in days, counted anew with each use; 0 for ever.
    #[serde(default = "refresh_days")]
    pub refresh_days: u32,
    /// Time after which somebody who does nothing is signed out, in seconds.
    #[serde(default = "session_idle_s")]
    pub session_idle_s: u32,
    /// Time after which everybody must sign in again, in seconds.
    #[serde(default = "session_s")]
    pub session_s: u32,
    /// When the audit record of a read must be durable.
    #[serde(default)]
    pub audit_sync: AuditSync,
    /// Days for which audit records are kept; 0 for ever.
    #[serde(default = "audit_days")]
    pub audit_days: u32,
    /// What its authorization server offers besides.
    #[serde(default)]
    pub authorization: AuthorizationOptions,
    /// How apps may register themselves; absent where they may not.
    #[serde(default)]
    pub client_registration: Option<ClientRegistration>,
    /// Canonical URLs of profiles every resource of their type must follow, beside those of the rule
    /// set and those a resource names.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Whether the words of its resources are kept, for `_text` and `_content`.
    #[serde(default)]
    pub full_text: bool,
    /// Whether a search tells an app that asks how it was answered.
    #[serde(default)]
    pub explains: bool,
    /// Whether its addresses serve the practices that stand behind it.
    #[serde(default)]
    pub front: bool,
    /// Name of the front it stands behind.
    #[serde(default)]
    pub behind: Option<String>,
    /// What tells it from others behind a front: made when it first stands behind one, and kept.
    #[serde(default)]
    pub mark: Option<String>,
}

/// 170.315(g)(10) asks for at least three months, renewed on use.
const fn refresh_days() -> u32 {
    90
}

/// 170.315(d)(5): fifteen minutes at a clinician's desk.
const fn session_idle_s() -> u32 {
    15 * 60
}

const fn session_s() -> u32 {
    12 * 60 * 60
}

/// Six years, as 45 CFR 164.316(b)(2)(i) asks of such records.
const fn audit_days() -> u32 {
    6 * 366
}

impl InstanceSettings {
    /// The settings of a new instance.
    pub fn new(created: Timestamp) -> Self {
        Self {
            created,
            place: Place::default(),
            rules: "r4".to_owned(),
            links: LinkStyle::Absolute,
            token_lifetime_s: 36_000,
            client_ids: true,
            deletes: Deletes::Single,
            sandbox: false,
            errors: ErrorDialect::Fhir,
            page_default: None,
            refresh_days: refresh_days(),
            session_idle_s: session_idle_s(),
            session_s: session_s(),
            audit_sync: AuditSync::default(),
            audit_days: audit_days(),
            authorization: AuthorizationOptions::default(),
            client_registration: None,
            profiles: Vec::new(),
            full_text: false,
            explains: false,
            front: false,
            behind: None,
            mark: None,
        }
    }

    /// The first setting of which the documents of a front speak, and that is otherwise here: what is
    /// said there must hold of every practice behind it.
    pub fn unlike(&self, front: &Self) -> Option<&'static str> {
        let (own, its) = (self.authorization, front.authorization);
        let pairs = [
            ("rules", self.rules == front.rules),
            ("client_ids", self.client_ids == front.client_ids),
            ("deletes", self.deletes == front.deletes),
            ("authorization.dpop", own.dpop == its.dpop),
            (
                "authorization.pushed_requests",
                own.pushed_requests == its.pushed_requests,
            ),
        ];
        let unlike = pairs.into_iter().find(|(_, is_alike)| !is_alike);
        unlike.map(|(name, _)| name)
    }
}

/// What has no default where it is read, so that it is always written.
const ALWAYS: [&str; 5] = [
    "created",
    "rules",
    "links",
    "token_lifetime_s",
    "client_ids",
];

/// The form in which nodes of several versions share settings: what one does not know it passes over,
/// and what is as it would be without being said is not said.
impl InstanceSettings {
    /// Reads what a node of another version may have written.
    ///
    /// # Errors
    /// When something is missing or has a value this version does not know.
    pub fn from_shared(text: &str) -> Result<Self, serde_json::Error> {
        let mut tree = serde_json::from_str(text)?;
        let registration = ClientRegistration {
            scopes: String::new(),
            who: Registrants::default(),
        };
        let known = serde_json::to_value(Self {
            client_registration: Some(registration),
            ..Self::new(Timestamp::UNIX_EPOCH)
        })?;
        keep_known(&mut tree, &known);
        serde_json::from_value(tree)
    }

    /// Writes what nodes of other versions can read where they know what it says.
    ///
    /// # Errors
    /// None that a value could bring about.
    pub fn to_shared(&self) -> Result<String, serde_json::Error> {
        let mut tree = serde_json::to_value(self)?;
        let unsaid = serde_json::to_value(Self::new(self.created))?;
        if let Some(fields) = tree.as_object_mut() {
            fields.retain(|name, value| {
                ALWAYS.contains(&name.as_str()) || unsaid.get(name) != Some(value)
            });
        }
        serde_json::to_string(&tree)
    }
}

fn keep_known(tree: &mut Value, known: &Value) {
    if let (Some(fields), Some(known)) = (tree.as_object_mut(), known.as_object()) {
        fields.retain(|name, value| {
            let of = known.get(name);
            if let Some(of) = of {
                keep_known(value, of);
            }
            of.is_some()
        });
    }
}

/// A store, and what is set for its instance.
pub type AsSet = (Arc<dyn Store>, InstanceSettings);

/// All instances of one platform. Opening is lazy: an instance nobody asks for costs nothing.
#[async_trait]
pub trait Instances: Send + Sync + 'static {
    /// The store of this instance, with its settings of the same moment: another instance may have had
    /// the name before. `None` when there is no such instance.
    async fn open_as_set(&self, name: &InstanceName) -> Result<Option<AsSet>, Error>;

    /// The store of this instance; `None` when there is no such instance.
    async fn open(&self, name: &InstanceName) -> Result<Option<Arc<dyn Store>>, Error> {
        Ok(self.open_as_set(name).await?.map(|(store, _)| store))
    }

    /// The settings of this instance; `None` when there is no such instance.
    async fn settings(&self, name: &InstanceName) -> Result<Option<InstanceSettings>, Error>;

    /// The instance with this mark; `None` when there is none, and when there are several: then it is
    /// not certain whose a token is.
    async fn marked(&self, mark: &str) -> Result<Option<InstanceName>, Error>;

    /// Another after each change of what [`Instances::settings`] says; `None` where some may have
    /// changed without being heard of, so that it must be asked.
    fn version(&self) -> Option<u64>;

    /// Whether the registry that knows them could not be asked of late; `None` where they are this
    /// server's own.
    fn is_registry_away(&self) -> Option<bool> {
        None
    }

    /// Names of all instances, sorted.
    async fn list(&self) -> Result<Vec<InstanceName>, Error>;

    /// The code systems the operator loaded, the same for all instances.
    fn code_systems(&self) -> Arc<dyn CodeSystems>;
}

#[cfg(test)]
mod tests {
    use super::{AuthorizationOptions, ClientRegistration, InstanceSettings, Registrants};
    use cresset_base::Timestamp;

    #[test]
    fn what_is_shared_is_read_by_every_version() {
        let settings = InstanceSettings {
            refresh_days: 3,
            authorization: AuthorizationOptions {
                dpop: true,
                ..AuthorizationOptions::default()
            },
            client_registration: Some(ClientRegistration {
                scopes: "patient/*.rs".to_owned(),
                who: Registrants::Anybody,
            }),
            ..InstanceSettings::new(Timestamp::UNIX_EPOCH)
        };
        let text = settings.to_shared().unwrap();
        assert!(!text.contains("session_s"), "{text}");
        let read = InstanceSettings::from_shared(&text).unwrap();
        assert_eq!(read, settings);
        let later = text
            .replacen('{', r#"{"of_a_later_version":{"a":1},"#, 1)
            .replace(r#""dpop""#, r#""later":1,"dpop""#)
            .replace(r#""who""#, r#""later":1,"who""#);
        assert_eq!(InstanceSettings::from_shared(&later).unwrap(), settings);
        assert!(serde_json::from_str::<InstanceSettings>(&later).is_err());
        let unknown = text.replace("anybody", "nobody");
        assert!(InstanceSettings::from_shared(&unknown).is_err());
    }
}
