//! What the planner must know of an instance's content before it can write a statement.

use std::sync::Arc;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::TokenMatch;

use super::statement::Statement;
use crate::layout::Rid;
use crate::layout::parameters::Column;

/// An inclusive range of ids or codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Lowest.
    pub low: i64,
    /// Highest.
    pub high: i64,
}

impl Span {
    /// Every value.
    pub const ALL: Self = Self {
        low: i64::MIN,
        high: i64::MAX,
    };

    /// One value.
    pub const fn one(value: i64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    /// Values of at least `low`.
    pub const fn from(low: i64) -> Self {
        Self {
            low,
            high: i64::MAX,
        }
    }

    /// Values of at most `high`.
    pub const fn to(high: i64) -> Self {
        Self {
            low: i64::MIN,
            high,
        }
    }

    /// Whether it holds one value.
    pub const fn is_one(self) -> bool {
        self.low == self.high
    }
}

/// A set of parameters that have a value in some resources of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its id.
    pub id: i64,
    /// Stored numbers of the parameters, sorted.
    pub numbers: Vec<i64>,
}

/// What all resources of an instance have in common in one column of ranges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnFacts {
    /// Some resource has more than one value.
    pub repeats: bool,
    /// Some value is a range of more than a day.
    pub long: bool,
}

impl ColumnFacts {
    /// What holds of values of either kind.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            repeats: self.repeats || other.repeats,
            long: self.long || other.long,
        }
    }
}

/// Questions the planner asks of one snapshot of one instance.
#[expect(
    clippy::missing_errors_doc,
    reason = "every method fails for one reason, said at the error type"
)]
pub trait Lookups {
    /// Why a question could not be answered.
    type Error;
    /// The integer of a resource that was ever mentioned.
    fn rid(&self, resource_type: ResourceType, id: &ResourceId)
    -> Result<Option<Rid>, Self::Error>;
    /// The ids of all tokens that match.
    fn tokens(&self, wanted: &TokenMatch) -> Result<Vec<Span>, Self::Error>;
    /// The id of a uri or interned text.
    fn uri(&self, uri: &str) -> Result<Option<i64>, Self::Error>;
    /// The ids of all uris and interned texts that begin so.
    fn uris_beginning(&self, prefix: &str) -> Result<Vec<i64>, Self::Error>;
    /// The ids of all units of measure that match, each with its code.
    fn units(&self, wanted: &TokenMatch) -> Result<Vec<(i64, String)>, Self::Error>;
    /// All pairs whose first member is one of these: (second member, id of the pair).
    fn pairs(&self, first: Span) -> Result<Vec<(i64, i64)>, Self::Error>;
    /// All shapes of a type.
    fn shapes(&self, resource_type: ResourceType) -> Result<Arc<Vec<Shape>>, Self::Error>;
    /// What is known of a column of ranges.
    fn facts(&self, column: Column) -> ColumnFacts;
    /// Runs a statement that gives a number of rows; an answer that was right a moment ago will do,
    /// for it decides how a result is found, never what it is.
    fn size(&self, statement: &Statement) -> Result<u64, Self::Error>;
}
