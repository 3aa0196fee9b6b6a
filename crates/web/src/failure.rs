//! Whatever went wrong, on its way to becoming an answer.
//!
//! A handler returns a [`Failure`]; the envelope, which knows the correlation id and how the
//! caller wants its JSON, writes the body. The table of kinds is [`cresset_fhir::Kind`].

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cresset_auth::INSUFFICIENT_SCOPE_CHALLENGE;
use cresset_fhir::{Fault, Kind, outcome};
use cresset_store::ErrorDialect;
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::correlation::Correlation;
use crate::extract::presented::DPOP_NONCE;
use crate::render::{self, Layout};

/// A fault and the headers that go with it.
#[derive(Debug, Clone)]
pub struct Failure {
    fault: Box<Fault>,
    challenge: Option<HeaderValue>,
    nonce: Option<HeaderValue>,
    dialect: ErrorDialect,
}

impl Failure {
    /// A failure with one issue.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Fault::new(kind, text).into()
    }

    /// The same failure with a challenge (RFC 6750 §3), and the nonce that a proof is to hold (RFC 9449
    /// §9).
    #[must_use]
    pub fn challenged(mut self, challenge: Option<&str>, nonce: Option<&str>) -> Self {
        let value = |text: Option<&str>| HeaderValue::try_from(text?).ok();
        self.challenge = value(challenge);
        self.nonce = value(nonce);
        self
    }

    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Answers in this dialect from now on.
    pub fn speak(&mut self, dialect: ErrorDialect) {
        self.dialect = dialect;
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        let status = match (self.dialect, self.fault.kind.status()) {
            (ErrorDialect::Fhir, status) | (ErrorDialect::Veracity, status @ (401 | 403)) => status,
            (ErrorDialect::Veracity, _) => 400,
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What the caller is told first.
    pub fn text(&self) -> &str {
        self.fault.issues.first().map_or("", |issue| &issue.text)
    }

    /// The answer's body and headers, and the detail into the log.
    pub(crate) fn render(mut self, correlation: &Correlation, layout: Layout) -> Response {
        self.log(correlation);
        if self.fault.kind == Kind::Exception {
            for issue in &mut self.fault.issues {
                issue.text = format!("{} (correlation id {correlation})", issue.text);
            }
        }
        let body = Bytes::from(outcome::of_fault(&self.fault));
        let mut response = render::fhir(self.status(), body, layout);
        self.headers(response.headers_mut());
        response
    }

    fn headers(self, headers: &mut HeaderMap) {
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(nonce) = self.nonce {
            headers.insert(DPOP_NONCE, nonce);
        }
        if !self.fault.allowed.is_empty()
            && let Ok(allow) = HeaderValue::try_from(self.fault.allowed.join(", "))
        {
            headers.insert(ALLOW, allow);
        }
        match self.fault.kind {
            Kind::Transient => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Kind::Throttled => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
            }
            Kind::Forbidden => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static(INSUFFICIENT_SCOPE_CHALLENGE),
                );
            }
            _ => {}
        }
    }

    fn log(&self, correlation: &Correlation) {
        let status = self.fault.kind.status();
        if let Some(detail) = &self.fault.detail {
            tracing::error!(%correlation, status, detail, "request failed");
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self {
            fault: Box::new(fault),
            challenge: None,
            nonce: None,
            dialect: ErrorDialect::Fhir,
        }
    }
}

impl From<cresset_store::Error> for Failure {
    fn from(error: cresset_store::Error) -> Self {
        Fault::from(error).into()
    }
}

impl IntoResponse for Failure {
    /// An empty answer that carries the failure to the envelope.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
