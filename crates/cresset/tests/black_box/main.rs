//! The real binary, started on a free port over an empty data directory, and asked over HTTP.
//!
//! [`server`] starts, kills and restarts it; [`client`] asks and looks at every answer for what must
//! be there (correlation ids) and what must never be (another owner's canary). Each other file is
//! one group of promises. What needs a clock that stands still or a router without a socket is
//! tested in `crates/web/tests`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in the functions its cases share"
)]

mod audit_export;
mod authorization;
mod bad_bodies;
mod bad_requests;
mod bench_auth;
mod browser;
mod bundles;
mod client;
mod clients;
mod cluster;
mod conditions;
mod crash;
mod defined;
mod disk_full;
mod isolation;
mod later;
mod paging;
mod registry;
mod resources;
mod rolling;
mod scopes;
mod server;
mod two_nodes;
mod versions;
mod workloads;
