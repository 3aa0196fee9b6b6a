//! (grant, user, scopes) → [`Access`]: what one caller may see and do. Pure.
//!
//! A [`ScopeSet`] is what an app asks for or was given, in the SMART v1 and v2 grammar, exact and
//! bounded ([`scope`]). [`Access::from_scopes`] turns it, with the patient in context, into a table
//! of [`Restriction`]s: nothing, everything, or only what satisfies one of some filters, for every
//! resource type and [`Verb`]. [`compartment`] says which types belong to a patient and through
//! which references.
//!
//! The store asks [`Access::restriction`] for every type it touches and puts the answer
//! into the same statement, before any LIMIT. An `Access` can only be made here: from the scopes of
//! a grant, or by the system itself with a named reason. What is not granted is nothing: a
//! patient's scope without a patient in context gives no resource at all.
//!
//! This room issues no token, knows no resource and evaluates no filter: tokens are `auth`'s,
//! filters are the store's. Start with [`access`].

pub mod access;
pub mod compartment;
pub mod restriction;
pub mod scope;
pub mod scope_set;

pub use access::{Access, Pace, SystemReason};
pub use compartment::{PatientReach, patient_reach};
pub use restriction::{Filter, Restriction, TokenFilter, Verb, Verbs};
pub use scope::{Context, InvalidScope, NamedScope, Operation, ResourceScope, Scope, Target};
pub use scope_set::{InvalidScopeSet, ScopeSet};
