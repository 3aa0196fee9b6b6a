//! Answers of RFC 6749, and of everything that can go wrong before them.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use cresset_auth::front::mark_claimed;
use cresset_auth::{Asker, AuthError, ErrorCode};
use cresset_store::Whose;
use cresset_store::note::Note;
use http::header::{AUTHORIZATION, CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::Form;
use crate::extract::presented::{DPOP, DPOP_NONCE, bytes};
use crate::failure::Failure;
use crate::instance::OpenInstance;
use crate::render;

/// The parameters of an OAuth request and the values of its `Authorization` headers.
pub(crate) struct OauthForm {
    pairs: Vec<(String, String)>,
    authorization: Vec<HeaderValue>,
    proofs: Vec<HeaderValue>,
}

impl OauthForm {
    /// A parameter; the first where there are several.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The practice that the app it names is registered with: the one of the route, or one behind it.
    pub(super) async fn practice(
        &self,
        app: &App,
        at: Arc<OpenInstance>,
    ) -> Result<Arc<OpenInstance>, Failure> {
        let mark = || mark_claimed(&bytes(&self.authorization), &self.pairs);
        app.instances().behind(at, mark).await
    }

    /// Gives the request to an endpoint, as it wants it, with where to note who asks.
    pub(super) async fn ask<T>(
        &self,
        asker: &Asker,
        endpoint: impl AsyncFnOnce(cresset_auth::Request<'_>) -> Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        let authorization = bytes(&self.authorization);
        let proofs = bytes(&self.proofs);
        endpoint(cresset_auth::Request {
            authorization: &authorization,
            form: &self.pairs,
            proofs: &proofs,
            asker,
        })
        .await
    }
}

/// All values of a header.
pub(super) fn all(headers: &HeaderMap, name: &HeaderName) -> Vec<HeaderValue> {
    headers.get_all(name).iter().cloned().collect()
}

impl FromRequest<App> for OauthForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let authorization = all(request.headers(), &AUTHORIZATION);
        let proofs = all(request.headers(), &DPOP);
        match Form::from_request(request, app).await {
            Ok(Form(pairs)) => Ok(Self {
                pairs,
                authorization,
                proofs,
            }),
            Err(failure) => Err(unreadable(&failure)),
        }
    }
}

/// A body that is no form, or not the JSON it should be: RFC 6749 §5.2 knows only 400 for it.
pub(super) fn unreadable(failure: &Failure) -> Response {
    let status = if failure.status() == StatusCode::PAYLOAD_TOO_LARGE {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    };
    document(
        status,
        error_body(ErrorCode::InvalidRequest.as_str(), failure.text()),
    )
}

/// Records what an endpoint did or refused, before its answer leaves.
///
/// # Errors
/// When the trail cannot keep up: then nothing is answered.
pub(super) async fn recorded(
    (app, instance): (&App, &OpenInstance),
    occasion: &Occasion,
    (name, asker): (&'static str, &Asker),
    answer: Response,
) -> Result<Response, Failure> {
    let happening = happened(occasion, (name, answer.status()), asker);
    audit::record(app, instance, happening).await?;
    Ok(answer)
}

/// What an endpoint did for whoever asked.
pub(super) fn happened<'h>(
    occasion: &'h Occasion,
    (name, status): (&'static str, StatusCode),
    asker: &Asker,
) -> Happening<'h> {
    let patient = asker.patient().and_then(|patient| patient.parse().ok());
    Happening {
        subject: asker.user().map(str::to_owned),
        app: asker.app().map(str::to_owned),
        whose: Whose::kept(patient, 0),
        ..Happening::new(name, status, occasion)
    }
}

/// The note that goes along with what an endpoint is asked: who asks is found out on the way.
pub(super) fn noting(
    app: &App,
    occasion: &Occasion,
    (name, asker): (&'static str, &Arc<Asker>),
) -> Arc<Note> {
    let (clock, occasion, asker) = (
        app.platform().clock.clone(),
        occasion.clone(),
        asker.clone(),
    );
    Note::new(move || happened(&occasion, (name, StatusCode::OK), &asker).record(clock.now()))
}

/// A JSON answer nobody may keep.
pub(super) fn document(status: StatusCode, body: String) -> Response {
    let mut response = render::json(status, body.into_bytes());
    no_store(response.headers_mut());
    response
}

fn no_store(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

/// An endpoint's error as RFC 6749 §5.2 writes it.
pub(super) fn refused(error: AuthError) -> Response {
    match error {
        AuthError::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = document(status, refusal.body());
            if let Some(challenge) = refusal.challenge() {
                response
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            if let Some(nonce) = refusal.nonce.and_then(|n| HeaderValue::try_from(n).ok()) {
                response.headers_mut().insert(DPOP_NONCE, nonce);
            }
            response
        }
        AuthError::TooManyFailures { retry_after_s } => {
            let text = "this app failed to authenticate too often; wait before the next try";
            too_many(text, retry_after_s)
        }
        AuthError::TooManyRequests { retry_after_s } => {
            let text = "too many requests came from this address; wait before the next one";
            too_many(text, retry_after_s)
        }
        AuthError::Store(error) => Failure::from(error).into_response(),
    }
}

/// A 429 that says when to come again.
pub(super) fn too_many(text: &str, retry_after_s: u32) -> Response {
    let body = error_body("temporarily_unavailable", text);
    let mut response = document(StatusCode::TOO_MANY_REQUESTS, body);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
    response
}

/// The JSON body of an error.
pub(super) fn error_body(code: &str, description: &str) -> String {
    serde_json::json!({ "error": code, "error_description": description }).to_string()
}
