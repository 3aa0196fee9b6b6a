//! The authorization server's endpoints: forms in, JSON out; what they mean is `cresset_auth`'s.

mod answer;
mod authorize;
mod discovery;
mod identity;
mod introspect;
mod push;
mod register;
mod revoke;
mod smart_style;
mod token;

pub(crate) use authorize::{authorize, ended};
pub(crate) use discovery::{server_metadata, smart_configuration};
pub(crate) use identity::{jwks, userinfo};
pub(crate) use introspect::introspect;
pub(crate) use push::push;
pub(crate) use register::{change_registration, end_registration, register, registration};
pub(crate) use revoke::revoke;
pub(crate) use smart_style::smart_style;
pub(crate) use token::token;
