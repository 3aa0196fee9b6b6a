//! (grant, user, scopes) → [`Access`]: what one caller may see and do. Pure.
//!
//! CONTRACT. The store asks [`Access::restriction`] for every type it touches and puts the answer
//! into the same statement, before any LIMIT. An `Access` can only be made here: from the scopes of
//! a grant, or by the system itself with a named reason.

pub mod access;

pub use access::{Access, Filter, Restriction, SystemReason, Verb};
