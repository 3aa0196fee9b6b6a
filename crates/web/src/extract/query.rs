//! A query of `$graphql`, by GET in the URL or by POST in a body.

use axum::extract::{FromRequest, FromRequestParts, Request};
use cresset_fhir::Kind;
use cresset_fhir::graphql;
use http::Method;

use super::{Pairs, body, media};
use crate::app::App;
use crate::failure::Failure;

/// The query that was sent.
pub struct Query(pub graphql::Request);

impl FromRequest<App> for Query {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        if request.method() != Method::POST {
            let (mut parts, _) = request.into_parts();
            let Pairs(pairs) = Pairs::from_request_parts(&mut parts, app).await?;
            return Ok(Self(graphql::Request::of_pairs(&pairs)?));
        }
        let media_type = media::essence(request.headers());
        let is_text = media_type == "application/graphql";
        if !is_text && media_type != "application/json" {
            let text =
                "The body must be sent as Content-Type: application/json or application/graphql";
            return Err(Failure::new(Kind::UnsupportedMediaType, text));
        }
        let body = body::unpacked(request, app).await?;
        Ok(Self(if is_text {
            graphql::Request::of_text(body)?
        } else {
            graphql::Request::of_json(&body)?
        }))
    }
}
