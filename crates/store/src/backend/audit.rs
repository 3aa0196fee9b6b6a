//! What the audit trails of all backends are made of.
//!
//! A record of a read is appended to the [`journal`], a file, before the answer leaves: that costs
//! a microsecond, and the operating system has it even if this process dies. The next commit, a
//! tenth of a second later at most, moves what waits there into one [`Block`], together with the
//! records of the changes it commits. A block's seal is a hash over its records and the seal before it.

pub mod block;
pub mod journal;
pub mod line;
mod sift;

pub use block::Block;
pub use journal::{Journal, Lines};
pub use sift::Sift;
