//! The part of a body that is asked for (RFC 9110 §14.2).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::HeaderValue;
use http::header::{IF_RANGE, RANGE};
use http::request::Parts;

/// The value of `Range`. Under a condition that only a strong entity tag could meet the whole is wanted, as
/// RFC 9110 §13.1.5 allows.
pub struct Range(pub Option<HeaderValue>);

impl<S: Sync> FromRequestParts<S> for Range {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        let range = headers
            .get(RANGE)
            .filter(|_| !headers.contains_key(IF_RANGE));
        Ok(Self(range.cloned()))
    }
}
