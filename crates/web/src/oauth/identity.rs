//! Keys and claims of OpenID Connect.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cresset_auth::{BearerError, INSUFFICIENT_SCOPE_CHALLENGE};
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::answer::document;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::Instance;
use crate::extract::presented::{DPOP_NONCE, Held};
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
    Instance(at): Instance,
    occasion: Occasion,
    (method, uri): (Method, Uri),
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let held = Held::of(&app, (&method, &uri), &headers);
    let instance = app.instances().behind(at, || held.mark()).await?;
    let (caller, answer) = match instance.auth.caller(held.presented()).await {
        Ok(caller) => {
            let answer = match instance.auth.userinfo(&caller).await? {
                Some(claims) => document(StatusCode::OK, claims),
                None => challenged(StatusCode::FORBIDDEN, Some(INSUFFICIENT_SCOPE_CHALLENGE)),
            };
            (Some(caller), answer)
        }
        Err(BearerError::Store(error)) => return Err(error.into()),
        Err(error) => (None, turned_away(&error)),
    };
    let happening = Happening {
        subject: caller.as_ref().and_then(|caller| caller.user.clone()),
        app: caller.as_ref().map(|caller| caller.client_id.clone()),
        ..Happening::new("userinfo", answer.status(), &occasion)
    };
    audit::record(&app, &instance, happening).await?;
    Ok(answer)
}

fn turned_away(error: &BearerError) -> Response {
    let status = match error {
        BearerError::Malformed(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut response = challenged(status, error.challenge().as_deref());
    let nonce = error.nonce().and_then(|n| HeaderValue::try_from(n).ok());
    let nonce = nonce.map(|nonce| (DPOP_NONCE, nonce));
    response.headers_mut().extend(nonce);
    response
}

/// RFC 6750 §3: what is wrong stands in the header.
fn challenged(status: StatusCode, challenge: Option<&str>) -> Response {
    let mut response = render::empty(status).into_response();
    if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
