//! The audit trail: a journal that takes records at once, and a chain of sealed blocks.
//!
//! A record of a read is appended to the [`journal`], a file, before the answer leaves: that costs
//! a microsecond, and the operating system has it even if this process dies. The next commit, a
//! tenth of a second later at most, moves what waits there into one [`block`] of the database,
//! together with the records of the changes it commits. A block's seal is a hash over its records
//! and the seal before it; [`verify`] recomputes all of them.
//!
//! [`line`](mod@line) is a record as text, [`trail`] finds records again.

pub(crate) mod block;
pub(crate) mod journal;
pub(crate) mod line;
pub(crate) mod trail;
pub(crate) mod verify;

pub(crate) use journal::Journal;
