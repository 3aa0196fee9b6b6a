//! One instance's data in PostgreSQL: the only room that knows this driver.
//!
//! An instance is a schema with a role of its own on one cluster. Any number of nodes read and
//! write it: whoever writes holds the one row of the table `writer`, and with it decides alone, in
//! memory, what becomes of everything that waits on its node; then everything is written in one
//! round trip (`writer`). Readers ask within one snapshot. What a search means is decided by
//! the planner of `cresset-store`, whose questions are answered beforehand (`lookups`); here its
//! statements are run. Bodies are kept as they go on the wire, compressed.
//!
//! This room decides nothing about FHIR and nothing about who may do what: an `Access` comes in
//! with every call, and its restriction goes into the statement that answers it.
//!
//! Start with [`Cluster`] for a server, [`PostgresStore`] for one instance, and [`Registry`] for what
//! nodes know of all.

mod catalog;
mod cluster;
mod connections;
mod deadline;
mod defined;
mod endings;
mod fault;
mod indexing;
mod lease;
mod lookups;
mod outcome;
mod registry;
mod row;
mod schema;
mod shared;
mod snapshot;
mod statistics;
mod store;
mod time;
mod training;
mod value;
mod writer;

pub use cluster::{Cluster, ClusterError};
pub use registry::{Change, Entry, Registry};
pub use store::{Options, PostgresStore};
