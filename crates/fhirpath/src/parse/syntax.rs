//! The syntax tree: an arena, so that neither building nor dropping it recurses.

use super::{Fault, FaultKind};

/// Deepest tree; a union of sixty paths nests about seventy deep.
const DEPTH_MAX: u16 = 160;

/// Place of a term in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TermIx(pub(crate) u32);

/// A literal as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// `{}`
    Empty,
    Boolean(bool),
    String(String),
    Number(String),
    Temporal(String),
    /// `4 'mg'`, `1 year`: number, unit, and whether it is a word of the calendar.
    Quantity(String, String, bool),
}

/// A binary operator other than `is` and `as`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Multiply,
    Divide,
    Div,
    Mod,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Equivalent,
    NotEqual,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    Literal(Literal),
    /// `%name`
    External(String),
    /// `$this`, `$index`, `$total`
    Special(String),
    /// A name on its own: a member of the focus, or a type.
    Name(String),
    /// A function of the focus.
    Call(String, Vec<TermIx>),
    /// `left.right`
    Invoke(TermIx, TermIx),
    /// `left[index]`
    Index(TermIx, TermIx),
    /// `-x`
    Negate(TermIx),
    /// `x is Type`
    Is(TermIx, String),
    /// `x as Type`
    As(TermIx, String),
    Binary(Operator, TermIx, TermIx),
}

/// A whole expression.
#[derive(Debug, Clone)]
pub(crate) struct Syntax {
    terms: Vec<Entry>,
    pub(crate) root: TermIx,
}

#[derive(Debug, Clone)]
struct Entry {
    term: Term,
    offset: usize,
    depth: u16,
}

impl Syntax {
    pub(crate) fn new() -> Self {
        Self {
            terms: Vec::new(),
            root: TermIx(0),
        }
    }

    /// Adds a term whose parts are already here.
    pub(crate) fn add(&mut self, term: Term, offset: usize) -> Result<TermIx, Fault> {
        let deepest = term.parts().map(|part| self.depth(part)).max().unwrap_or(0);
        let ix = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        if deepest >= DEPTH_MAX {
            return Err(Fault::new(
                FaultKind::TooLarge,
                offset,
                "the expression is nested too deeply",
            ));
        }
        self.terms.push(Entry {
            term,
            offset,
            depth: deepest + 1,
        });
        Ok(TermIx(ix))
    }

    /// The term and its offset in the expression.
    pub(crate) fn term(&self, ix: TermIx) -> (&Term, usize) {
        const NOTHING: Term = Term::Literal(Literal::Empty);
        self.terms
            .get(ix.0 as usize)
            .map_or((&NOTHING, 0), |entry| (&entry.term, entry.offset))
    }

    fn depth(&self, ix: TermIx) -> u16 {
        self.terms.get(ix.0 as usize).map_or(0, |entry| entry.depth)
    }
}

impl Term {
    fn parts(&self) -> impl Iterator<Item = TermIx> {
        let (pair, list): ([Option<TermIx>; 2], &[TermIx]) = match self {
            Self::Call(_, arguments) => ([None, None], arguments),
            Self::Invoke(a, b) | Self::Index(a, b) | Self::Binary(_, a, b) => {
                ([Some(*a), Some(*b)], &[])
            }
            Self::Negate(a) | Self::Is(a, _) | Self::As(a, _) => ([Some(*a), None], &[]),
            Self::Literal(_) | Self::External(_) | Self::Special(_) | Self::Name(_) => {
                ([None, None], &[])
            }
        };
        pair.into_iter().flatten().chain(list.iter().copied())
    }
}
