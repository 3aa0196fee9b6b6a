//! Conditional headers as conditions.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use cresset_fhir::condition::Tags;
use cresset_fhir::{ReadCondition, WriteCondition};
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::failure::Failure;
use crate::http_date;

/// `If-None-Match` and `If-Modified-Since` of a read.
pub struct OnRead(pub ReadCondition);

/// `If-Match`, `If-None-Match: *` and `If-Unmodified-Since` of a write.
pub struct OnWrite(pub WriteCondition);

impl<S: Sync> FromRequestParts<S> for OnRead {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(ReadCondition {
            if_none_match: tags(&parts.headers, &IF_NONE_MATCH),
            if_modified_since: parts
                .headers
                .get(IF_MODIFIED_SINCE)
                .and_then(http_date::parse),
        }))
    }
}

impl<S: Sync> FromRequestParts<S> for OnWrite {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let headers = &parts.headers;
        Ok(Self(WriteCondition {
            if_match: tags(headers, &IF_MATCH),
            if_absent: tags(headers, &IF_NONE_MATCH) == Some(Tags::Any),
            if_unmodified_since: unmodified_since(headers)?,
        }))
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Tags> {
    headers
        .get(name)
        .map(|value| Tags::parse(value.to_str().unwrap_or_default()))
}

/// A date that cannot be read refuses the write: ignoring it would overwrite what it protects.
fn unmodified_since(headers: &HeaderMap) -> Result<Option<cresset_base::Timestamp>, Failure> {
    let Some(value) = headers.get(IF_UNMODIFIED_SINCE) else {
        return Ok(None);
    };
    let refused = || {
        let text = "If-Unmodified-Since must be an HTTP date such as Wed, 21 Oct 2026 07:28:00 GMT";
        Failure::new(cresset_fhir::Kind::Value, text)
    };
    http_date::parse(value).map(Some).ok_or_else(refused)
}
