//! XML and JSON say the same.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

mod bad;
mod form;
mod round_trip;
mod same;
