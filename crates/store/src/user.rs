//! People who may sign in to one instance.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::mail::Mail;
use crate::store::Error;

/// What a person is to the practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A patient, for their own record.
    Patient,
    /// Somebody who acts for one or more patients, such as a parent.
    Proxy,
    /// Staff who treat patients.
    Clinician,
    /// Staff who receive patients.
    FrontDesk,
    /// Staff who run the practice: users, apps, registrations.
    Administrator,
    /// Who runs the server; sees no patient's data.
    Operator,
}

impl Role {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Patient,
        Self::Proxy,
        Self::Clinician,
        Self::FrontDesk,
        Self::Administrator,
        Self::Operator,
    ];

    /// As it is written in commands and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Proxy => "proxy",
            Self::Clinician => "clinician",
            Self::FrontDesk => "front-desk",
            Self::Administrator => "administrator",
            Self::Operator => "operator",
        }
    }

    /// Whether the person works for the practice.
    pub fn is_staff(self) -> bool {
        matches!(
            self,
            Self::Clinician | Self::FrontDesk | Self::Administrator
        )
    }
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct User {
    /// Opaque and stable; what apps are told as `sub`.
    pub id: String,
    /// What the person signs in with, folded to lower case; unique in the instance.
    pub login: String,
    /// Name shown to people.
    pub name: String,
    /// What the person is to the practice.
    pub role: Role,
    /// Where mail is sent.
    pub email: Option<String>,
    /// Argon2id in PHC form; absent until the person has chosen a password.
    pub password: Option<String>,
    /// The person's own resource, such as `Patient/1` or `Practitioner/2`.
    pub fhir_user: Option<String>,
    /// Ids of the patients whose records the person may see: a patient's own, a proxy's several.
    pub patients: Vec<String>,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// When the person was added.
    pub created: Timestamp,
    /// How often something of the person was ended ([`Ending`]). What began under an earlier one must
    /// not be finished.
    #[serde(default)]
    pub revision: u64,
    /// What the person proves besides the password, where they turned that on.
    #[serde(default)]
    pub second_factor: Option<SecondFactor>,
}

/// What a person proves besides the password: codes, passkeys or both, and what stands in for them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SecondFactor {
    /// From which, with a key of the instance, the secret of the codes is derived; absent where no
    /// app shows codes.
    #[serde(with = "text_or_nothing")]
    pub salt: Option<String>,
    /// When it was turned on.
    pub since: Timestamp,
    /// Hashes of the recovery codes that were given out with it, in base64url.
    pub recovery: Vec<String>,
    /// Keys of the person's devices, the oldest first.
    #[serde(default)]
    pub passkeys: Vec<Passkey>,
}

/// A key that a device of a person keeps, as its public half (Web Authentication).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Passkey {
    /// The credential id in base64url, unpadded: by it the device finds the key.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// With what it signs.
    pub algorithm: PasskeyAlgorithm,
    /// The public key: X.509 `SubjectPublicKeyInfo` in base64url, unpadded.
    pub key: String,
    /// The device's count of signatures when the key was made; 0 where it does not count.
    pub counter: u32,
    /// When it was added.
    pub since: Timestamp,
    /// Digest of the password ([`User::password`]) beside which it was shown last: while it was added,
    /// or after the password. It stands for no other password.
    #[serde(default)]
    pub beside: Option<String>,
}

/// With what a passkey signs (RFC 9053 §2.1, RFC 8812 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PasskeyAlgorithm {
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
}

/// A text that may be absent, written as an empty one: the program of the version before reads a
/// text there.
mod text_or_nothing {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "a field is given as it is")]
    pub(super) fn serialize<S: Serializer>(
        text: &Option<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text.as_deref().unwrap_or_default())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok((!text.is_empty()).then_some(text))
    }
}

/// People of one instance.
#[async_trait]
pub trait Users: Send + Sync + 'static {
    /// Adds a person; false when the id or the login is taken.
    async fn add_user(&self, user: User) -> Result<bool, Error>;
    /// The person with this id.
    async fn lookup_user(&self, id: &str) -> Result<Option<User>, Error>;
    /// The person who signs in with this.
    async fn find_user(&self, login: &str) -> Result<Option<User>, Error>;
    /// Everybody by login.
    async fn list_users(&self) -> Result<Vec<User>, Error>;
    /// Replaces a person's row; false, and nothing changed, when there is none or the stored
    /// revision is no longer the one given. What the ending names ends in the same transaction, and
    /// the row gets the next revision where it names something. The message that tells of the change
    /// is stored in it too.
    async fn update_user(
        &self,
        user: User,
        ending: Ending,
        mail: Option<Mail>,
    ) -> Result<bool, Error>;
}

/// What ends with a change of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing.
    Nothing,
    /// Every session; what apps were allowed stays.
    Sessions,
    /// Every session, consent, code and token, at this instant.
    Everything(Timestamp),
}
