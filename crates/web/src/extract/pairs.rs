//! Decoded parameters of a URL.

use axum::extract::FromRequestParts;
use cresset_fhir::{Kind, pairs};
use http::request::Parts;

use crate::app::App;
use crate::failure::Failure;

/// The parameters of a URL in order.
pub struct Pairs(pub Vec<(String, String)>);

impl FromRequestParts<App> for Pairs {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let max = app.limits().query_bytes_max;
        if query.len() > max {
            return Err(Failure::new(
                Kind::TooLong,
                format!("A query is at most {max} bytes long"),
            ));
        }
        Ok(Self(pairs::decode(query.as_bytes())?))
    }
}
