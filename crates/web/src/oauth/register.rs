//! `/[instance]/auth/register/`: apps that register themselves.

use axum::extract::{FromRequest, FromRequestParts, Path, Request, State};
use axum::response::{IntoResponse, Response};
use cresset_auth::Asker;
use cresset_auth::client_registration::{
    ClientInformation, ClientRegistrationError, RegistrationRequest,
};
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
use crate::render;

const CHALLENGE: &str = "Bearer realm=\"cresset\", error=\"invalid_token\", error_description=\"the token for this is missing, used or not known\"";

/// The values of the `Authorization` headers of a request.
pub(crate) struct Presented(Vec<HeaderValue>);

impl Presented {
    /// Gives a request to an endpoint with where it comes from and where to note who asks.
    async fn ask<T>(
        &self,
        (peer, asker): (Peer, &Asker),
        endpoint: impl AsyncFnOnce(RegistrationRequest<'_>) -> Result<T, ClientRegistrationError>,
    ) -> Result<T, ClientRegistrationError> {
        endpoint(RegistrationRequest {
            authorization: &bytes(&self.0),
            address: &peer.subscriber().to_string(),
            asker,
        })
        .await
    }
}

/// What an app says of itself, as JSON, and what it presents.
pub(crate) struct Described(Presented, bytes::Bytes);

impl FromRequest<App> for Presented {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, _) = request.into_parts();
        is_offered(&mut parts, app).await?;
        Ok(Self(all(&parts.headers, &AUTHORIZATION)))
    }
}

impl FromRequest<App> for Described {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        is_offered(&mut parts, app).await?;
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

/// Where apps do not register themselves there is nothing, whatever is sent.
async fn is_offered(parts: &mut Parts, app: &App) -> Result<(), Response> {
    let instance = Instance::from_request_parts(parts, app).await;
    let Instance(instance) = instance.map_err(IntoResponse::into_response)?;
    if instance.auth.settings().client_registration.is_some() {
        return Ok(());
    }
    let text = "Apps do not register themselves at this practice; ask it for a link";
    Err(Failure::new(Kind::NotFound, text).into_response())
}

/// Registers an app (RFC 7591 §3).
pub(crate) async fn register(
    State(app): State<App>,
    Instance(instance): Instance,
    (peer, occasion): (Peer, Occasion),
    Described(presented, metadata): Described,
) -> Result<Response, Failure> {
    let asker = Asker::default();
    let registered = presented
        .ask((peer, &asker), async |request| {
            instance.auth.register_client(request, &metadata).await
        })
        .await;
    let answer = answered(StatusCode::CREATED, registered)?;
    let what = ("client-register", &asker);
    recorded((&app, &instance), &occasion, what, answer)
}

/// What an app is registered with (RFC 7592 §2.1).
pub(crate) async fn registration(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, client_id)): Path<(String, String)>,
    (peer, occasion): (Peer, Occasion),
    presented: Presented,
) -> Result<Response, Failure> {
    let asker = Asker::default();
    let found = presented
        .ask((peer, &asker), async |request| {
            instance.auth.read_client(request, &client_id).await
        })
        .await;
    let answer = answered(StatusCode::OK, found)?;
    recorded(
        (&app, &instance),
        &occasion,
        ("client-read", &asker),
        answer,
    )
}

/// Replaces what an app is registered with (RFC 7592 §2.2).
pub(crate) async fn change_registration(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, client_id)): Path<(String, String)>,
    (peer, occasion): (Peer, Occasion),
    Described(presented, metadata): Described,
) -> Result<Response, Failure> {
    let asker = Asker::default();
    let changed = presented
        .ask((peer, &asker), async |request| {
            let auth = &instance.auth;
            auth.update_client(request, &client_id, &metadata).await
        })
        .await;
    let answer = answered(StatusCode::OK, changed)?;
    recorded(
        (&app, &instance),
        &occasion,
        ("client-change", &asker),
        answer,
    )
}

/// Ends a registration (RFC 7592 §2.3).
pub(crate) async fn end_registration(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, client_id)): Path<(String, String)>,
    (peer, occasion): (Peer, Occasion),
    presented: Presented,
) -> Result<Response, Failure> {
    let asker = Asker::default();
    let ended = presented
        .ask((peer, &asker), async |request| {
            instance.auth.unregister_client(request, &client_id).await
        })
        .await;
    let answer = match ended {
        Ok(()) => render::empty(StatusCode::NO_CONTENT),
        Err(error) => refused(error)?,
    };
    recorded(
        (&app, &instance),
        &occasion,
        ("client-delete", &asker),
        answer,
    )
}

fn answered(
    status: StatusCode,
    told: Result<ClientInformation, ClientRegistrationError>,
) -> Result<Response, Failure> {
    match told {
        Ok(information) => Ok(document(status, information.body().expose().clone())),
        Err(error) => refused(error),
    }
}

/// RFC 7591 §3.2.2 and RFC 6750 §3.
fn refused(error: ClientRegistrationError) -> Result<Response, Failure> {
    let text = error.to_string();
    Ok(match error {
        ClientRegistrationError::Off => return Err(Failure::new(Kind::NotFound, text)),
        ClientRegistrationError::Store(error) => return Err(error.into()),
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
        ClientRegistrationError::Token => {
            let body = error_body("invalid_token", &text);
            let mut response = document(StatusCode::UNAUTHORIZED, body);
            let challenge = HeaderValue::from_static(CHALLENGE);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            response
        }
    })
}
