//! The authorization endpoint (RFC 6749 §4.1.1, SMART App Launch 2.2 §2.0.9): what an app asks a
//! person for.
//!
//! What is asked is kept here, under a one-time handle; the browser carries the handle alone, so
//! nothing it sends later can change app, address or scopes. [`decide`] takes the request from there
//! to a code or a refusal; [`offer`] is what there is to decide about.

pub mod decide;
mod named_launch;
pub mod offer;
mod parameters;
pub mod pushed;
mod response;

use cresset_access::ScopeSet;
use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::consent::{InContext, Ticket};
use cresset_store::grant::App;
use jiff::SignedDuration;

use crate::credential::{Kind, hash};
use crate::grant::GrantType;
use crate::redirect_uri;
use crate::server::AuthServer;
use parameters::Parameters;
pub use parameters::Prompt;
pub use response::Answer;

/// How long a person may think about a request, in seconds.
const REQUEST_S: i64 = 15 * 60;

/// An authorization request under way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AuthorizationRequest {
    /// The app that asks.
    pub client_id: String,
    /// Where the answer goes: one the app is registered with.
    pub redirect_uri: String,
    /// What the app wants back with the answer.
    pub state: Option<String>,
    /// What the app wants in the `id_token`.
    pub nonce: Option<String>,
    /// `code_challenge` (S256).
    pub challenge: Option<String>,
    /// `dpop_jkt`: thumbprint of the key that must exchange the code (RFC 9449 §10).
    pub key: Option<String>,
    /// What is asked of what the app is registered for, space-separated.
    pub scopes: String,
    /// What is in context.
    pub context: InContext,
    /// Who launched the app from a chart.
    pub launched_by: Option<String>,
    /// Whether the person must be asked.
    pub prompt: Prompt,
    /// How long ago the person may have signed in at most, in seconds.
    pub max_age_s: Option<i64>,
    /// Who is expected to sign in.
    pub login_hint: Option<String>,
    /// When it arrived.
    pub asked: Timestamp,
    /// The person who considers it: the first who was shown it.
    pub user: Option<String>,
}

/// What is remembered of a launch until the app asks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Launch {
    pub(crate) client_id: String,
    /// Who launched the app; nobody where the app named the patient itself.
    pub(crate) user: Option<String>,
    pub(crate) context: InContext,
}

/// Why there is nothing to consider.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// Who asks or where the answer should go is not certain: the person is told, and nobody else.
    #[error("{0}")]
    Shown(&'static str),
    /// The app is told, through the browser.
    #[error("the app is told what is wrong with its request")]
    Answered(Answer),
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthServer {
    /// Takes an authorization request from this address; gives the handle under which it is
    /// considered.
    ///
    /// # Errors
    /// What is wrong with it, and who is to be told.
    pub async fn authorize(
        &self,
        pairs: &[(String, String)],
        address: &str,
    ) -> Result<String, AuthorizeError> {
        let parameters = Parameters::new(pairs, &self.settings.limits)?;
        if let Some(handle) = self.pushed_handle(&parameters) {
            let request = self.pushed(&parameters, handle).await?;
            return self.begin_request(request).await;
        }
        let (app, redirect_uri) = self.asking(&parameters).await?;
        let request = self.checked(&parameters, &app, redirect_uri).await;
        let bounded = match request {
            Ok(request) => self.bound(address, request).await,
            Err(error) => Err(error),
        };
        let request = bounded.map_err(|error| match error {
            Unsound::Refused(code, description) => {
                let to = (redirect_uri, parameters.get("state"));
                AuthorizeError::Answered(self.refusal(to, code, &description))
            }
            Unsound::Store(error) => error.into(),
        })?;
        self.begin_request(request).await
    }

    /// Keeps a request until somebody decides; gives its handle.
    async fn begin_request(&self, request: AuthorizationRequest) -> Result<String, AuthorizeError> {
        let handle = self.generate(Kind::Request);
        let content = serde_json::to_string(&request)
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let ticket = Ticket {
            hash: hash(handle.expose()),
            content,
            expires: later(request.asked, REQUEST_S),
        };
        self.store.add_ticket(ticket, None, request.asked).await?;
        Ok(handle.expose().clone())
    }

    /// Nobody has proved anything yet, and each request is kept for a while: so not without end.
    async fn bound(
        &self,
        address: &str,
        request: AuthorizationRequest,
    ) -> Result<AuthorizationRequest, Unsound> {
        let counted = self
            .authorizations
            .count(&*self.store, address, request.asked);
        if counted.await.map_err(Unsound::Store)?.is_some() {
            let text = "too many requests came from this address; wait a minute and try again";
            return Err(Unsound::refused("temporarily_unavailable", text));
        }
        Ok(request)
    }

    /// The app and the address of the answer: until both are certain, nobody is sent anywhere.
    async fn asking<'p>(
        &self,
        parameters: &Parameters<'p>,
    ) -> Result<(App, &'p str), AuthorizeError> {
        let client_id = parameters.get("client_id").ok_or(AuthorizeError::Shown(
            "The app that sent you here did not say who it is (client_id is missing).",
        ))?;
        let app = self.app_here(client_id).await?;
        let app = app.filter(|app| app.enabled).ok_or(AuthorizeError::Shown(
            "The app that sent you here is not registered with this practice, or no longer.",
        ))?;
        let redirect_uri = parameters.get("redirect_uri").ok_or(AuthorizeError::Shown(
            "The app that sent you here did not say where to send you back (redirect_uri is missing).",
        ))?;
        if !redirect_uri::is_registered(redirect_uri, &app.details.redirect_uris) {
            return Err(AuthorizeError::Shown(
                "The app that sent you here wants you sent to an address it is not registered with \
                 (redirect_uri). Do not go on; tell the practice.",
            ));
        }
        Ok((app, redirect_uri))
    }

    async fn checked(
        &self,
        parameters: &Parameters<'_>,
        app: &App,
        redirect_uri: &str,
    ) -> Result<AuthorizationRequest, Unsound> {
        let code = GrantType::AuthorizationCode.as_str();
        if !app.grant_types.iter().any(|grant| grant == code) {
            let text = "this app is not registered for grant_type authorization_code";
            return Err(Unsound::refused("unauthorized_client", text));
        }
        parameters.check_response()?;
        parameters.check_audience(&self.settings.fhir_base)?;
        let challenge = parameters.challenge(app.details.pkce)?;
        let scopes = self.asked_of(parameters.get("scope").unwrap_or_default(), app)?;
        let launch = self
            .launch_of(parameters.get("launch"), &scopes, app)
            .await?;
        let (context, launched_by) = launch
            .map(|launch| (launch.context, launch.user))
            .unwrap_or_default();
        Ok(AuthorizationRequest {
            client_id: app.client_id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            state: parameters.owned("state"),
            nonce: parameters.owned("nonce"),
            challenge,
            key: parameters.key(self.settings.options.dpop)?,
            scopes: scopes.to_string(),
            context,
            launched_by,
            prompt: parameters.prompt()?,
            max_age_s: parameters.max_age_s()?,
            login_hint: parameters.owned("login_hint"),
            asked: self.clock.now(),
            user: None,
        })
    }

    /// The scopes asked for, as far as the app is registered for them.
    fn asked_of(&self, text: &str, app: &App) -> Result<ScopeSet, Unsound> {
        let invalid = |text: String| Unsound::Refused("invalid_scope", text.into());
        let limits = &self.settings.limits;
        let asked = ScopeSet::parse(text, limits).map_err(|error| invalid(error.to_string()))?;
        let allowed = self.allowed_scopes(app)?;
        let gives = |scope: &_| GrantType::AuthorizationCode.gives(scope);
        let scopes = asked.narrow(&allowed).retain(gives);
        if scopes.is_empty() {
            let text = "name the scopes wanted; none of these is registered for this app and possible for a person";
            return Err(invalid(text.to_owned()));
        }
        Ok(scopes)
    }

    /// The launch of an app from a chart: consumed with the request that names it.
    async fn launch_of(
        &self,
        handle: Option<&str>,
        scopes: &ScopeSet,
        app: &App,
    ) -> Result<Option<Launch>, Unsound> {
        let unknown = || {
            let text =
                "launch is unknown here, used or too old; launch the app again from the chart";
            Unsound::refused("invalid_request", text)
        };
        let Some(handle) = handle else {
            let launch = cresset_access::Scope::Named(cresset_access::NamedScope::Launch);
            return if scopes.contains(&launch) {
                let text = "the scope launch needs the parameter launch that came with the launch";
                Err(Unsound::refused("invalid_request", text))
            } else {
                Ok(None)
            };
        };
        if self.settings.options.named_launch
            && let Some(context) = named_launch::read(handle)
        {
            return Ok(Some(Launch {
                client_id: app.client_id.clone(),
                user: None,
                context,
            }));
        }
        if !self.is_of_kind(Kind::Launch, handle) {
            return Err(unknown());
        }
        let ticket = self.store.consume_ticket(hash(handle)).await?;
        let ticket = ticket.filter(|ticket| ticket.expires > self.clock.now());
        let launch: Option<Launch> =
            ticket.and_then(|ticket| serde_json::from_str(&ticket.content).ok());
        let launch = launch.filter(|launch| launch.client_id == app.client_id);
        launch.map(Some).ok_or_else(unknown)
    }
}

/// Why a request of a certain app is not considered.
pub(crate) enum Unsound {
    /// `error` and `error_description` for the app.
    Refused(&'static str, std::borrow::Cow<'static, str>),
    /// The store is at fault.
    Store(StoreError),
}

impl Unsound {
    pub(crate) fn refused(code: &'static str, description: &'static str) -> Self {
        Self::Refused(code, description.into())
    }
}

impl From<StoreError> for Unsound {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An instant this many seconds later.
pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    let after = SignedDuration::from_secs(seconds);
    at.checked_add(after).unwrap_or(Timestamp::MAX)
}
