//! One instance's data in SQLite: the only room that knows this driver.
//!
//! An instance is a directory with one database. One thread writes and commits for many callers at
//! once (`writer`), any number of connections read (`readers`); both meet only in the database
//! and in a few tables of names held in memory (`shared`). What a search means is decided by the
//! planner of `cresset-store`; here its statements are run. Bodies are kept as they go on the wire,
//! compressed.
//!
//! This room decides nothing about FHIR and nothing about who may do what: an `Access` comes in
//! with every call, and its restriction goes into the statement that answers it.
//!
//! Start with [`SqliteStore`] for one instance and [`DataDirectory`] for all of them.

mod audit;
mod catalog;
mod code_systems;
mod connection;
mod current;
mod directory;
mod fault;
mod identity;
mod index;
mod json;
mod lookups;
mod readers;
mod row;
mod schema;
mod shared;
mod store;
mod training;
mod verify;
mod writer;

pub(crate) use cresset_store::backend::{codec, instant, sizes};

pub use code_systems::SqliteCodeSystemLoader;
pub use directory::{Bases, DataDirectory, DirectoryError, OfInstance, Options};
pub use store::{Figures, SqliteStore};
