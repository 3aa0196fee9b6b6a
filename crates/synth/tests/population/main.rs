//! What a population promises to those who read it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by failing"
)]

mod certification;
mod coherence;
mod must_support;
mod proportions;
mod references;
mod same_seed;
mod us_core;
mod world;
mod written;
