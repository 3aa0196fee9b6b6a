//! The FHIR R4 4.0.1 and US Core 6.1.0 definitions as compact tables.
//!
//! `cargo xtask definitions` compiles the published definitions into packs that are committed under
//! `data/` and embedded here; nothing is read from disk at run time. [`r4()`] decodes the pack once,
//! on first use, and hands out `&'static` tables: the types with all their elements
//! ([`Definitions::type_named`], [`Definitions::resource`]), the search parameters
//! ([`Definitions::search_parameter`]), the compartments ([`Definitions::compartment`]) and the
//! codes of every required binding ([`Definitions::value_set`]). What only terminology needs
//! (all code systems, displays, every other value set) lies in a second pack behind
//! [`terminology()`], so that a server that never asks does not hold it in memory.
//!
//! [`us_core()`] holds the profiles of US Core 6.1.0; the search parameters it adds are among R4's,
//! and so are those that apps of practices ask for by name (`ehr`) and those for words ([`words`]).
//! Those an instance defines itself stand beside them ([`defined`]).
//!
//! This room judges nothing: `validate` applies the tables to a resource, `search` the parameters.
//! [`package`] reads a FHIR package archive into its resources; what becomes of them is decided by
//! whoever reads it.
//!
//! Start with [`Definitions`], then [`element`].

pub mod compartment;
pub mod defined;
mod ehr;
pub mod element;
pub mod pack;
pub mod package;
pub mod primitive;
pub mod profile;
pub mod r4;
pub mod resource_type;
pub mod search_parameter;
pub mod terminology;
pub mod us_core;
pub mod value_set;
pub mod words;

pub use compartment::Compartment;
pub use defined::Definition;
pub use element::{Binding, Constraint, Element, Severity, Strength, TypeDef, TypeIx, TypeKind};
pub use primitive::Primitive;
pub use profile::Profile;
pub use r4::{Definitions, r4};
pub use resource_type::ResourceType;
pub use search_parameter::{Component, ParameterIx, SearchParameter, SearchType};
pub use terminology::{CodeSystem, Concept, Terminology, terminology};
pub use us_core::{UsCore, us_core};
pub use value_set::{ValueSet, ValueSetIx};
