//! OAuth 2.0 and SMART: apps, tokens, and who a caller is. One [`AuthServer`] per instance.
//!
//! Apps are registered ([`app`]) and authenticate themselves ([`client_authentication`], with a
//! signature [`client_assertion`]), or developers ask for them by a link ([`registration`]), or they
//! register themselves ([`client_registration`]); a grant, one file each under [`grant`], turns that
//! into an access token; [`bearer`] turns a token on a request into a [`Caller`] with the
//! [`cresset_access::Access`] the store demands; [`revocation`], [`introspection`] and [`discovery`]
//! are what their standards say. At the base of a [`front`] several practices answer.
//!
//! Tokens and secrets are 256 random bits. The plain value leaves once, in a
//! [`cresset_base::Secret`]; what is stored, cached and compared is its SHA-256.
//!
//! This room knows no HTTP: form pairs and the text of `Authorization` headers come in, typed
//! answers and a closed set of errors go out ([`error`]), and the web layer renders them. It has no
//! policy about resources (that is `access`) and keeps nothing that must survive (that is `store`).
//!
//! Start with [`server`].

pub mod app;
pub mod authorize;
pub mod bearer;
pub mod client_assertion;
pub mod client_authentication;
pub mod client_registration;
pub mod connected;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod form;
pub mod front;
pub mod grant;
pub mod identity;
pub mod introspection;
pub mod key_set;
pub mod launch;
pub mod logo;
pub mod mandate;
pub mod passkey;
pub mod password;
pub mod password_link;
pub mod redirect_uri;
pub mod registration;
pub mod revocation;
pub mod rights;
pub mod sandbox;
pub mod second_factor;
pub mod server;
pub mod session;
pub mod user;

mod credential;
mod failures;
mod key_sets;
mod letter;
mod origin;
mod token_cache;
mod told;

pub use app::{AppError, NewApp, Registered};
pub use bearer::{BearerError, Caller, INSUFFICIENT_SCOPE_CHALLENGE, Presented};
pub use credential::token::key as token_key;
pub use dpop::Proofs;
pub use error::{AuthError, ErrorCode, Refusal};
pub use form::{Asker, Request};
pub use grant::{GrantType, LaunchContext, TokenResponse};
pub use introspection::Introspection;
pub use mandate::Standing;
pub use registration::{AppRequest, RegistrationError};
pub use server::{AuthServer, AuthSettings};
