//! Search URL → query tree; resource → index rows.
//!
//! CONTRACT. [`query`] is what a search asks for, free of URL syntax and of storage; [`row`] is what
//! a resource leaves in the index. Both speak of the same values ([`value`]), so that a backend
//! encodes each kind once for writing and once for asking. This room does no I/O: names are not
//! interned and references are not resolved here.

pub mod query;
pub mod row;
pub mod value;

pub use query::{Criterion, Match, Query, SortKey, Summary, Test, Total};
pub use row::{IndexRow, IndexValue};
pub use value::{DateRange, NumberRange, Prefix, TokenMatch};
