//! The backend against real servers: the checks every backend must pass, several nodes over one
//! instance, and servers that die.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a surprise in a test is a failed test"
)]

mod contract;
mod cut;
mod earlier;
mod encrypted;
mod endings;
mod idle;
mod instance;
mod nodes;
mod registry;
mod reindex;
mod restart;
mod too_costly;
mod verify;
