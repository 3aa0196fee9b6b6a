//! The only room that knows HTTP: requests in, responses out.
//!
//! [`router`] is the map of everything that can be asked; each handler extracts ([`extract`]),
//! calls one service and renders. [`envelope`] wraps every request once: correlation id, time
//! limit, panics, headers, and the rendering of whatever went wrong ([`failure`]). [`instance`] finds
//! the instance a route names; nothing else decides it. Pages ([`pages`]) are server-rendered and
//! need no script, but for those that ask a device for a passkey.
//!
//! No FHIR rule, no OAuth rule and no policy is decided here.
//!
//! Start with [`router`], then [`envelope`]; [`serve()`] is what the binary calls.

pub mod app;
mod asynchronous;
pub mod audit;
mod compression;
mod content;
pub mod cookie;
pub mod correlation;
pub mod cors;
pub mod envelope;
pub mod extract;
pub mod failure;
mod fhir;
pub mod http_date;
pub mod instance;
mod oauth;
mod outside;
mod pages;
mod path;
pub mod platform;
pub mod render;
pub mod router;
pub mod serve;

pub use app::App;
pub use platform::{Platform, Validators};
pub use serve::serve;
