//! What tests hold still: time, randomness, and strings that must not leak.
//!
//! [`ManualClock`] moves only when told to, [`SeededRng`] gives the same bytes for the same seed,
//! and [`canary()`] makes values that betray the patient or instance they belong to, so that
//! [`foreign_canaries`] can search any answer for what it should not hold. [`postgres`] starts a server.
//!
//! This room is for tests alone: no product crate depends on it outside `dev-dependencies`. The
//! real clock and the operating system's randomness live in the binary.

pub mod canary;
pub mod manual_clock;
pub mod postgres;
pub mod seeded_rng;

pub use canary::{Found, canaries_in, canary, foreign_canaries};
pub use manual_clock::ManualClock;
pub use seeded_rng::SeededRng;
