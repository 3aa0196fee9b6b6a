//! Requests sent ahead (RFC 9126): the app sends what it asks from server to server, and the browser
//! carries a one-time reference to it.

use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;

use super::parameters::Parameters;
use super::{AuthorizationRequest, AuthorizeError, Unsound, later};
use crate::credential::{Kind, hash};
use crate::dpop::{Proofs, thumbprint_text};
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::{Form, Request};
use crate::redirect_uri;
use crate::server::AuthServer;

/// How long a reference is good for, in seconds.
const PUSHED_S: u32 = 60;
const URN: &str = "urn:ietf:params:oauth:request_uri:";

const GONE: AuthorizeError = AuthorizeError::Shown(
    "The request of the app that sent you here is unknown, used or too old. Go back to the app and start again.",
);

/// The answer of RFC 9126 §2.2, status 201.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Pushed {
    /// What the browser carries.
    pub request_uri: String,
    /// How long it is good for, in seconds.
    pub expires_in: u32,
}

impl Pushed {
    /// The JSON body.
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl AuthServer {
    /// The pushed authorization request endpoint; nothing where the instance has none.
    ///
    /// # Errors
    /// When the app is not authenticated, what it asks is not sound, or the store fails.
    pub async fn push(
        &self,
        request: Request<'_>,
        address: &str,
    ) -> Result<Option<Pushed>, AuthError> {
        if !self.settings.options.pushed_requests {
            return Ok(None);
        }
        let limits = &self.settings.limits;
        let form = Form::new(request.form, limits)?;
        let app = self.identify(request.authorization, &form).await?;
        request.asker.is_app(&app.client_id);
        if form.get("client_id").is_some_and(|id| id != app.client_id) {
            return Err(Refusal::request("client_id is not the app that authenticated").into());
        }
        let Ok(parameters) = Parameters::new(request.form, limits) else {
            return Err(Refusal::request("a parameter is repeated; send each once").into());
        };
        let redirect_uri = parameters.get("redirect_uri").unwrap_or_default();
        if !redirect_uri::is_registered(redirect_uri, &app.details.redirect_uris) {
            let text = "redirect_uri is missing or not one the app is registered with";
            return Err(Refusal::request(text).into());
        }
        let key = self.pushed_key(&parameters, request.proofs).await?;
        let request = self.checked(&parameters, &app, redirect_uri).await;
        let request = self.bound(address, request.map_err(refusal)?).await;
        let mut request = request.map_err(refusal)?;
        request.key = key.or(request.key);
        let handle = self.generate(Kind::Pushed);
        let ticket = Ticket {
            hash: hash(handle.expose()),
            content: serde_json::to_string(&request).map_err(broken)?,
            expires: later(request.asked, i64::from(PUSHED_S)),
        };
        self.store.add_ticket(ticket, None, request.asked).await?;
        Ok(Some(Pushed {
            request_uri: format!("{URN}{}", handle.expose()),
            expires_in: PUSHED_S,
        }))
    }

    /// The thumbprint of the key to which the code will be bound: the one that signed the proof that
    /// was sent along (RFC 9449 §10.1).
    async fn pushed_key(
        &self,
        parameters: &Parameters<'_>,
        headers: &[&[u8]],
    ) -> Result<Option<String>, AuthError> {
        let proofs = Proofs {
            headers,
            method: "POST",
            url: &self.pushed_endpoint(),
        };
        let key = self.proved_key(proofs, None).await?.map(thumbprint_text);
        let named = parameters.get("dpop_jkt");
        match (&key, named) {
            (Some(key), Some(named)) if key != named => {
                let text = "dpop_jkt is not the thumbprint of the key that the DPoP proof is of";
                Err(Refusal::new(ErrorCode::InvalidDpopProof, text).into())
            }
            _ => Ok(key),
        }
    }

    /// The handle in a `request_uri` of ours; any other is one that is not supported.
    pub(super) fn pushed_handle<'p>(&self, parameters: &Parameters<'p>) -> Option<&'p str> {
        let handle = parameters.get("request_uri")?.strip_prefix(URN);
        handle.filter(|_| self.settings.options.pushed_requests)
    }

    /// The request that was sent ahead, used up. Nothing else in the address counts (RFC 9101 §6.3).
    pub(super) async fn pushed(
        &self,
        parameters: &Parameters<'_>,
        handle: &str,
    ) -> Result<AuthorizationRequest, AuthorizeError> {
        if !self.is_of_kind(Kind::Pushed, handle) {
            return Err(GONE);
        }
        let now = self.clock.now();
        let ticket = self.store.consume_ticket(hash(handle)).await?;
        let ticket = ticket.filter(|ticket| ticket.expires > now).ok_or(GONE)?;
        let request: AuthorizationRequest =
            serde_json::from_str(&ticket.content).map_err(broken)?;
        if parameters.get("client_id") != Some(&request.client_id) {
            return Err(GONE);
        }
        Ok(AuthorizationRequest {
            asked: now,
            ..request
        })
    }
}

/// What is told to the app itself instead of through the browser.
fn refusal(error: Unsound) -> AuthError {
    let (code, description) = match error {
        Unsound::Refused(code, description) => (code, description),
        Unsound::Store(error) => return error.into(),
    };
    let code = match code {
        "invalid_scope" => ErrorCode::InvalidScope,
        "unauthorized_client" => ErrorCode::UnauthorizedClient,
        "temporarily_unavailable" => return AuthError::TooManyRequests { retry_after_s: 60 },
        _ => ErrorCode::InvalidRequest,
    };
    Refusal::new(code, description).into()
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("a pushed authorization request: {error}"))
}
