//! The words every other room uses: instance names, resource ids, time, randomness, limits, secrets.
//!
//! This room does no I/O and knows nothing of FHIR beyond the grammar of an id. Time and
//! randomness are traits ([`Clock`], [`Rng`]) so that a test can hold them still; the real ones
//! live in the binary. Every bound in the system is a field of [`Limits`].
//!
//! Start with [`name`] for the identifiers and [`limits`] for the bounds.

pub mod clock;
pub mod limits;
pub mod name;
pub mod rng;
pub mod secret;

pub use clock::{Clock, Timestamp};
pub use limits::Limits;
pub use name::{InstanceName, InvalidName, ResourceId};
pub use rng::Rng;
pub use secret::Secret;
