//! Who is signed in on a practice's pages.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::session::{self, form_token};
use cresset_fhir::Kind;
use http::Method;
use http::request::Parts;

use super::Instance;
use crate::app::App;
use crate::cookie::{self, Purpose};
use crate::failure::Failure;
use crate::instance::OpenInstance;

/// Somebody who is signed in. A browser in which nobody is gets sent to the sign-in page and, from
/// there, back.
pub struct SignedIn {
    /// The practice.
    pub instance: Arc<OpenInstance>,
    /// The person, and the browser.
    pub who: session::SignedIn,
    /// What the forms of its pages carry ([`super::SafeForm`]).
    pub form_token: String,
}

/// Somebody of the practice's staff who is signed in; others are refused.
pub struct Staff(pub SignedIn);

impl SignedIn {
    /// Who is signed in at the practice of the route, if anybody is.
    async fn find(parts: &mut Parts, app: &App) -> Result<Option<Self>, Failure> {
        let Instance(instance) = Instance::from_request_parts(parts, app).await?;
        let name = instance.name.as_str();
        let Some(cookie) = cookie::read(app, name, &parts.headers, Purpose::Session) else {
            return Ok(None);
        };
        let who = instance.auth.signed_in(&cookie).await?;
        Ok(who.map(|who| Self {
            who,
            form_token: form_token(&cookie),
            instance,
        }))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::find(parts, app).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => {
                let name = parts.uri.path().split('/').nth(1).unwrap_or_default();
                Err(to_sign_in(name, parts))
            }
            Err(failure) => Err(failure.into_response()),
        }
    }
}

impl OptionalFromRequestParts<App> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Failure> {
        Self::find(parts, app).await
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = <SignedIn as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if signed_in.who.user.role.is_staff() {
            Ok(Self(signed_in))
        } else {
            let text = "This page is for the staff of the practice";
            Err(Failure::new(Kind::Forbidden, text).into_response())
        }
    }
}

/// To the sign-in page, which leads back to what was asked for if that can be asked again.
fn to_sign_in(instance: &str, parts: &Parts) -> Response {
    let to = parts.uri.path_and_query().map(ToString::to_string);
    let to = to.filter(|_| parts.method == Method::GET);
    Redirect::to(&sign_in_address(instance, to.as_deref(), None)).into_response()
}

/// The address of the sign-in page: where it leads, and the name it suggests.
pub fn sign_in_address(instance: &str, to: Option<&str>, login: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("to", to), ("login", login)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/{instance}/sign-in{mark}{query}")
}
