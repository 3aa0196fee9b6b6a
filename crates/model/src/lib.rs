//! A resource as a lossless tree: member order, numbers as written, primitive extensions.
//!
//! CONTRACT. [`parse`] turns bytes into a [`Tree`] within [`Bounds`] and refuses what JSON leaves
//! open (duplicate keys, lone surrogates, trailing content); [`Element`] is a cheap copyable cursor
//! into it; [`Unstamped`] is a resource body without the facts only the store knows (id, version,
//! time) and becomes wire bytes by splicing, never by parsing again.

pub mod element;
pub mod parse;
pub mod stamp;

pub use element::{Element, Kind, Tree};
pub use parse::{Bounds, Fault, FaultKind, parse};
pub use stamp::{Stamp, Unstamped};
