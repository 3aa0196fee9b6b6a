//! What a token is (RFC 7662).

use cresset_store::Error as StoreError;
use cresset_store::grant::Token;

use crate::bearer::Presented;
use crate::credential::{Kind, token};
use crate::dpop::thumbprint_text;
use crate::error::{AuthError, ErrorCode, Refusal, Tried};
use crate::form::{Form, Request};
use crate::grant::token_type;
use crate::server::AuthServer;

/// An answer of RFC 7662 §2.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Introspection {
    /// Not a live token of the asking app: `{"active":false}` and nothing else.
    Inactive,
    /// A live token.
    Active(Box<LiveToken>),
}

/// The members of an active answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LiveToken {
    active: bool,
    /// Granted scopes, as in the token response.
    pub scope: String,
    /// The app.
    pub client_id: String,
    /// `Bearer`, or `DPoP` for one that is bound to a key.
    pub token_type: &'static str,
    /// When it ends, in seconds since 1970 UTC.
    pub exp: i64,
    /// When it was issued, in seconds since 1970 UTC.
    pub iat: i64,
    /// Who the token stands for; without a user, the app.
    pub sub: String,
    /// The FHIR base it is for.
    pub aud: String,
    /// The authorization server.
    pub iss: String,
    /// The key it is bound to (RFC 9449 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// The patient in context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// The encounter in context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<String>,
    /// The person's own resource.
    #[serde(rename = "fhirUser", skip_serializing_if = "Option::is_none")]
    pub fhir_user: Option<String>,
}

/// What whoever uses a token must confirm (RFC 7800).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Confirmation {
    /// Thumbprint of the key (RFC 7638).
    pub jkt: String,
}

impl Introspection {
    /// The JSON body.
    pub fn body(&self) -> String {
        match self {
            Self::Inactive => "{\"active\":false}".to_owned(),
            Self::Active(active) => serde_json::to_string(active).unwrap_or_default(),
        }
    }
}

impl AuthServer {
    /// The introspection endpoint. An app asks about its own tokens and authenticates with its
    /// secret or with one of its live access tokens (SMART App Launch 2.2, "Token Introspection").
    ///
    /// # Errors
    /// When the app is not authenticated, `token` is missing, or the store fails.
    pub async fn introspect(&self, request: Request<'_>) -> Result<Introspection, AuthError> {
        let form = Form::new(request.form, &self.settings.limits)?;
        let client_id = self.asking_app(request.authorization, &form).await?;
        request.asker.is_app(&client_id);
        let token = form
            .get("token")
            .ok_or_else(|| Refusal::request("token is missing; send it as a form parameter"))?;
        let stored = if self.is_of_kind(Kind::AccessToken, token) {
            self.store.lookup_token(token::key(token)).await?
        } else {
            None
        };
        let now = self.clock.now();
        let live = stored.filter(|t| t.client_id == client_id && t.expires > now);
        match live {
            Some(token) => Ok(self.active(token).await?),
            None => Ok(Introspection::Inactive),
        }
    }

    async fn asking_app(
        &self,
        authorization: &[&[u8]],
        form: &Form<'_>,
    ) -> Result<String, AuthError> {
        let by_token = |value: &[u8]| {
            value
                .get(..7)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
        };
        if !authorization.iter().any(|value| by_token(value)) {
            return Ok(self.authenticate(authorization, form).await?.client_id);
        }
        let presented = Presented {
            authorization,
            ..Presented::default()
        };
        let caller = self.caller(presented).await;
        caller
            .map(|caller| caller.client_id.clone())
            .map_err(|error| match error {
                crate::BearerError::Store(error) => error.into(),
                error => AuthError::Refused(Refusal {
                    tried: Tried::Header,
                    ..Refusal::new(ErrorCode::InvalidClient, error.to_string())
                }),
            })
    }

    async fn active(&self, token: Token) -> Result<Introspection, StoreError> {
        let consent = match &token.consent {
            None => None,
            Some(id) => match self.live_consent(id).await? {
                None => return Ok(Introspection::Inactive),
                consent => consent,
            },
        };
        let user = match &consent {
            None => None,
            Some(consent) => self.store.lookup_user(&consent.user).await?,
        };
        let sub = user.as_ref().map(|user| user.id.clone());
        Ok(Introspection::Active(Box::new(LiveToken {
            active: true,
            scope: token.scopes,
            sub: sub.unwrap_or_else(|| token.client_id.clone()),
            client_id: token.client_id,
            token_type: token_type(token.key),
            cnf: token.key.map(|key| Confirmation {
                jkt: thumbprint_text(key),
            }),
            exp: token.expires.as_second(),
            iat: token.issued.as_second(),
            aud: self.settings.fhir_base.clone(),
            iss: self.settings.issuer.clone(),
            patient: token.patient,
            encounter: consent.and_then(|consent| consent.context.encounter),
            fhir_user: user.as_ref().and_then(|user| self.fhir_user(user)),
        })))
    }
}
