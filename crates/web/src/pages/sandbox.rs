//! `POST /[instance]/sandbox-token`

use askama::Template;
use axum::response::Response;
use cresset_auth::sandbox::{LIFETIME_S, SandboxError};
use cresset_fhir::Kind;
use http::{HeaderMap, StatusCode, Uri};

use super::page::page;
use crate::extract::{Instance, is_own_page, media};
use crate::failure::Failure;
use crate::render;

#[derive(Template)]
#[template(path = "sandbox_token.html")]
struct SandboxToken<'a> {
    name: &'a str,
    fhir: &'a str,
    token: &'a str,
    minutes: u32,
}

/// A fresh token to read with, shown once. Nobody is asked who they are, so only an instance
/// whose data is made up has this, and only its own page may ask for it.
pub(crate) async fn sandbox_token(
    Instance(instance): Instance,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !instance.sandbox {
        return Err(not_given());
    }
    if !is_own_page(&uri, &headers) {
        let text = "Only the page of this practice may ask for a sandbox token";
        return Err(Failure::new(Kind::Forbidden, text));
    }
    let issued = instance.auth.sandbox_token().await.map_err(refused)?;
    if media::wants_json(&headers) {
        let token = serde_json::json!({
            "access_token": issued.access_token.expose(),
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
        });
        let mut response = render::json(StatusCode::OK, token.to_string().into_bytes());
        render::protect(response.headers_mut());
        return Ok(response);
    }
    let shown = SandboxToken {
        name: instance.name.as_str(),
        fhir: &instance.fhir.settings().base_url,
        token: issued.access_token.expose(),
        minutes: issued.expires_in / 60,
    };
    page(StatusCode::OK, &shown)
}

/// How long a sandbox token lives, in minutes.
pub(super) const LIFETIME_MINUTES: u32 = LIFETIME_S / 60;

fn refused(error: SandboxError) -> Failure {
    match error {
        SandboxError::Disabled => not_given(),
        SandboxError::Throttled => Failure::new(
            Kind::Throttled,
            "This sandbox gave out many tokens within the last minute; try again in a minute",
        ),
        SandboxError::Store(error) => error.into(),
    }
}

fn not_given() -> Failure {
    Failure::new(Kind::NotFound, "There is nothing at this address")
}
