//! Search URL → query tree; resource → index rows.
//!
//! [`query`] is what a search asks for, free of URL syntax and of storage; [`row`] is what
//! a resource leaves in the index. Both speak of the same values ([`value`]), so that a backend
//! encodes each kind once for writing and once for asking. This room does no I/O: names are not
//! interned and references are not resolved here.
//!
//! [`parse()`] makes a query of a URL's pairs; [`extract()`] makes rows of a resource, and
//! [`patient_compartment`] says whose they are. [`define()`] reads the parameters an instance defines
//! itself; they stand in [`Defined`].

pub mod compartment;
pub mod concepts;
mod date;
pub mod define;
pub mod defined;
pub mod extract;
pub mod number;
pub mod parse;
pub mod query;
pub mod row;
pub mod text;
pub mod unindexed;
pub mod unit;
pub mod value;
pub mod words;

pub use compartment::{mentioned_patients, patient_compartment, patients_of};
pub use concepts::{ConceptSet, Concepts};
pub use define::{DefinitionFault, define};
pub use defined::Defined;
pub use extract::extract;
pub use parse::{
    Compartment, Context, FaultKind, Handling, Parsed, ParsedTypes, Scope, SearchFault,
    is_searchable, parse, parse_types, take_types,
};
pub use query::{
    Criterion, From, Hop, Include, Match, Order, Query, Shown, SortKey, Summary, Test, Total,
};
pub use row::{IndexRow, IndexValue};
pub use unindexed::{Building, Unindexed};
pub use value::{Circle, DateRange, NumberRange, Prefix, TokenMatch};
pub use words::Words;
