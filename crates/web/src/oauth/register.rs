//! `/[instance]/auth/register/`: apps that register themselves.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::Response;
use cresset_auth::client_registration::{
    ClientInformation, ClientRegistrationError, RegistrationRequest,
};
use cresset_auth::{Asker, AuthServer, BearerError};
use cresset_fhir::Kind;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use super::answer::{all, document, error_body, recorded, too_many, unreadable};
use crate::app::App;
use crate::audit::Occasion;
use crate::extract::presented::bytes;
use crate::extract::{Instance, Peer, body, media};
use crate::failure::Failure;
use crate::instance::OpenInstance;
use crate::render;

/// The values of the `Authorization` headers of a request.
pub(crate) struct Presented(Vec<HeaderValue>);

/// What an app says of itself, as JSON, and what it presents.
pub(crate) struct Described(Presented, bytes::Bytes);

impl FromRequest<App> for Presented {
    type Rejection = Response;

    async fn from_request(request: Request, _: &App) -> Result<Self, Response> {
        Ok(Self(all(request.headers(), &AUTHORIZATION)))
    }
}

impl FromRequest<App> for Described {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let presented = Presented(all(&parts.headers, &AUTHORIZATION));
        if media::essence(&parts.headers) != "application/json" {
            let text = "The body must be sent as Content-Type: application/json";
            return Err(unreadable(&Failure::new(Kind::UnsupportedMediaType, text)));
        }
        match body::read(body, app.limits().query_bytes_max).await {
            Ok(body) => Ok(Self(presented, body)),
            Err(failure) => Err(unreadable(&failure)),
        }
    }
}

/// Where a request was sent, and from where. At a practice where apps do not register themselves
/// there is nothing, whatever else is sent.
pub(crate) struct Sent {
    app: App,
    instance: Arc<OpenInstance>,
    peer: Peer,
    occasion: Occasion,
}

impl FromRequestParts<App> for Sent {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Instance(instance) = Instance::from_request_parts(parts, app).await?;
        if instance.auth.settings().client_registration.is_none() {
            let text = ClientRegistrationError::Off.to_string();
            return Err(Failure::new(Kind::NotFound, text));
        }
        let Ok(peer) = Peer::from_request_parts(parts, app).await;
        Ok(Self {
            app: app.clone(),
            instance,
            peer,
            occasion: Occasion::from_request_parts(parts, app).await?,
        })
    }
}

impl Sent {
    /// Gives a request to an endpoint of the authorization server; answers, and records under this
    /// name, what it tells about the app.
    async fn ask(
        &self,
        presented: &Presented,
        (name, status): (&'static str, StatusCode),
        endpoint: impl AsyncFnOnce(
            &AuthServer,
            RegistrationRequest<'_>,
        )
            -> Result<Option<ClientInformation>, ClientRegistrationError>,
    ) -> Result<Response, Failure> {
        let asker = Asker::default();
        let request = RegistrationRequest {
            authorization: &bytes(&presented.0),
            address: &self.peer.subscriber().to_string(),
            asker: &asker,
        };
        let answer = match endpoint(&self.instance.auth, request).await {
            Ok(Some(information)) => document(status, information.body().expose().clone()),
            Ok(None) => render::empty(status),
            Err(error) => refused(error)?,
        };
        let (to, what) = ((&self.app, &*self.instance), (name, &asker));
        recorded(to, &self.occasion, what, answer).await
    }
}

/// Registers an app (RFC 7591 §3).
pub(crate) async fn register(
    sent: Sent,
    Described(presented, metadata): Described,
) -> Result<Response, Failure> {
    let as_what = ("client-register", StatusCode::CREATED);
    sent.ask(&presented, as_what, async |auth, request| {
        auth.register_client(request, &metadata).await.map(Some)
    })
    .await
}

/// What an app is registered with (RFC 7592 §2.1).
pub(crate) async fn registration(
    sent: Sent,
    Path((_, client_id)): Path<(String, String)>,
    presented: Presented,
) -> Result<Response, Failure> {
    let as_what = ("client-read", StatusCode::OK);
    sent.ask(&presented, as_what, async |auth, request| {
        auth.read_client(request, &client_id).await.map(Some)
    })
    .await
}

/// Replaces what an app is registered with (RFC 7592 §2.2).
pub(crate) async fn change_registration(
    sent: Sent,
    Path((_, client_id)): Path<(String, String)>,
    Described(presented, metadata): Described,
) -> Result<Response, Failure> {
    let as_what = ("client-change", StatusCode::OK);
    sent.ask(&presented, as_what, async |auth, request| {
        let changed = auth.update_client(request, &client_id, &metadata);
        changed.await.map(Some)
    })
    .await
}

/// Ends a registration (RFC 7592 §2.3).
pub(crate) async fn end_registration(
    sent: Sent,
    Path((_, client_id)): Path<(String, String)>,
    presented: Presented,
) -> Result<Response, Failure> {
    let as_what = ("client-delete", StatusCode::NO_CONTENT);
    sent.ask(&presented, as_what, async |auth, request| {
        let ended = auth.unregister_client(request, &client_id);
        ended.await.map(|()| None)
    })
    .await
}

/// RFC 7591 §3.2.2 and RFC 6750 §3.
fn refused(error: ClientRegistrationError) -> Result<Response, Failure> {
    let text = error.to_string();
    Ok(match error {
        ClientRegistrationError::Off => return Err(Failure::new(Kind::NotFound, text)),
        ClientRegistrationError::Store(error)
        | ClientRegistrationError::Token(BearerError::Store(error)) => return Err(error.into()),
        ClientRegistrationError::Refused { code, description } => document(
            StatusCode::BAD_REQUEST,
            error_body(code.as_str(), &description),
        ),
        ClientRegistrationError::Days(_) => document(
            StatusCode::BAD_REQUEST,
            error_body("invalid_request", &text),
        ),
        ClientRegistrationError::Full => {
            document(StatusCode::FORBIDDEN, error_body("access_denied", &text))
        }
        ClientRegistrationError::TooMany { retry_after_s } => too_many(&text, retry_after_s),
        ClientRegistrationError::Token(error) => challenged(&error, &text),
    })
}

/// RFC 6750 §3.1
fn challenged(error: &BearerError, text: &str) -> Response {
    let (status, code) = match error {
        BearerError::Malformed(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        _ => (StatusCode::UNAUTHORIZED, "invalid_token"),
    };
    let mut response = document(status, error_body(code, text));
    let challenge = error.challenge().map(HeaderValue::try_from);
    if let Some(Ok(challenge)) = challenge {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
