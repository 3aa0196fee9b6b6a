//! Why a search cannot be run, in words for whoever sent it.

use cresset_definitions::r4;

use crate::concepts::ConceptSet;
use crate::unindexed::Building;

/// Longest part of a parameter's name that is repeated, in characters.
const NAME_MAX: usize = 40;

/// What is wrong with a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The type has no such parameter.
    Unknown,
    /// The standard knows it, this server does not offer it.
    Unsupported,
    /// Its index is still being built.
    Unindexed,
    /// A modifier that this parameter does not take.
    Modifier,
    /// The parameter has no value.
    Empty,
    /// The value is not of the parameter's form.
    Value,
    /// A bound of the query is passed.
    TooMany,
    /// The codes it asks about must be looked up first; [`SearchFault::asks`] says which.
    Concepts,
}

/// A pair that cannot be served. Its text says what to change and never repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {sentence}", self.place())]
pub struct SearchFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The parameter as it was named, cut at 40 characters.
    pub parameter: String,
    /// What to change, as a sentence.
    pub sentence: String,
    /// Where in the value, in characters counted from 1, when it has parts.
    pub at: Option<usize>,
    /// The codes to look up before the search can be read.
    pub asks: Option<Box<ConceptSet>>,
}

impl SearchFault {
    pub(super) fn new(kind: FaultKind, parameter: &str, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            parameter: short(parameter),
            sentence: sentence.into(),
            at: None,
            asks: None,
        }
    }

    pub(super) fn concepts(parameter: &str, set: ConceptSet) -> Self {
        let what = "The codes it asks about are not known here.";
        Self {
            asks: Some(Box::new(set)),
            ..Self::new(FaultKind::Concepts, parameter, what)
        }
    }

    /// The parameter and, where it is known, the place in its value.
    pub fn place(&self) -> String {
        match self.at {
            Some(at) => format!("{}, character {at}", self.parameter),
            None => self.parameter.clone(),
        }
    }

    /// The same fault at this character.
    pub(super) fn at(self, at: usize) -> Self {
        Self {
            at: Some(at),
            ..self
        }
    }

    /// The same fault, at this character unless it has a place already.
    pub(super) fn or_at(self, at: usize) -> Self {
        Self {
            at: self.at.or(Some(at)),
            ..self
        }
    }

    pub(super) fn unsupported(parameter: &str, sentence: impl Into<String>) -> Self {
        Self::new(FaultKind::Unsupported, parameter, sentence)
    }

    pub(super) fn unindexed(parameter: &str, building: Building) -> Self {
        let named = r4().search_parameter_at(building.parameter);
        let what = named.map_or("This parameter", |named| named.code);
        let sentence = format!(
            "The index of {what} is being built, {} % are done; try again when it is complete.",
            building.percent
        );
        Self::new(FaultKind::Unindexed, parameter, sentence)
    }

    pub(super) fn value(parameter: &str, sentence: impl Into<String>) -> Self {
        Self::new(FaultKind::Value, parameter, sentence)
    }

    pub(super) fn modifier(parameter: &str, sentence: impl Into<String>) -> Self {
        Self::new(FaultKind::Modifier, parameter, sentence)
    }

    pub(super) fn empty(parameter: &str) -> Self {
        Self::new(
            FaultKind::Empty,
            parameter,
            "The parameter has no value; give one or leave it out.",
        )
    }

    pub(super) fn too_many(parameter: &str, what: &str, most: usize) -> Self {
        Self::new(
            FaultKind::TooMany,
            parameter,
            format!("A search takes at most {most} {what}."),
        )
    }

    /// The same fault of the parameter named so.
    pub(super) fn of(self, parameter: &str) -> Self {
        Self {
            parameter: short(parameter),
            ..self
        }
    }

    /// Whether no other type a reference may lead to can mend it.
    pub(super) fn is_final(&self) -> bool {
        matches!(self.kind, FaultKind::TooMany | FaultKind::Concepts)
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.kind == FaultKind::Unknown
    }

    /// Whether lenient handling leaves the pair out instead of refusing the search.
    pub(super) fn may_be_ignored(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::Unknown | FaultKind::Unsupported | FaultKind::Unindexed | FaultKind::Empty
        )
    }
}

/// A name fit to be shown: control characters are left out, what is long is cut.
pub(super) fn short(name: &str) -> String {
    let mut shown: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX + 1)
        .collect();
    if let Some((cut, _)) = shown.char_indices().nth(NAME_MAX) {
        shown.truncate(cut);
        shown.push('…');
    }
    shown
}
