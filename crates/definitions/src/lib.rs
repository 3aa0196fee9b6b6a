//! The FHIR R4 4.0.1 and US Core 6.1.0 definitions as compact tables.
//!
//! CONTRACT types other rooms build on; the tables behind them are compiled by
//! `cargo xtask definitions` into a pack that is embedded here and decoded once.

pub mod resource_type;
pub mod search_parameter;

pub use resource_type::ResourceType;
pub use search_parameter::{Component, ParameterIx, SearchParameter, SearchType};
