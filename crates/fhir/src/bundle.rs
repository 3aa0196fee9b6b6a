//! Bundles out (search results, histories) and in (batches and transactions).
//!
//! A Bundle is written by hand around the stored bytes of its resources: nothing is parsed.

pub mod asynchronous;
pub mod full_url;
pub mod history;
pub mod link;
pub mod request;
pub mod searchset;
pub(crate) mod write;

pub use link::{Link, Relation};
