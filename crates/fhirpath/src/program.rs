//! An expression ready to run.

mod compile;

use cresset_definitions::TypeIx;

use crate::function::Function;
use crate::parse::{self, Fault};

/// A compiled expression; share it and run it as often as needed.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) steps: Box<[Step]>,
    pub(crate) root: StepIx,
    /// Whether a step can ask for what lies in `_name` members.
    pub(crate) companions: bool,
}

/// Place of a step in its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepIx(pub(crate) u32);

/// A type as `is`, `as` and `ofType` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// A type of FHIR.
    Fhir(TypeIx),
    /// `Boolean`, `System.Boolean`
    Boolean,
    /// `String`, `System.String`
    String,
    /// `Integer`, `System.Integer`
    Integer,
    /// `Decimal`, `System.Decimal`
    Decimal,
}

/// How two collections are compared or joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    Union,
    Equal,
    NotEqual,
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
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Nothing,
    Boolean(bool),
    String(Box<str>),
    Number(Box<str>),
    /// The focus.
    This,
    /// `%resource`, `%rootResource`, `%context`
    Resource,
    /// The focus where it is of this type: `Patient` at the beginning of a path.
    OfFocus(TypeIx),
    /// A child of the focus.
    Member(Box<str>),
    Call(Function, Box<[StepIx]>),
    /// Runs the second with each result of the first as focus.
    Invoke(StepIx, StepIx),
    Index(StepIx, StepIx),
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
        compile::compile(&parse::parse(expression)?)
    }

    pub(crate) fn step(&self, ix: StepIx) -> &Step {
        self.steps.get(ix.0 as usize).unwrap_or(&Step::Nothing)
    }
}
