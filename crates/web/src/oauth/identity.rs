//! Keys and claims of OpenID Connect.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cresset_auth::{BearerError, INSUFFICIENT_SCOPE_CHALLENGE};
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::answer::document;
use crate::app::App;
use crate::extract::Instance;
use crate::extract::presented::Held;
use crate::failure::Failure;
use crate::render;

/// `GET /[instance]/auth/jwks`: the keys of `id_token`s (RFC 7517).
pub(crate) async fn jwks(Instance(instance): Instance) -> Result<Response, Failure> {
    let keys = instance.auth.jwks().await?;
    let mut response = render::json(StatusCode::OK, keys.into_bytes());
    let kept = HeaderValue::from_static("public, max-age=300");
    response.headers_mut().insert(CACHE_CONTROL, kept);
    Ok(response)
}

/// `GET` and `POST /[instance]/auth/userinfo` (OpenID Connect Core §5.3).
pub(crate) async fn userinfo(
    State(app): State<App>,
    Instance(instance): Instance,
    (method, uri): (Method, Uri),
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let held = Held::of(&app, (&method, &uri), &headers);
    let caller = match instance.auth.caller(held.presented()).await {
        Ok(caller) => caller,
        Err(BearerError::Store(error)) => return Err(error.into()),
        Err(error) => {
            let status = match error {
                BearerError::Malformed(_) => StatusCode::BAD_REQUEST,
                _ => StatusCode::UNAUTHORIZED,
            };
            return Ok(challenged(status, error.challenge().as_deref()));
        }
    };
    Ok(match instance.auth.userinfo(&caller).await? {
        Some(claims) => document(StatusCode::OK, claims),
        None => challenged(StatusCode::FORBIDDEN, Some(INSUFFICIENT_SCOPE_CHALLENGE)),
    })
}

/// RFC 6750 §3: what is wrong stands in the header.
fn challenged(status: StatusCode, challenge: Option<&str>) -> Response {
    let mut response = render::empty(status).into_response();
    if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
