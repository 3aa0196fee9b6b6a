//! The discovery documents. They list what works, nothing else.

use crate::client_authentication::METHODS;
use crate::grant::GrantType;
use crate::server::{AuthServer, AuthSettings};

/// Scopes worth naming; any that the grammar allows can be asked for.
pub const SCOPES_SUPPORTED: [&str; 8] = [
    "system/*.cruds",
    "system/*.rs",
    "system/*.read",
    "system/*.write",
    "user/*.cruds",
    "user/*.rs",
    "user/*.read",
    "user/*.write",
];

/// The capabilities of SMART App Launch 2.2 that this server has.
pub const CAPABILITIES: [&str; 4] = [
    "client-confidential-symmetric",
    "permission-user",
    "permission-v1",
    "permission-v2",
];

/// Both documents, rendered once.
pub(crate) struct Documents {
    smart: String,
    oauth: String,
}

/// RFC 8414 §2, and the part of it that SMART shares.
#[derive(serde::Serialize)]
struct Endpoints {
    token_endpoint: String,
    token_endpoint_auth_methods_supported: [&'static str; 2],
    grant_types_supported: [&'static str; 1],
    scopes_supported: [&'static str; 8],
    response_types_supported: [&'static str; 0],
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: [&'static str; 2],
}

#[derive(serde::Serialize)]
struct SmartConfiguration<'s> {
    #[serde(flatten)]
    endpoints: &'s Endpoints,
    capabilities: [&'static str; 4],
}

#[derive(serde::Serialize)]
struct AuthorizationServerMetadata<'s> {
    issuer: &'s str,
    #[serde(flatten)]
    endpoints: &'s Endpoints,
}

impl Documents {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        let issuer = &settings.issuer;
        let endpoints = &Endpoints {
            token_endpoint: format!("{issuer}/token/"),
            token_endpoint_auth_methods_supported: METHODS,
            grant_types_supported: GrantType::ALL.map(GrantType::as_str),
            scopes_supported: SCOPES_SUPPORTED,
            response_types_supported: [],
            introspection_endpoint: format!("{issuer}/introspect/"),
            introspection_endpoint_auth_methods_supported: METHODS,
            revocation_endpoint: format!("{issuer}/revoke/"),
            revocation_endpoint_auth_methods_supported: METHODS,
        };
        let smart = SmartConfiguration {
            endpoints,
            capabilities: CAPABILITIES,
        };
        let oauth = AuthorizationServerMetadata { issuer, endpoints };
        Self {
            smart: serde_json::to_string_pretty(&smart).unwrap_or_default(),
            oauth: serde_json::to_string_pretty(&oauth).unwrap_or_default(),
        }
    }
}

impl AuthServer {
    /// `{fhir base}/.well-known/smart-configuration` (SMART App Launch 2.2 §4): a JSON body.
    ///
    /// `issuer`, `authorization_endpoint`, `jwks_uri` and `code_challenge_methods_supported` are
    /// absent because nothing here launches an app or signs an identity.
    pub fn smart_configuration(&self) -> &str {
        &self.documents.smart
    }

    /// RFC 8414 §3: a JSON body. For an issuer with a path the document lies at
    /// `/.well-known/oauth-authorization-server{path}` of its host.
    pub fn authorization_server_metadata(&self) -> &str {
        &self.documents.oauth
    }
}
