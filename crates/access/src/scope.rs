//! One scope, SMART v1 or v2.
//!
//! The grammar stands in [`grammar`].

mod filter;
pub mod grammar;
mod operation;

use std::fmt;

use cresset_definitions::ResourceType;

pub use filter::GRANULAR_PARAMETERS;
pub use grammar::InvalidScope;
pub use operation::Operation;

use crate::restriction::{TokenFilter, Verbs};

/// One scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Identity, launch context and refresh.
    Named(NamedScope),
    /// A right to resources.
    Resource(ResourceScope),
    /// A right to one operation.
    Operation(Context, Operation),
}

/// The scopes of SMART and OIDC that are one fixed word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedScope {
    /// `openid`
    OpenId,
    /// `fhirUser`
    FhirUser,
    /// `profile`
    Profile,
    /// `launch`
    Launch,
    /// `launch/patient`
    LaunchPatient,
    /// `launch/encounter`
    LaunchEncounter,
    /// `offline_access`
    OfflineAccess,
    /// `online_access`
    OnlineAccess,
}

impl NamedScope {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::OpenId,
        Self::FhirUser,
        Self::Profile,
        Self::Launch,
        Self::LaunchPatient,
        Self::LaunchEncounter,
        Self::OfflineAccess,
        Self::OnlineAccess,
    ];

    /// As it is spelled.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::FhirUser => "fhirUser",
            Self::Profile => "profile",
            Self::Launch => "launch",
            Self::LaunchPatient => "launch/patient",
            Self::LaunchEncounter => "launch/encounter",
            Self::OfflineAccess => "offline_access",
            Self::OnlineAccess => "online_access",
        }
    }
}

/// On whose behalf an app acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// `patient`: within the compartment of the patient in context.
    Patient,
    /// `user`: whatever the user may.
    User,
    /// `system`: the app itself, nobody present.
    System,
}

impl Context {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Patient, Self::User, Self::System];

    /// As it is spelled.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::User => "user",
            Self::System => "system",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// A right to resources of one type or of all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceScope {
    /// On whose behalf.
    pub context: Context,
    /// Which types.
    pub target: Target,
    /// Which verbs, as written.
    pub permission: Permission,
    /// What a resource must hold besides; empty for a scope that is not granular. Sorted, one per
    /// parameter, and only where `target` is one type.
    pub tokens: Vec<TokenFilter>,
}

/// Which resource types a scope is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// `*`
    Any,
    /// One type.
    Type(ResourceType),
}

/// The part after the dot. v1 words are kept as written, so that an app finds the scope it asked
/// for in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `read`, the same as `rs`.
    Read,
    /// `write`, the same as `cud`.
    Write,
    /// `*`, the same as `cruds`.
    All,
    /// v2 letters.
    Letters(Verbs),
}

impl Permission {
    /// The verbs it stands for.
    pub fn verbs(self) -> Verbs {
        match self {
            Self::Read => Verbs::READ,
            Self::Write => Verbs::WRITE,
            Self::All => Verbs::ALL,
            Self::Letters(verbs) => verbs,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "*" => Some(Self::All),
            letters => Verbs::parse(letters).map(Self::Letters),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(named) => f.write_str(named.as_str()),
            Self::Resource(scope) => scope.fmt(f),
            Self::Operation(context, operation) => write!(f, "{}/{operation}", context.as_str()),
        }
    }
}

impl fmt::Display for ResourceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}.{}",
            self.context.as_str(),
            self.target,
            self.permission
        )?;
        for (at, token) in self.tokens.iter().enumerate() {
            write!(f, "{}{token}", if at == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Type(t) => f.write_str(t.name()),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("read"),
            Self::Write => f.write_str("write"),
            Self::All => f.write_str("*"),
            Self::Letters(verbs) => verbs.fmt(f),
        }
    }
}
