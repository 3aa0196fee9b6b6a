//! What surrounds an evaluation: the resources, the clock, and what only others know.

use std::cell::Cell;

use crate::item::{Item, Node};
use crate::temporal::Temporal;

/// Most steps one evaluation takes unless it is told otherwise: far more than any published rule
/// needs of the largest resource, few enough to end within a second.
pub const STEPS_MAX: u64 = 4_000_000;

/// The variables of an evaluation and its bounds.
pub struct Environment<'e, 'a> {
    /// `%resource`: the resource the expression runs in, a contained one where it does.
    pub resource: Node<'a>,
    /// `%rootResource`: the resource that contains it, or the same.
    pub root: Node<'a>,
    /// `%context`; absent means the focus itself.
    pub context: Option<Node<'a>>,
    /// What `now()`, `today()` and `timeOfDay()` say.
    pub now: Option<Temporal>,
    /// What only others know.
    pub host: Option<&'e dyn Host<'a>>,
    /// Most steps; beyond them the evaluation ends with [`Halt::Budget`].
    pub steps_max: u64,
    /// Steps that several evaluations have together, counted down.
    pub steps_left: Option<&'e Cell<u64>>,
}

impl<'a> Environment<'_, 'a> {
    /// The surroundings of a resource that stands for itself.
    pub fn new(resource: Node<'a>) -> Self {
        Self {
            resource,
            root: resource,
            context: None,
            now: None,
            host: None,
            steps_max: STEPS_MAX,
            steps_left: None,
        }
    }
}

/// What an expression may ask of those who hold more than one resource. `None` always means that
/// it is not known, which ends the evaluation with [`Halt::Unavailable`] where an answer is needed.
pub trait Host<'a> {
    /// The resource a reference points to, where it is at hand (an entry of the same bundle).
    fn resolve(&self, reference: &str) -> Option<Node<'a>>;
    /// Whether a code, Coding or `CodeableConcept` is in a value set.
    fn member_of(&self, item: &Item<'a>, value_set: &str) -> Option<bool>;
    /// Whether an element follows a profile.
    fn conforms_to(&self, node: Node<'a>, profile: &str) -> Option<bool>;
    /// Whether a narrative is well-formed and harmless.
    fn html_checks(&self, xhtml: &str) -> bool;
}

/// Why an evaluation gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// It needs more steps than it may take.
    #[error("the expression needs more steps than it may take")]
    Budget,
    /// Several values where one is expected.
    #[error("the expression meets several values where one is expected")]
    NotSingle,
    /// A value of a type the operation cannot take.
    #[error("the expression meets a value of a type it cannot use there")]
    WrongType,
    /// A pattern that is none, or one too large.
    #[error("the expression holds a regular expression that is none")]
    Pattern,
    /// Something only others know, and they do not.
    #[error("the expression asks for something that is not known here")]
    Unavailable,
}

/// What a rule says of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It gives nothing: a value it compares is missing.
    Empty,
    /// It cannot be said: a date is too imprecise, or units cannot be converted.
    Uncertain,
}
