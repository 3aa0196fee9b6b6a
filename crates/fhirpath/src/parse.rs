//! Text into a syntax tree by the normative grammar.

pub(crate) mod grammar;
pub(crate) mod lexer;
pub(crate) mod syntax;

/// Longest expression, in bytes. The longest of R4 has about 4,000.
const LENGTH_MAX: usize = 32 * 1024;

/// What is wrong with an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It breaks the grammar.
    Syntax,
    /// It is longer or nested deeper than any sensible expression.
    TooLarge,
    /// It uses a function, operator, variable or literal this engine does not offer.
    Unsupported,
    /// It names a type that does not exist.
    UnknownType,
}

/// Why an expression does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} (at character {})", .offset + 1)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Byte offset in the expression.
    pub offset: usize,
    /// The same as a phrase.
    pub what: String,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, offset: usize, what: impl Into<String>) -> Self {
        Self {
            kind,
            offset,
            what: what.into(),
        }
    }

    pub(crate) fn syntax(offset: usize, what: impl Into<String>) -> Self {
        Self::new(FaultKind::Syntax, offset, what)
    }
}

/// The syntax tree of `expression`.
pub(crate) fn parse(expression: &str) -> Result<syntax::Syntax, Fault> {
    if expression.len() > LENGTH_MAX {
        return Err(Fault::new(
            FaultKind::TooLarge,
            LENGTH_MAX,
            "the expression is too long",
        ));
    }
    grammar::Parser::new(lexer::tokens(expression)?).whole()
}
