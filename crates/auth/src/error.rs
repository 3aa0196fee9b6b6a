//! What an OAuth endpoint answers when it does not do what was asked.

use std::borrow::Cow;

use cresset_store::Error as StoreError;

/// The error codes of RFC 6749 §5.2 that occur here, and those of RFC 9449.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Missing, repeated or contradictory parameters.
    InvalidRequest,
    /// The app is not authenticated.
    InvalidClient,
    /// The app may not use this grant.
    UnauthorizedClient,
    /// There is no such grant here.
    UnsupportedGrantType,
    /// The code or refresh token is not one, or no longer.
    InvalidGrant,
    /// The scopes are malformed, unknown, or none of them is allowed.
    InvalidScope,
    /// The proof of a key proves nothing (RFC 9449 §5).
    InvalidDpopProof,
    /// The proof of a key must hold a nonce of this server (RFC 9449 §8).
    UseDpopNonce,
}

impl ErrorCode {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::InvalidGrant,
        Self::InvalidScope,
        Self::InvalidDpopProof,
        Self::UseDpopNonce,
    ];

    /// The code as it stands in `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }

    /// The HTTP status RFC 6749 §5.2 gives it.
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            _ => 400,
        }
    }
}

/// The way an app tried to authenticate, for the challenge of a 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// With an `Authorization` header: the answer carries `WWW-Authenticate: Basic`.
    Header,
    /// In the form, or not at all.
    Form,
}

/// An answer of RFC 6749 §5.2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct Refusal {
    /// `error`
    pub code: ErrorCode,
    /// `error_description`: what to change. Printable ASCII without `"` and `\`.
    pub description: Cow<'static, str>,
    /// How the app tried to authenticate.
    pub tried: Tried,
    /// The value of `DPoP-Nonce`, where the app is to use another one.
    pub nonce: Option<String>,
}

#[derive(serde::Serialize)]
struct Body<'r> {
    error: &'static str,
    error_description: &'r str,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: description.into(),
            tried: Tried::Form,
            nonce: None,
        }
    }

    pub(crate) fn request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The value of `WWW-Authenticate`, where the answer must carry one.
    pub fn challenge(&self) -> Option<&'static str> {
        let must = self.code == ErrorCode::InvalidClient && self.tried == Tried::Header;
        must.then_some("Basic realm=\"cresset\"")
    }

    /// The JSON body.
    pub fn body(&self) -> String {
        let body = Body {
            error: self.code.as_str(),
            error_description: &self.description,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// Why an OAuth endpoint did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The request is at fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// One app failed to authenticate too often: 429.
    #[error("too many failed authentications of one app")]
    TooManyFailures {
        /// For `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// One address sent too many requests: 429.
    #[error("too many requests of one address")]
    TooManyRequests {
        /// For `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// The store is at fault; its own error says how.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Passes over what could not be done after a change was made: what is left over of what ended opens
/// nothing, and the change is not to look as if it was not made.
pub(crate) fn left_over<E: std::fmt::Display>(done: Result<(), E>) {
    if let Err(error) = done {
        tracing::warn!(%error, "a change left something over");
    }
}
