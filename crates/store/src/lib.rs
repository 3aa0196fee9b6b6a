//! What a backend must offer, and the planner that turns a query and an `Access` into one statement.
//!
//! CONTRACT. There is no read without an [`cresset_access::Access`]. A write is a list of
//! [`Change`]s that commit together or not at all; it is acknowledged after the commit is durable.

pub mod grant;
pub mod store;
pub mod write;

pub use store::{Cursor, Error, Found, HistoryPage, SearchPage, Store, Version};
pub use write::{Change, Draft, Precondition, Refusal, Written};
