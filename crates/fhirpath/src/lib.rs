//! FHIRPath, compiled once and run many times.
//!
//! [`Program::compile`] reads an expression of the normative grammar (FHIRPath 2.0) and resolves its
//! types and functions; [`Program::evaluate`] runs it over a resource and gives [`Item`]s: places in
//! the resource with their FHIR type, or computed values. Types come from `definitions`, so that
//! `Observation.value` finds `valueQuantity` and knows that it is a Quantity.
//!
//! Two things differ from the text of the specification, both because the search parameters of R4
//! need it: `as` keeps the items of the type out of a collection of any length, as `ofType` does;
//! and `resolve()` fetches nothing: it gives the contained resource, one the [`Host`] has at hand,
//! or an item of which only the type is known, read from the reference.
//!
//! Grammar, operators and functions ([`function`]) are those of the specification; what is missing is
//! refused by name when compiling. Expressions are bounded in length and nesting, evaluations in steps
//! ([`Environment::steps_max`]), and patterns run in linear time, so no expression can exhaust the
//! stack or the clock. Time is a parameter: without [`Environment::now`] there is no `now()`.
//!
//! Start with [`program`], then [`evaluate`].

mod ending;
pub mod environment;
pub mod evaluate;
pub mod function;
pub mod item;
mod parse;
pub mod program;
pub mod quantity;
pub mod reference;
pub mod route;
pub mod temporal;

pub use ending::Gives;
pub use environment::{Environment, Halt, Host, STEPS_MAX, Verdict};
pub use item::{Item, Node};
pub use parse::{Fault, FaultKind};
pub use program::{Presence, Program};
pub use quantity::Quantity;
pub use route::{Condition, Route};
pub use temporal::{Temporal, TemporalKind};
