//! The authorization server's endpoints: forms in, JSON out; what they mean is `cresset_auth`'s.

mod answer;
mod discovery;
mod introspect;
mod revoke;
mod token;

pub use discovery::{server_metadata, smart_configuration};
pub use introspect::introspect;
pub use revoke::revoke;
pub use token::token;
