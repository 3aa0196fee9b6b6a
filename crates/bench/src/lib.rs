//! The load generator and the baselines that say what its numbers are worth.
//!
//! A figure alone says little: it depends on the machine and its mood. So every figure stands
//! beside a baseline of the same run, on the same machine, with the same bytes: a bare axum handler
//! for reads and searches, a bare SQLite table for creates, bare SQLite tables of the same shape
//! for an import ([`baseline`]). [`load`] drives any FHIR base over plain HTTP/1.1 and is cheap
//! enough that the server is what is measured. [`scenario`] says what is measured, [`figures`]
//! how it is shown; [`growth`] is the table of what grows with the data. [`workload`] puts any two servers through the same work.
//!
//! This room does not know how Cresset works inside: it starts the binary and asks over HTTP; what can
//! only be done inside is asked of a [`product`]. It knows SQLite, because its baselines are written in it.
//!
//! Start with [`scenario`].

pub mod baseline;
pub mod figures;
pub mod growth;
pub mod load;
pub mod process;
pub mod product;
pub mod sample;
pub mod scenario;
pub mod workload;

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file, a process or a connection failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A baseline's database failed.
    #[error("the baseline's database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What was measured did not do what it should.
    #[error("{0}")]
    Unexpected(String),
}

/// The result of a measurement.
pub type Result<T> = std::result::Result<T, Error>;

/// A failed measurement in words.
pub(crate) fn unexpected<T>(what: impl Into<String>) -> Result<T> {
    Err(Error::Unexpected(what.into()))
}
