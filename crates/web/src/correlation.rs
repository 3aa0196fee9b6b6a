//! A name for each request, so that a caller's report can be found in the log.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::FromRequestParts;
use cresset_base::Rng;
use cresset_fhir::Fault;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::app::App;
use crate::failure::Failure;

/// The header the EHR's clients read.
pub const CORRELATION_ID: HeaderName = HeaderName::from_static("fumage-correlation-id");
/// The header everybody else reads, and may send.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const REQUEST_ID_CHARS_MAX: usize = 128;

/// The name of one request: 32 hexadecimal digits, unique in this process and across restarts.
#[derive(Clone, PartialEq, Eq)]
pub struct Correlation(HeaderValue);

impl Correlation {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The name a request was given that was kept for later.
    pub fn kept(text: &str) -> Self {
        Self(HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("unnamed")))
    }

    /// Writes the name into an answer's headers, and beside it the caller's own if it sent one.
    pub fn write(&self, own: Option<HeaderValue>, headers: &mut HeaderMap) {
        headers.insert(REQUEST_ID, own.unwrap_or_else(|| self.0.clone()));
        headers.insert(CORRELATION_ID, self.0.clone());
    }
}

impl FromRequestParts<App> for Correlation {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let laid = parts.extensions.get::<Self>().cloned();
        laid.ok_or_else(|| Fault::internal("a request came past the envelope").into())
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The caller's own `X-Request-Id`, if it is 1 to 128 visible ASCII characters.
pub fn own_request_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(REQUEST_ID)?;
    let bytes = value.as_bytes();
    let sane =
        (1..=REQUEST_ID_CHARS_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    sane.then(|| value.clone())
}

/// Makes names. They need to be unique, not secret, so one draw of randomness serves all.
#[derive(Debug)]
pub struct Correlations {
    process: u64,
    next: AtomicU64,
}

impl Correlations {
    /// A maker that draws once from `rng`.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut process = [0; 8];
        let mut first = [0; 8];
        rng.fill(&mut process);
        rng.fill(&mut first);
        Self {
            process: u64::from_be_bytes(process),
            next: AtomicU64::new(u64::from_be_bytes(first)),
        }
    }

    /// The next name.
    pub fn next(&self) -> Correlation {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut text = [b'0'; 32];
        let value = (u128::from(self.process) << 64) | u128::from(number);
        for (at, digit) in text.iter_mut().enumerate() {
            let nibble = (value >> (124 - 4 * at)) & 15;
            *digit = b"0123456789abcdef"
                .get(usize::try_from(nibble).unwrap_or_default())
                .copied()
                .unwrap_or(b'0');
        }
        Correlation(
            HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("unnamed")),
        )
    }
}
