//! The token endpoint: one file per grant.

mod authorization_code;
mod client_credentials;
mod family;
mod patient_token;
mod refresh_token;

use cresset_access::Scope;
use cresset_base::{ResourceId, Secret, Timestamp};
use cresset_store::Error as StoreError;
use cresset_store::grant::{App, Hashed, Token};
use cresset_store::note::{self, deciding};
use jiff::SignedDuration;

use crate::credential::{Kind, token};
use crate::dpop::Proofs;
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::{Form, Request};
use crate::server::AuthServer;

/// A way to get a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// `client_credentials` (RFC 6749 §4.4): the app for itself, nobody present.
    ClientCredentials,
    /// `authorization_code` (RFC 6749 §4.1): the app for a person who allowed it.
    AuthorizationCode,
    /// `refresh_token` (RFC 6749 §6): the same again, without the person.
    RefreshToken,
}

impl GrantType {
    /// Every one.
    pub const ALL: [Self; 3] = [
        Self::ClientCredentials,
        Self::AuthorizationCode,
        Self::RefreshToken,
    ];

    /// As it stands in `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// The grant of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.as_str() == name)
    }

    /// Whether a token of this grant can carry the scope.
    pub fn gives(self, scope: &Scope) -> bool {
        match self {
            Self::ClientCredentials => client_credentials::gives(scope),
            Self::AuthorizationCode => authorization_code::gives(scope),
            // It gives again what a code gave.
            Self::RefreshToken => false,
        }
    }
}

/// An answer of RFC 6749 §5.1. It is sent with `Cache-Control: no-store` and `Pragma: no-cache`.
#[derive(Debug, Clone)]
pub struct TokenResponse {
    /// `access_token`
    pub access_token: Secret<String>,
    /// `expires_in`, in seconds.
    pub expires_in: u32,
    /// `scope`: what was granted, which may be less than what was asked.
    pub scope: String,
    /// `refresh_token`, where the person allowed one.
    pub refresh_token: Option<Secret<String>>,
    /// `id_token`, where the app asked who the person is.
    pub id_token: Option<Secret<String>>,
    /// What is in context, where something is.
    pub launch: Option<LaunchContext>,
    /// Thumbprint of the key it is bound to.
    pub key: Option<Hashed>,
    /// The person who allowed it; not told to the app.
    pub user: Option<String>,
}

/// What a token is about, as SMART App Launch 2.2 ("Launch context arrives with your access
/// token") tells the app.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LaunchContext {
    /// The patient in context.
    pub patient: String,
    /// The encounter in context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<String>,
    /// Whether the app must show whose record it shows: no page of ours is around it.
    pub need_patient_banner: bool,
    /// Where a document with the colours and sizes of our pages lies.
    pub smart_style_url: String,
    /// What else is in context.
    #[serde(rename = "fhirContext", skip_serializing_if = "Vec::is_empty")]
    pub fhir_context: Vec<ContextReference>,
}

/// One resource in context.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ContextReference {
    /// Such as `DocumentReference/1`.
    pub reference: String,
}

#[derive(serde::Serialize)]
struct Body<'r> {
    access_token: &'r str,
    token_type: &'static str,
    expires_in: u32,
    scope: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'r str>,
    #[serde(flatten)]
    launch: Option<&'r LaunchContext>,
}

impl TokenResponse {
    /// The JSON body; it holds the plain token and is for the wire alone.
    pub fn body(&self) -> Secret<String> {
        let body = Body {
            access_token: self.access_token.expose(),
            token_type: token_type(self.key),
            expires_in: self.expires_in,
            scope: &self.scope,
            refresh_token: self.refresh_token.as_ref().map(|t| t.expose().as_str()),
            id_token: self.id_token.as_ref().map(|t| t.expose().as_str()),
            launch: self.launch.as_ref(),
        };
        Secret::new(serde_json::to_string(&body).unwrap_or_default())
    }
}

/// What an access token is to be.
pub(crate) struct Issue {
    pub(crate) app: App,
    pub(crate) scope: String,
    pub(crate) patient: Option<ResourceId>,
    pub(crate) lifetime_s: u32,
    pub(crate) key: Option<Hashed>,
}

/// `token_type` of a token that is bound to this key, or to none.
pub(crate) fn token_type(key: Option<Hashed>) -> &'static str {
    if key.is_some() { "DPoP" } else { "Bearer" }
}

impl AuthServer {
    /// The token endpoint.
    ///
    /// # Errors
    /// The answers of RFC 6749 §5.2, 429, or that the store failed.
    pub async fn token(&self, request: Request<'_>) -> Result<TokenResponse, AuthError> {
        let form = Form::new(request.form, &self.settings.limits)?;
        let name = form.get("grant_type").ok_or_else(|| {
            Refusal::request(
                "grant_type is missing; send it in the form, for example grant_type=client_credentials",
            )
        })?;
        let grant_type = GrantType::parse(name).ok_or_else(|| {
            let description = "this grant_type is not offered; use authorization_code, refresh_token or client_credentials";
            Refusal::new(ErrorCode::UnsupportedGrantType, description)
        })?;
        let app = self.identify(request.authorization, &form).await?;
        request.asker.is_app(&app.client_id);
        if !app.grant_types.iter().any(|g| g == grant_type.as_str()) {
            let description = "this app is not registered for this grant_type";
            return Err(Refusal::new(ErrorCode::UnauthorizedClient, description).into());
        }
        let proofs = Proofs {
            headers: request.proofs,
            method: "POST",
            url: &self.token_endpoint(),
        };
        let key = self.proved_key(proofs, None).await?;
        let response = match grant_type {
            GrantType::ClientCredentials => self.client_credentials(app, &form, key).await,
            GrantType::AuthorizationCode => self.authorization_code(app, &form, key).await,
            GrantType::RefreshToken => self.refresh_token(app, &form, key).await,
        }?;
        let patient = response.launch.as_ref().map(|launch| &*launch.patient);
        request.asker.is_for(response.user.as_deref(), patient);
        Ok(response)
    }

    /// Issues an access token and stores its hash; durable when it returns.
    pub(crate) async fn issue(&self, issue: Issue) -> Result<TokenResponse, StoreError> {
        let access_token = self.generate(Kind::AccessToken);
        let issued = self.clock.now();
        let patient = issue.patient.as_ref().map(ToString::to_string);
        if let Some(patient) = &patient {
            note::is_of(patient);
        }
        let token = Token {
            hash: token::key(access_token.expose()),
            client_id: issue.app.client_id,
            scopes: issue.scope.clone(),
            patient: patient.clone(),
            consent: None,
            issued,
            expires: end_of_life(issued, issue.lifetime_s),
            key: issue.key,
        };
        deciding(self.store.add_token(token)).await?;
        let launch = patient.map(|patient| LaunchContext {
            patient,
            encounter: None,
            need_patient_banner: true,
            smart_style_url: self.smart_style_url(),
            fhir_context: Vec::new(),
        });
        Ok(TokenResponse {
            access_token,
            expires_in: issue.lifetime_s,
            scope: issue.scope,
            refresh_token: None,
            id_token: None,
            launch,
            key: issue.key,
            user: None,
        })
    }
}

fn end_of_life(issued: Timestamp, lifetime_s: u32) -> Timestamp {
    let lifetime = SignedDuration::from_secs(i64::from(lifetime_s));
    issued.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}
