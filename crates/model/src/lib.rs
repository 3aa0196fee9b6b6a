//! A resource as a lossless tree: member order, numbers as written, primitive extensions.
//!
//! [`parse()`] turns bytes into a [`Tree`] within [`Bounds`] and refuses what JSON leaves open
//! (duplicate keys, lone surrogates, trailing content). [`Element`] is a cheap copyable cursor into
//! it. [`Unstamped`] is a resource body without the facts only the store knows (id, version, time)
//! and becomes wire bytes by splicing, never by parsing again. [`Value`] is for those who edit.
//!
//! A tree is one flat arena: nodes in document order, each knowing where its subtree ends, with all
//! text in one buffer. Nothing here recurses, so depth costs memory that [`Bounds`] limits, never
//! stack. A number is text until someone computes with it.
//!
//! This room knows no FHIR beyond `resourceType`, `id` and `meta`: what a member means, and whether
//! it may be there, is for `definitions` and `validate`.
//!
//! Start with [`parse()`], then [`element`].

pub mod element;
pub mod parse;
pub mod stamp;
pub mod value;
mod write;

pub use element::{Element, Kind, Tree};
pub use parse::{Bounds, Fault, FaultKind, parse, place};
pub use stamp::{Stamp, Unstamped};
pub use value::{Step, Value};
pub use write::string as write_string;
