//! Form bodies.

use axum::extract::{FromRequest, Request};
use cresset_fhir::{Kind, pairs};

use super::{body, media};
use crate::app::App;
use crate::failure::Failure;

/// The parameters of a form, in order.
pub struct Form(pub Vec<(String, String)>);

impl FromRequest<App> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        if !media::is_form(request.headers()) {
            let text = "The body must be sent as Content-Type: application/x-www-form-urlencoded";
            return Err(Failure::new(Kind::UnsupportedMediaType, text));
        }
        let bytes = body::read(request.into_body(), app.limits().query_bytes_max).await?;
        Ok(Self(pairs::decode(&bytes)?))
    }
}
