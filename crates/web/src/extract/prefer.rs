//! `Prefer` (RFC 7240): what the caller would like; unknown preferences are ignored.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use cresset_fhir::search::Handling;
use http::HeaderMap;
use http::request::Parts;

/// Preferences of one header that are looked at.
const PREFERENCES_MAX: usize = 32;

/// What a write is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// The resource as stored.
    Representation,
    /// Nothing but headers.
    Minimal,
    /// Words.
    OperationOutcome,
}

/// The preferences of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefer {
    /// `return=`; absent when not asked for.
    pub wanted: Option<Return>,
    /// `handling=`: strict unless asked for.
    pub handling: Handling,
    /// `respond-async`: nobody waits for the answer.
    pub asynchronous: bool,
}

impl Prefer {
    /// What the headers of a request ask for.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut prefer = Self {
            wanted: None,
            handling: Handling::Strict,
            asynchronous: false,
        };
        let values = headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let preferences = values
            .flat_map(|value| value.split([',', ';']))
            .take(PREFERENCES_MAX);
        for preference in preferences {
            match preference.trim() {
                "return=representation" => prefer.wanted = Some(Return::Representation),
                "return=minimal" => prefer.wanted = Some(Return::Minimal),
                "return=OperationOutcome" => prefer.wanted = Some(Return::OperationOutcome),
                "handling=lenient" => prefer.handling = Handling::Lenient,
                "handling=strict" => prefer.handling = Handling::Strict,
                "respond-async" => prefer.asynchronous = true,
                _ => {}
            }
        }
        prefer
    }
}

impl<S: Sync> FromRequestParts<S> for Prefer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
