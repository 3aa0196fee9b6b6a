//! The audit trail: a journal that takes records at once, and a chain of sealed blocks.
//!
//! What they are made of is `cresset_store::backend::audit`. Here are the rows: [`mod@block`] adds
//! them with each commit, [`trail`] finds records again, and [`verify`] recomputes all seals.

pub(crate) mod block;
pub(crate) mod trail;
pub(crate) mod verify;
