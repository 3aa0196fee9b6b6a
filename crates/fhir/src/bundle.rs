//! Bundles out (search results, histories) and in (transactions).
//!
//! A Bundle is written by hand around the stored bytes of its resources: nothing is parsed.

pub mod history;
pub mod link;
pub mod searchset;
pub mod transaction;
pub(crate) mod write;

pub use link::{Link, Relation};
