//! An expression ready to run.

mod compile;
mod mentions;
mod presence;

use compile::Matching;
use cresset_definitions::TypeIx;
use regex::Regex;
use rust_decimal::Decimal;

use crate::function::Function;
use crate::parse::{self, Fault};
use crate::quantity::Quantity;
use crate::temporal::Temporal;

pub use presence::Presence;

/// A compiled expression; share it and run it as often as needed.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) steps: Box<[Step]>,
    pub(crate) root: StepIx,
    /// Whether a step can ask for what lies in `_name` members.
    pub(crate) companions: bool,
    /// The patterns that are literals, by the step of the literal.
    patterns: Box<[(StepIx, Regex)]>,
}

/// Place of a step in its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepIx(pub(crate) u32);

/// A type as `is`, `as` and `ofType` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// A type of FHIR.
    Fhir(TypeIx),
    /// A type of FHIRPath itself.
    System(System),
}

/// The types of FHIRPath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Boolean,
    String,
    Integer,
    Decimal,
    Date,
    DateTime,
    Time,
    Quantity,
    Any,
}

/// How two collections are compared or joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    Union,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
    Add,
    Subtract,
    Multiply,
    Divide,
    Div,
    Mod,
    Concatenate,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Nothing,
    Boolean(bool),
    String(Box<str>),
    Integer(i64),
    Decimal(Decimal),
    Temporal(Temporal),
    Quantity(Quantity<'static>),
    /// `$this`
    This,
    /// `$index`
    Index,
    /// `$total`
    Total,
    /// `%resource`
    Resource,
    /// `%rootResource`
    Root,
    /// `%context`
    Context,
    /// The focus where it is of this type: `Patient` at the beginning of a path.
    OfFocus(TypeIx),
    /// A child of the focus.
    Member(Box<str>),
    Call(Function, Box<[StepIx]>),
    /// Runs the second with each result of the first as focus.
    Invoke(StepIx, StepIx),
    Position(StepIx, StepIx),
    Negate(StepIx),
    Is(StepIx, TypeName),
    As(StepIx, TypeName),
    Join(Joint, StepIx, StepIx),
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Its first fault with the place; nothing is guessed.
    pub fn compile(expression: &str) -> Result<Self, Fault> {
        compile::compile(&parse::parse(expression)?, Matching::Allowed)
    }

    /// The same of an expression that may hold no regular expressions: a compiled one takes megabytes.
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub fn compile_unmatching(expression: &str) -> Result<Self, Fault> {
        compile::compile(&parse::parse(expression)?, Matching::Refused)
    }

    pub(crate) fn step(&self, ix: StepIx) -> &Step {
        self.steps.get(ix.0 as usize).unwrap_or(&Step::Nothing)
    }

    /// The pattern compiled from the literal at `ix`.
    pub(crate) fn pattern(&self, ix: StepIx) -> Option<&Regex> {
        let found = self.patterns.iter().find(|(at, _)| *at == ix);
        found.map(|(_, regex)| regex)
    }
}
