//! The backend against real servers: the checks every backend must pass, and several nodes over one
//! instance.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

mod contract;
mod instance;
mod reindex;
