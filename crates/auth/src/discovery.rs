//! The discovery documents. They list what works, nothing else.

use crate::client_authentication::METHODS;
use crate::dpop;
use crate::grant::GrantType;
use crate::key_set::ALGORITHMS;
use crate::server::{AuthServer, AuthSettings, pushed_endpoint};

/// Scopes worth naming; any that the grammar allows can be asked for.
pub const SCOPES_SUPPORTED: [&str; 22] = [
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "launch/encounter",
    "offline_access",
    "online_access",
    "patient/*.cruds",
    "patient/*.rs",
    "patient/*.read",
    "patient/*.write",
    "user/*.cruds",
    "user/*.rs",
    "user/*.read",
    "user/*.write",
    "user/Note.read",
    "user/Note.write",
    "system/*.cruds",
    "system/*.rs",
    "system/*.read",
    "system/*.write",
];

/// The capabilities of SMART App Launch 2.2 that this server has.
pub const CAPABILITIES: [&str; 18] = [
    "client-confidential-asymmetric",
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "sso-openid-connect",
    "context-banner",
    "context-style",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
];

/// The documents, rendered once.
pub(crate) struct Documents {
    smart: String,
    oauth: String,
}

/// RFC 8414 §2, OpenID Connect Discovery §3, and what SMART shares with them.
#[derive(serde::Serialize)]
struct Metadata<'s> {
    issuer: &'s str,
    authorization_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed_authorization_request_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    token_endpoint: String,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: [&'static str; ALGORITHMS.len()],
    jwks_uri: String,
    userinfo_endpoint: String,
    grant_types_supported: [&'static str; GrantType::ALL.len()],
    scopes_supported: [&'static str; SCOPES_SUPPORTED.len()],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    code_challenge_methods_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    prompt_values_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    claims_supported: [&'static str; 11],
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: [&'static str; METHODS.len()],
    introspection_endpoint_auth_signing_alg_values_supported: [&'static str; ALGORITHMS.len()],
    #[serde(skip_serializing_if = "Option::is_none")]
    dpop_signing_alg_values_supported: Option<[&'static str; dpop::ALGORITHMS.len()]>,
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; ALGORITHMS.len()],
}

#[derive(serde::Serialize)]
struct SmartConfiguration<'s> {
    #[serde(flatten)]
    metadata: &'s Metadata<'s>,
    capabilities: [&'static str; CAPABILITIES.len()],
}

impl<'s> Metadata<'s> {
    fn new(settings: &'s AuthSettings) -> Self {
        let (issuer, options) = (settings.issuer.as_str(), settings.options);
        let pushed = || pushed_endpoint(issuer);
        let registration = || format!("{issuer}/register/");
        Self {
            issuer,
            authorization_endpoint: format!("{issuer}/authorize/"),
            pushed_authorization_request_endpoint: options.pushed_requests.then(pushed),
            registration_endpoint: settings
                .client_registration
                .as_ref()
                .map(|_| registration()),
            token_endpoint: format!("{issuer}/token/"),
            token_endpoint_auth_methods_supported: methods(),
            token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
            jwks_uri: format!("{issuer}/jwks"),
            userinfo_endpoint: format!("{issuer}/userinfo/"),
            grant_types_supported: GrantType::ALL.map(GrantType::as_str),
            scopes_supported: SCOPES_SUPPORTED,
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["RS256"],
            claims_supported: [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "amr",
                "nonce",
                "fhirUser",
                "name",
                "profile",
            ],
            introspection_endpoint: format!("{issuer}/introspect/"),
            introspection_endpoint_auth_methods_supported: METHODS,
            introspection_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
            dpop_signing_alg_values_supported: options.dpop.then_some(dpop::ALGORITHMS),
            revocation_endpoint: format!("{issuer}/revoke/"),
            revocation_endpoint_auth_methods_supported: methods(),
            revocation_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
        }
    }
}

/// Ways to be known where a public app may come too.
fn methods() -> Vec<&'static str> {
    METHODS.into_iter().chain(["none"]).collect()
}

impl Documents {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        let metadata = &Metadata::new(settings);
        let smart = SmartConfiguration {
            metadata,
            capabilities: CAPABILITIES,
        };
        Self {
            smart: serde_json::to_string_pretty(&smart).unwrap_or_default(),
            oauth: serde_json::to_string_pretty(metadata).unwrap_or_default(),
        }
    }
}

impl AuthServer {
    /// `{fhir base}/.well-known/smart-configuration` (SMART App Launch 2.2 §4): a JSON body.
    pub fn smart_configuration(&self) -> &str {
        &self.documents.smart
    }

    /// RFC 8414 §3 and OpenID Connect Discovery §4: a JSON body. For an issuer with a path the
    /// first lies at `/.well-known/oauth-authorization-server{path}` of its host, the second below
    /// the issuer.
    pub fn authorization_server_metadata(&self) -> &str {
        &self.documents.oauth
    }
}
