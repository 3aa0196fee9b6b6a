//! What a request presents to be let in: a token, and perhaps the proof of a key.

use cresset_auth::front::mark_presented;
use cresset_auth::{Presented, Proofs};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::app::App;

/// The header of a proof (RFC 9449 §4).
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");

/// The header of an answer that says which nonce a proof is to hold (RFC 9449 §8).
pub(crate) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The parts of it, held while they are judged.
pub(crate) struct Held<'h> {
    authorization: Vec<&'h [u8]>,
    proofs: Vec<&'h [u8]>,
    method: &'h str,
    url: String,
}

impl<'h> Held<'h> {
    /// Of a request with this head.
    pub(crate) fn of(app: &App, (method, uri): (&'h Method, &Uri), headers: &'h HeaderMap) -> Self {
        let all = |name: &HeaderName| headers.get_all(name).iter().map(HeaderValue::as_bytes);
        let proofs: Vec<_> = all(&DPOP).collect();
        // Only a proof is about the address, and few requests bring one.
        let url = if proofs.is_empty() {
            String::new()
        } else {
            format!("{}{}", app.platform().public_url, uri.path())
        };
        Self {
            authorization: all(&AUTHORIZATION).collect(),
            proofs,
            method: method.as_str(),
            url,
        }
    }

    /// The mark of the token.
    pub(crate) fn mark(&self) -> Option<String> {
        mark_presented(&self.authorization).map(str::to_owned)
    }

    /// As the authorization server takes it.
    pub(crate) fn presented(&self) -> Presented<'_> {
        Presented {
            authorization: &self.authorization,
            proofs: Proofs {
                headers: &self.proofs,
                method: self.method,
                url: &self.url,
            },
        }
    }
}

/// The bytes of header values.
pub(crate) fn bytes(values: &[HeaderValue]) -> Vec<&[u8]> {
    values.iter().map(HeaderValue::as_bytes).collect()
}
