//! Browsers in which somebody is signed in.

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::grant::Hashed;
use crate::store::Error;

/// By what a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A password.
    Password,
    /// A password, and a code that is good once.
    PasswordAndCode,
    /// A password, and a passkey.
    PasswordAndPasskey,
    /// A passkey on a device that made sure who holds it.
    Passkey,
}

impl Proof {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::Password,
        Self::PasswordAndCode,
        Self::PasswordAndPasskey,
        Self::Passkey,
    ];

    /// As it is written in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndCode => "password-and-code",
            Self::PasswordAndPasskey => "password-and-passkey",
            Self::Passkey => "passkey",
        }
    }

    /// What is written so; nothing for any other text, such as that of a later version.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.as_str() == text)
    }
}

/// A proof as it stands in JSON: as in the store, and nothing where it is one of a later version.
pub mod written {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Proof;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        proof: &Option<Proof>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        proof.map(Proof::as_str).serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no text.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Proof>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.as_deref().and_then(Proof::parse))
    }
}

/// One browser of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of the cookie's value.
    pub hash: Hashed,
    /// The person.
    pub user: String,
    /// When the person proved who they are.
    pub authenticated: Timestamp,
    /// By what; absent where it was begun before that was noted.
    pub proof: Option<Proof>,
    /// When it was used last, to about a minute.
    pub last_used: Timestamp,
}

/// Sessions of one instance.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Begins a session of a person who is enabled and has this revision; false, and nothing
    /// stored, for anybody else. Some of those begun before `dead_before` are dropped with the same
    /// write.
    async fn add_session(
        &self,
        session: Session,
        revision: u64,
        dead_before: Timestamp,
    ) -> Result<bool, Error>;
    /// The session with this hash, whether or not it is too old.
    async fn lookup_session(&self, hash: Hashed) -> Result<Option<Session>, Error>;
    /// Notes that a session is used.
    async fn touch_session(&self, hash: Hashed, at: Timestamp) -> Result<(), Error>;
    /// Ends a session; true when it existed.
    async fn end_session(&self, hash: Hashed) -> Result<bool, Error>;
    /// Ends every session of a person but perhaps one; gives their number.
    async fn end_sessions(&self, user: &str, except: Option<Hashed>) -> Result<u64, Error>;
}

#[cfg(test)]
mod tests {
    use super::Proof;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Noted {
        #[serde(default, with = "super::written")]
        proof: Option<Proof>,
    }

    #[test]
    fn one_of_a_later_version_is_passed_over() {
        for (text, proof) in [
            (r#"{"proof":"from-the-future"}"#, None),
            (r#"{"proof":null}"#, None),
            ("{}", None),
            (
                r#"{"proof":"password-and-code"}"#,
                Some(Proof::PasswordAndCode),
            ),
        ] {
            let noted: Noted = serde_json::from_str(text).unwrap();
            assert_eq!(noted, Noted { proof }, "{text}");
        }
        for proof in Proof::ALL {
            let text = serde_json::to_string(&Noted { proof: Some(proof) }).unwrap();
            assert_eq!(text, format!(r#"{{"proof":"{}"}}"#, proof.as_str()));
        }
    }
}
