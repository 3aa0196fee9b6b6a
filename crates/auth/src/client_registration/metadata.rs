//! What an app says of itself (RFC 7591 §2), and the app that amounts to.
//!
//! Members that are not listed here are passed over, as §2 wants it; so are addresses of pictures
//! and pages, which nobody has checked. Whether the app is usable is judged where every app is.

use cresset_access::{NamedScope, Scope, ScopeSet};
use cresset_base::Limits;
use cresset_store::grant::{App, AppDetails, ClientType};
use cresset_store::{ClientRegistration, Error as StoreError};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::error::Category;

use super::answer::{ClientRegistrationError, RegistrationCode};
use crate::app::NewApp;
use crate::credential::{hash, is_same};
use crate::grant::GrantType;

/// The members that matter. `serde` refuses one that stands twice.
#[derive(Deserialize)]
pub(super) struct Metadata {
    client_id: Option<String>,
    client_secret: Option<String>,
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    scope: Option<String>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    software_statement: Option<IgnoredAny>,
    registration_access_token: Option<IgnoredAny>,
    registration_client_uri: Option<IgnoredAny>,
    client_secret_expires_at: Option<IgnoredAny>,
    client_id_issued_at: Option<IgnoredAny>,
}

impl Metadata {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ClientRegistrationError> {
        // `serde` would take an array for the members in order.
        if body.trim_ascii_start().first() != Some(&b'{') {
            let text = "the body is not a JSON object of client metadata";
            return Err(ClientRegistrationError::metadata(text));
        }
        serde_json::from_slice(body).map_err(|error| {
            let what = match error.classify() {
                Category::Data => "a member is of another type than it has, or stands twice",
                _ => "the body is not JSON",
            };
            let (line, column) = (error.line(), error.column());
            let text = format!("{what}: line {line}, column {column}");
            ClientRegistrationError::metadata(text)
        })
    }

    /// What the app is to be, as far as this instance lets apps register themselves.
    pub(super) fn new_app(
        self,
        allowed: &ClientRegistration,
        limits: &Limits,
    ) -> Result<NewApp, ClientRegistrationError> {
        if self.software_statement.is_some() {
            let text = "this server trusts no signer of software statements; leave it out";
            return Err(ClientRegistrationError::refused(
                RegistrationCode::SoftwareStatement,
                text,
            ));
        }
        let responses = self.response_types.as_deref().unwrap_or_default();
        if responses.iter().any(|of| of != "code") {
            let text = "the only response_type of this server is code";
            return Err(ClientRegistrationError::metadata(text));
        }
        let grant_types = grant_types(self.grant_types.as_deref())?;
        let client_type = self.client_type()?;
        let scopes = scopes(self.scope.as_deref(), &grant_types, allowed, limits)?;
        let name = self.client_name.ok_or_else(|| {
            ClientRegistrationError::metadata("client_name is missing; people are shown it")
        })?;
        Ok(NewApp {
            name,
            scopes: scopes.to_string(),
            grant_types,
            patient_tokens: false,
            details: AppDetails {
                client_type,
                redirect_uris: self.redirect_uris,
                jwks: self.jwks.map(|keys| keys.to_string()),
                jwks_uri: self.jwks_uri,
                ..AppDetails::default()
            },
        })
    }

    /// RFC 7591 §2, `token_endpoint_auth_method`: keys go with a method that uses them.
    fn client_type(&self) -> Result<ClientType, ClientRegistrationError> {
        let has_keys = self.jwks.is_some() || self.jwks_uri.is_some();
        let method = self.token_endpoint_auth_method.as_deref();
        let text = match (method.unwrap_or("client_secret_basic"), has_keys) {
            ("none", _) => return Ok(ClientType::Public),
            ("client_secret_basic" | "client_secret_post", false) | ("private_key_jwt", true) => {
                return Ok(ClientType::Confidential);
            }
            ("private_key_jwt", false) => "an app that uses private_key_jwt gives jwks or jwks_uri",
            ("client_secret_basic" | "client_secret_post", true) => {
                "jwks and jwks_uri go with the token_endpoint_auth_method private_key_jwt"
            }
            _ => {
                "token_endpoint_auth_method is none, client_secret_basic, client_secret_post or private_key_jwt"
            }
        };
        Err(ClientRegistrationError::metadata(text))
    }

    /// What RFC 7592 §2.2 asks of an update besides.
    pub(super) fn check_update(&self, app: &App) -> Result<(), ClientRegistrationError> {
        let refused = |text| Err(ClientRegistrationError::metadata(text));
        if self.client_id.as_ref() != Some(&app.client_id) {
            return refused("client_id is missing or not that of the registration");
        }
        let of_server = [
            &self.registration_access_token,
            &self.registration_client_uri,
            &self.client_secret_expires_at,
            &self.client_id_issued_at,
        ];
        if of_server.iter().any(|member| member.is_some()) {
            return refused(
                "registration_access_token, registration_client_uri, client_secret_expires_at and client_id_issued_at are not for the app to set",
            );
        }
        let is_own = |secret: &String| {
            app.secret
                .is_some_and(|stored| is_same(stored, hash(secret)))
        };
        if self
            .client_secret
            .as_ref()
            .is_some_and(|secret| !is_own(secret))
        {
            return refused("client_secret is not the one the app has; it cannot be chosen");
        }
        Ok(())
    }
}

/// Without a person nobody has decided that the app may have anything.
fn grant_types(names: Option<&[String]>) -> Result<Vec<GrantType>, ClientRegistrationError> {
    let Some(names) = names else {
        return Ok(vec![GrantType::AuthorizationCode]);
    };
    let of_people = [GrantType::AuthorizationCode, GrantType::RefreshToken];
    let is_known = |name: &String| of_people.iter().any(|grant| grant.as_str() == name);
    let text = if !names.iter().all(is_known) {
        "apps that register themselves use authorization_code and refresh_token; ask the practice for others"
    } else if !names.iter().any(|name| name == of_people[0].as_str()) {
        "grant_types holds authorization_code, without which there is nothing to refresh"
    } else {
        let is_named = |grant: &GrantType| names.iter().any(|name| name == grant.as_str());
        return Ok(of_people.into_iter().filter(is_named).collect());
    };
    Err(ClientRegistrationError::metadata(text))
}

/// What is both asked and allowed; all that is allowed where nothing is asked. Scopes that ask for a
/// refresh token go with the grant that uses one.
fn scopes(
    asked: Option<&str>,
    grant_types: &[GrantType],
    allowed: &ClientRegistration,
    limits: &Limits,
) -> Result<ScopeSet, ClientRegistrationError> {
    let allowed = ScopeSet::parse(&allowed.scopes, limits)
        .map_err(|error| StoreError::failed(format!("scopes of the settings: {error}")))?
        .retain(|scope: &Scope| GrantType::AuthorizationCode.gives(scope))
        .retain(|scope| !is_of_refresh(scope) || grant_types.contains(&GrantType::RefreshToken));
    let Some(asked) = asked else {
        return Ok(allowed);
    };
    let asked = ScopeSet::parse(asked, limits)
        .map_err(|error| ClientRegistrationError::metadata(error.to_string()))?;
    let granted = asked.narrow(&allowed);
    if granted.is_empty() {
        let text = "apps that register themselves may have none of these scopes here";
        return Err(ClientRegistrationError::metadata(text));
    }
    Ok(granted)
}

fn is_of_refresh(scope: &Scope) -> bool {
    let of_refresh = [NamedScope::OfflineAccess, NamedScope::OnlineAccess];
    of_refresh
        .iter()
        .any(|named| *scope == Scope::Named(*named))
}
