//! Who may keep the practice's apps.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use cresset_fhir::Kind;
use cresset_store::user::Role;
use http::request::Parts;

use super::SignedIn;
use crate::app::App;
use crate::failure::Failure;

/// An administrator of the practice who is signed in; others are refused.
pub struct Administrator(pub SignedIn);

impl FromRequestParts<App> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        if signed_in.who.user.role == Role::Administrator {
            return Ok(Self(signed_in));
        }
        let text = "This page is for the administrators of the practice";
        Err(Failure::new(Kind::Forbidden, text).into_response())
    }
}
