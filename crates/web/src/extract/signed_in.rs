//! Who is signed in on a practice's pages.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::session::form_token;
use cresset_base::ResourceId;
use cresset_fhir::Kind;
use cresset_store::session::Session;
use cresset_store::user::User;
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
    /// The person.
    pub user: User,
    /// The browser.
    pub session: Session,
    /// What the forms of its pages carry ([`super::SafeForm`]).
    pub form_token: String,
}

/// Somebody of the practice's staff who is signed in; others are refused.
pub struct Staff(pub SignedIn);

impl SignedIn {
    /// Whether the person may see the records of this patient as their own or for somebody.
    pub fn acts_for(&self, patient: &ResourceId) -> bool {
        self.user.patients.iter().any(|id| id == patient.as_str())
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Instance(instance) = Instance::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let name = instance.name.as_str();
        let Some(cookie) = cookie::read(app, name, &parts.headers, Purpose::Session) else {
            return Err(to_sign_in(name, parts));
        };
        match instance.auth.signed_in(&cookie).await {
            Ok(Some(found)) => Ok(Self {
                user: found.user,
                session: found.session,
                form_token: form_token(&cookie),
                instance,
            }),
            Ok(None) => Err(to_sign_in(name, parts)),
            Err(error) => Err(Failure::from(error).into_response()),
        }
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        if signed_in.user.role.is_staff() {
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
