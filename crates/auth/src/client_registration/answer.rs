//! What is answered to an app that registers itself.

use std::borrow::Cow;

use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::grant::{App, ClientType};
use serde_json::Value;

use crate::app::has_keys;
use crate::bearer::BearerError;

/// The error codes of RFC 7591 §3.2.2 that occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationCode {
    /// A redirect URI that codes must not be sent to, or none.
    RedirectUri,
    /// Anything else that is said of the app.
    Metadata,
    /// A signed statement, of which this server trusts no signer.
    SoftwareStatement,
}

impl RegistrationCode {
    /// The code as it stands in `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RedirectUri => "invalid_redirect_uri",
            Self::Metadata => "invalid_client_metadata",
            Self::SoftwareStatement => "unapproved_software_statement",
        }
    }
}

/// Why a registration was not made, shown, changed or ended.
#[derive(Debug, thiserror::Error)]
pub enum ClientRegistrationError {
    /// The instance takes no such registrations: there is nothing here.
    #[error("apps do not register themselves at this practice; ask it for a link")]
    Off,
    /// A life of an initial access token that is no number of days.
    #[error("an initial access token lives 1 to {0} days")]
    Days(u32),
    /// The metadata is at fault: 400.
    #[error("{}: {description}", code.as_str())]
    Refused {
        /// `error`
        code: RegistrationCode,
        /// `error_description`: what to change.
        description: Cow<'static, str>,
    },
    /// There is no token, or it is not one for this (RFC 6750 §3).
    #[error(transparent)]
    Token(BearerError),
    /// One address sent too many requests: 429.
    #[error("too many registrations came from this address")]
    TooMany {
        /// For `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// As many apps registered themselves as may: 403.
    #[error("this practice takes no more apps that register themselves; ask it for a link")]
    Full,
    /// The store is at fault.
    #[error("{0}")]
    Store(StoreError),
}

impl ClientRegistrationError {
    pub(super) fn refused(
        code: RegistrationCode,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Refused {
            code,
            description: description.into(),
        }
    }

    pub(super) fn metadata(description: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(RegistrationCode::Metadata, description)
    }
}

/// What an app is registered with, as it is told itself (RFC 7591 §3.2.1).
#[derive(Debug)]
pub struct ClientInformation {
    pub(super) app: App,
    pub(super) secret: Option<Secret<String>>,
    pub(super) token: Secret<String>,
    pub(super) address: String,
}

#[derive(serde::Serialize)]
struct Body<'i> {
    client_id: &'i str,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'i str>,
    /// 0: it does not end by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<u8>,
    registration_access_token: &'i str,
    registration_client_uri: &'i str,
    client_name: &'i str,
    redirect_uris: &'i [String],
    grant_types: &'i [String],
    response_types: [&'static str; 1],
    token_endpoint_auth_method: &'static str,
    scope: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'i str>,
}

impl ClientInformation {
    /// The JSON body; it holds plain secrets and is for the wire alone.
    pub fn body(&self) -> Secret<String> {
        let (app, details) = (&self.app, &self.app.details);
        let keys = details.jwks.as_deref();
        let secret = self.secret.as_ref().map(|secret| secret.expose().as_str());
        let body = Body {
            client_id: &app.client_id,
            client_id_issued_at: app.registered.as_second(),
            client_secret: secret,
            client_secret_expires_at: secret.map(|_| 0),
            registration_access_token: self.token.expose(),
            registration_client_uri: &self.address,
            client_name: &app.name,
            redirect_uris: &details.redirect_uris,
            grant_types: &app.grant_types,
            response_types: ["code"],
            token_endpoint_auth_method: method(app),
            scope: &app.scopes,
            jwks: keys.and_then(|keys| serde_json::from_str(keys).ok()),
            jwks_uri: details.jwks_uri.as_deref(),
        };
        Secret::new(serde_json::to_string(&body).unwrap_or_default())
    }
}

/// How the app proves itself. A secret is taken by Basic and in the form alike.
fn method(app: &App) -> &'static str {
    match app.details.client_type {
        ClientType::Public => "none",
        ClientType::Confidential if has_keys(&app.details) => "private_key_jwt",
        ClientType::Confidential => "client_secret_basic",
    }
}
