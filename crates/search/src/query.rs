//! What a search asks for.

use cresset_base::ResourceId;
use cresset_definitions::{ParameterIx, ResourceType};

use crate::value::{Circle, DateRange, NumberRange, Prefix, TokenMatch};

/// A search of one resource type, parsed and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The type searched.
    pub resource_type: ResourceType,
    /// All must hold (repetition = AND).
    pub criteria: Vec<Criterion>,
    /// What else is shown with the matches of a page.
    pub includes: Vec<Include>,
    /// Sort keys in order of weight; empty means by order of creation.
    pub sort: Vec<SortKey>,
    /// Resources on a page; 0 asks for the count alone.
    pub count: u32,
    /// Whether to count all matches.
    pub total: Total,
    /// `_summary`.
    pub summary: Summary,
}

impl Query {
    /// A search of everything of one type, without a page or a count.
    pub fn of(resource_type: ResourceType) -> Self {
        Self {
            resource_type,
            criteria: Vec::new(),
            includes: Vec::new(),
            sort: Vec::new(),
            count: 0,
            total: Total::None,
            summary: Summary::False,
        }
    }
}

/// One thing that must hold of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Criterion {
    /// Something of the values of one of its own parameters; `_id`, `_lastUpdated` and their like
    /// are parameters of every type.
    Values(ParameterIx, Test),
    /// A resource that the parameter points to is one of these (a chain, R4 3.1.1.5.3).
    PointsTo(ParameterIx, Vec<Hop>),
    /// Such a resource points here with this parameter of its own (`_has`, R4 3.1.1.5.4).
    PointedAt(ParameterIx, Box<Hop>),
    /// At least one of these holds.
    Any(Vec<Criterion>),
    /// All of these hold.
    All(Vec<Criterion>),
    /// This does not hold.
    Not(Box<Criterion>),
}

/// The resource at the other end of a reference. What a caller may not see is not found there.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// Its type.
    pub resource_type: ResourceType,
    /// What must hold of it.
    pub criterion: Criterion,
}

impl Criterion {
    /// What holds where this does not, with `Not` only before references that are followed.
    #[must_use]
    pub fn negated(self) -> Self {
        let each = |criteria: Vec<Self>| criteria.into_iter().map(Self::negated).collect();
        match self {
            Self::Values(parameter, test) => Self::Values(
                parameter,
                match test {
                    Test::AnyOf(matches) => Test::NoneOf(matches),
                    Test::NoneOf(matches) => Test::AnyOf(matches),
                    Test::Missing(missing) => Test::Missing(!missing),
                },
            ),
            Self::Any(criteria) => Self::All(each(criteria)),
            Self::All(criteria) => Self::Any(each(criteria)),
            Self::Not(criterion) => *criterion,
            hop @ (Self::PointsTo(..) | Self::PointedAt(..)) => Self::Not(Box::new(hop)),
        }
    }

    /// Whether it, or what it leads to, asks for words of resources.
    pub fn asks_for_words(&self) -> bool {
        match self {
            Self::Values(_, Test::AnyOf(matches) | Test::NoneOf(matches)) => {
                matches.iter().any(|one| matches!(one, Match::Word(_)))
            }
            Self::Values(_, Test::Missing(_)) => false,
            Self::Any(criteria) | Self::All(criteria) => criteria.iter().any(Self::asks_for_words),
            Self::Not(criterion) => criterion.asks_for_words(),
            Self::PointsTo(_, hops) => hops.iter().any(|hop| hop.criterion.asks_for_words()),
            Self::PointedAt(_, hop) => hop.criterion.asks_for_words(),
        }
    }

    /// Hands the alternatives of every reference that is followed to `visit`.
    pub fn hops<'c>(&'c self, visit: &mut dyn FnMut(&'c [Hop])) {
        let hops = match self {
            Self::Values(..) => return,
            Self::Any(criteria) | Self::All(criteria) => {
                for criterion in criteria {
                    criterion.hops(visit);
                }
                return;
            }
            Self::Not(criterion) => return criterion.hops(visit),
            Self::PointsTo(_, hops) => hops.as_slice(),
            Self::PointedAt(_, hop) => std::slice::from_ref(&**hop),
        };
        visit(hops);
        for hop in hops {
            hop.criterion.hops(visit);
        }
    }
}

/// Resources shown with the matches because of a reference (`_include`, `_revinclude`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Include {
    /// Which end of the reference is shown.
    pub shown: Shown,
    /// The type the reference stands in; `None` for any.
    pub source: Option<ResourceType>,
    /// The parameter of that type; `None` for every reference.
    pub parameter: Option<ParameterIx>,
    /// The type the reference must lead to, if only one is wanted.
    pub target: Option<ResourceType>,
    /// From what it is followed.
    pub from: From,
}

/// One end of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// What a resource at hand refers to (`_include`).
    Target,
    /// What refers to a resource at hand (`_revinclude`).
    Source,
}

/// From which resources references are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The matches of the page.
    Matches,
    /// Those and whatever is shown with them (`:iterate`).
    Everything,
}

/// What must hold of a parameter's values.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// At least one value matches at least one of these (comma = OR).
    AnyOf(Vec<Match>),
    /// No value matches any of these (`:not`).
    NoneOf(Vec<Match>),
    /// `:missing=true` (no value) or `:missing=false` (some value).
    Missing(bool),
}

/// One alternative of a criterion.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// `_id`.
    Id(ResourceId),
    /// A token.
    Token(TokenMatch),
    /// A reference into this instance; without a type, any type the parameter may point to.
    Local(Option<ResourceType>, ResourceId),
    /// A reference elsewhere, exactly as written.
    Elsewhere(String),
    /// `:identifier` of a reference.
    ReferenceIdentifier(TokenMatch),
    /// A date with its prefix.
    Date(Prefix, DateRange),
    /// A number with its prefix.
    Number(Prefix, NumberRange),
    /// A quantity with its prefix and, if asked, its unit: a UCUM or other code with its system, or a bare code or unit.
    Quantity(Prefix, NumberRange, Option<TokenMatch>),
    /// The folded text begins so.
    TextStarts(String),
    /// The folded text holds this (`:contains`).
    TextContains(String),
    /// The text is exactly this (`:exact`).
    TextExact(String),
    /// The folded text is exactly this.
    TextIs(String),
    /// The folded text ends so.
    TextEnds(String),
    /// The folded text said of a coded value begins so (`:text`).
    Said(String),
    /// An identifier of this type with this value (`:of-type`).
    OfType(TokenMatch, String),
    /// The uri is exactly this.
    Uri(String),
    /// The uri lies below this (`:below`).
    UriBelow(String),
    /// The uri lies above this (`:above`).
    UriAbove(String),
    /// Some word begins so (`_text`, `_content`).
    Word(String),
    /// A place within the circle (`near`).
    Near(Circle),
    /// The parts of a composite, all of one occurrence.
    Composite(Vec<Match>),
}

/// One sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The parameter whose values order the result: its lowest value ascending, its highest descending.
    pub parameter: ParameterIx,
    /// Direction.
    pub order: Order,
}

/// Direction of a sort key; resources without a value come last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Lowest first.
    Ascending,
    /// Highest first.
    Descending,
}

/// `_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Do not count.
    None,
    /// A cheap number is enough.
    Estimate,
    /// Count exactly.
    Accurate,
}

/// `_summary`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// Whole resources.
    False,
    /// Only the number of matches.
    Count,
}
