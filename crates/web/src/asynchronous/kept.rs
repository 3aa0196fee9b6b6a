//! What the rows of a job hold: the request that was asked, and how it was answered.

use std::net::IpAddr;

use axum::body::Body;
use bytes::Bytes;
use cresset_fhir::{Fault, Kind, outcome};
use cresset_store::{JobAnswer, Whose};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Request, StatusCode};
use serde::{Deserialize, Serialize};

use crate::correlation::Correlation;
use crate::extract::{Ask, Peer};

/// The headers that say what is asked.
static HEADERS: [HeaderName; 3] = [
    CONTENT_TYPE,
    CONTENT_ENCODING,
    HeaderName::from_static("prefer"),
];

/// A request as it is kept, without its body and without anything that opens something.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Who asked ([`cresset_auth::Caller::mandate`]).
    pub(crate) mandate: String,
    /// Under which name the request is found in the log and the trail.
    pub(super) correlation: String,
    /// From where it came.
    pub(super) address: Option<IpAddr>,
    method: String,
    /// Path and query.
    target: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn of(parts: &Parts, ask: &Ask, correlation: &Correlation) -> Self {
        let target = parts.uri.path_and_query();
        let peer = parts.extensions.get::<Peer>();
        Self {
            mandate: ask.caller.mandate(),
            correlation: correlation.as_str().to_owned(),
            address: peer.copied().and_then(Peer::known),
            method: parts.method.to_string(),
            target: target.map_or_else(String::new, ToString::to_string),
            headers: kept(&parts.headers),
        }
    }

    /// As a row keeps it.
    pub(super) fn text(&self) -> Result<String, Fault> {
        serde_json::to_string(self).map_err(|error| Fault::internal(error.to_string()))
    }

    /// What a row kept.
    ///
    /// # Errors
    /// When another version wrote it in a way this one cannot read.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let parsed = serde_json::from_str(text);
        parsed.map_err(|error| Fault::internal(format!("a stored job cannot be read: {error}")))
    }

    /// The request again.
    pub(super) fn request(&self, body: Bytes) -> Result<Request<Body>, Fault> {
        let mut builder = Request::builder()
            .method(self.method.as_str())
            .uri(self.target.as_str());
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        let request = builder.body(Body::from(body));
        let mut request = request.map_err(|error| Fault::internal(error.to_string()))?;
        if let Some(address) = self.address {
            request.extensions_mut().insert(Peer(address));
        }
        Ok(request)
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = HEADERS.iter().flat_map(|name| {
        let values = headers.get_all(name).iter();
        values.map(move |value| (name, value))
    });
    let texts = all.filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    });
    texts.collect()
}

/// How a request was answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The status.
    pub(crate) status: u16,
    /// Whose records the answer shows, where that is known before it is shown.
    whose: Option<(Vec<String>, u64)>,
}

impl Head {
    /// What a row kept.
    ///
    /// # Errors
    /// As [`Asked::parse`].
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let parsed = serde_json::from_str(text);
        parsed.map_err(|error| Fault::internal(format!("a stored answer cannot be read: {error}")))
    }

    /// Whose records the answer shows.
    pub(crate) fn whose(&self) -> Option<Whose> {
        let (named, unnamed) = self.whose.as_ref()?;
        let named = named.iter().filter_map(|id| id.parse().ok());
        Some(Whose::kept(named, *unnamed))
    }
}

/// An answer as it is kept.
pub(super) fn answered(status: StatusCode, whose: Option<&Whose>, body: Bytes) -> JobAnswer {
    let names = |whose: &Whose| whose.named().map(ToString::to_string).collect();
    let whose = whose.map(|whose| (names(whose), whose.unnamed()));
    let head = Head {
        status: status.as_u16(),
        whose,
    };
    JobAnswer {
        // Neither a number nor an id fails to be written.
        head: serde_json::to_string(&head).unwrap_or_default(),
        body,
    }
}

/// The answer of a transaction, kept in the transaction itself.
pub(crate) fn committed(bundle: Vec<u8>) -> JobAnswer {
    answered(StatusCode::OK, None, Bytes::from(bundle))
}

/// An answer that says why there is none.
pub(super) fn refused(kind: Kind, text: &str) -> JobAnswer {
    let fault = Fault::new(kind, text);
    let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Bytes::from(outcome::of_fault(&fault));
    answered(status, Some(&Whose::default()), body)
}
