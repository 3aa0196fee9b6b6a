//! What a caller may touch of one type with one verb.

use std::fmt;
use std::sync::Arc;

use cresset_base::ResourceId;

/// The five rights of SMART v2 scopes: `c r u d s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `c`
    Create,
    /// `r`: read, vread, instance history.
    Read,
    /// `u`: update and patch.
    Update,
    /// `d`
    Delete,
    /// `s`: search, type and system history.
    Search,
}

impl Verb {
    /// All five in the order in which a scope spells them.
    pub const ALL: [Self; 5] = [
        Self::Create,
        Self::Read,
        Self::Update,
        Self::Delete,
        Self::Search,
    ];

    /// The letter of a SMART v2 scope.
    pub fn letter(self) -> char {
        match self {
            Self::Create => 'c',
            Self::Read => 'r',
            Self::Update => 'u',
            Self::Delete => 'd',
            Self::Search => 's',
        }
    }

    /// Whether it changes nothing: `r` and `s`.
    pub fn is_reading(self) -> bool {
        matches!(self, Self::Read | Self::Search)
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of verbs; shown as a SMART v2 scope spells it, for example `rs`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Verbs(u8);

impl Verbs {
    /// No verb.
    pub const NONE: Self = Self(0);
    /// `cruds`, what v1 calls `*`.
    pub const ALL: Self = Self(0b1_1111);
    /// `rs`, what v1 calls `read`.
    pub const READ: Self = Self(0b1_0010);
    /// `cud`, what v1 calls `write`.
    pub const WRITE: Self = Self(0b0_1101);

    /// The verbs in `letters`, which must be some of `cruds`, each once, in this order.
    pub fn parse(letters: &str) -> Option<Self> {
        let mut found = Self::NONE;
        let mut rest = letters;
        for verb in Verb::ALL {
            if let Some(after) = rest.strip_prefix(verb.letter()) {
                found = found.with(verb);
                rest = after;
            }
        }
        (rest.is_empty() && !found.is_empty()).then_some(found)
    }

    /// These and one more.
    #[must_use]
    pub fn with(self, verb: Verb) -> Self {
        Self(self.0 | verb.bit())
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the verb is in it.
    pub fn contains(self, verb: Verb) -> bool {
        self.0 & verb.bit() != 0
    }

    /// Whether every verb of `other` is in it.
    pub fn covers(self, other: Self) -> bool {
        self.intersection(other) == other
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Verb::ALL
            .iter()
            .filter(|v| self.contains(**v))
            .try_for_each(|v| write!(f, "{}", v.letter()))
    }
}

impl fmt::Debug for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verbs({self})")
    }
}

/// What a caller may touch of one resource type with one verb.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Restriction {
    /// Nothing at all: 403.
    Nothing,
    /// Every resource of the type.
    Everything,
    /// Resources that satisfy at least one of these filters. Never empty, never holds a filter
    /// without parts, never one that another of them makes needless.
    Only(Arc<[Filter]>),
}

/// One way for a resource to be visible; all its parts must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The resource must lie in this patient's compartment ([`crate::patient_reach`]).
    pub patient: Option<ResourceId>,
    /// Each search parameter must hold this token (granular scopes): (code, system, token).
    pub tokens: Vec<TokenFilter>,
}

/// One `?parameter=system|code` of a granular scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenFilter {
    /// Search parameter code, for example `category`.
    pub parameter: String,
    /// System, if the scope names one.
    pub system: Option<String>,
    /// Code.
    pub code: String,
}

impl fmt::Display for TokenFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.system {
            Some(system) => write!(f, "{}={system}|{}", self.parameter, self.code),
            None => write!(f, "{}={}", self.parameter, self.code),
        }
    }
}

impl Filter {
    /// Whether it asks for nothing, so that every resource satisfies it.
    pub(crate) fn is_empty(&self) -> bool {
        self.patient.is_none() && self.tokens.is_empty()
    }

    /// Whether everything that satisfies `other` satisfies this too.
    fn covers(&self, other: &Self) -> bool {
        (self.patient.is_none() || self.patient == other.patient)
            && self.tokens.iter().all(|t| other.tokens.contains(t))
    }
}

impl Restriction {
    /// What satisfies at least one of `filters`.
    pub(crate) fn any_of(filters: Vec<Filter>) -> Self {
        let mut kept: Vec<Filter> = Vec::new();
        for filter in filters {
            if filter.is_empty() {
                return Self::Everything;
            }
            if !kept.iter().any(|k| k.covers(&filter)) {
                kept.retain(|k| !filter.covers(k));
                kept.push(filter);
            }
        }
        if kept.is_empty() {
            Self::Nothing
        } else {
            Self::Only(kept.into())
        }
    }

    /// What of it lies in the compartment of one patient.
    pub(crate) fn within_patient(&self, patient: &ResourceId) -> Self {
        let only = |filter: &Filter| match &filter.patient {
            Some(other) if other != patient => None,
            _ => Some(Filter {
                patient: Some(patient.clone()),
                tokens: filter.tokens.clone(),
            }),
        };
        match self {
            Self::Nothing => Self::Nothing,
            Self::Everything => Self::any_of(vec![Filter {
                patient: Some(patient.clone()),
                tokens: Vec::new(),
            }]),
            Self::Only(filters) => Self::any_of(filters.iter().filter_map(only).collect()),
        }
    }

    /// Whether it gives no resource at all.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Whether everything `other` gives is given by this too.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Nothing) => true,
            (Self::Nothing, _) | (_, Self::Everything) => false,
            (Self::Only(mine), Self::Only(theirs)) => {
                theirs.iter().all(|t| mine.iter().any(|m| m.covers(t)))
            }
        }
    }
}
