//! The one door through which this server asks others.
//!
//! [`Outbound::get`] fetches a document from a URL that somebody outside wrote down, such as an
//! app's key set. What such a URL may name is decided here ([`address`]): `https`, public
//! addresses, and no others. The name is resolved once and the connection goes to the very
//! addresses that were judged, so a name cannot point elsewhere a moment later. No redirect is
//! followed, no proxy of the environment is used, and size and time are bounded.
//!
//! An operator may open the door to private addresses and plain `http` ([`Reach::Anywhere`]),
//! which tests and certification on one machine need.
//!
//! This room interprets nothing it fetches and keeps nothing: what a caller may reuse, and for how
//! long, is said beside the body ([`Fetched`]). Nothing else in the server opens a connection of
//! its own accord. Start with [`Outbound`].

pub mod address;
mod fetched;
mod resolver;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cresset_base::Limits;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

pub use address::{NotAllowed, Reach};
pub use fetched::Fetched;
use resolver::Judging;

/// Part of the time of a request after which a connection must stand.
const CONNECT_SHARE: u32 = 2;

/// The door. Cheap to share; the first request builds what lies behind it.
pub struct Outbound {
    reach: Reach,
    bytes_max: usize,
    time: Duration,
    client: OnceLock<Result<Client, String>>,
}

/// Why a document was not fetched. For the log: whoever wrote the URL is told no more than that.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The URL names what may not be asked.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// No connection, or none that lasted.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// An answer that is not 200, redirects among them.
    #[error("the answer is {0}")]
    Status(StatusCode),
    /// More bytes than the limits allow.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound")
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

impl Outbound {
    /// A door that lets through what `reach` says, within `limits`.
    pub fn new(reach: Reach, limits: &Limits) -> Self {
        Self {
            reach,
            bytes_max: limits.outbound_bytes_max,
            time: Duration::from_millis(limits.outbound_ms_max),
            client: OnceLock::new(),
        }
    }

    /// How far it lets requests go.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// The JSON document at `url`.
    ///
    /// # Errors
    /// When the URL may not be asked, nobody answers in time, or the answer is not 200 or too long.
    pub async fn get(&self, url: &str) -> Result<Fetched, OutboundError> {
        let url = address::judge(url, self.reach)?;
        let fetch = self.fetch(url);
        // The client's own limit does not cover waiting for the resolver.
        let waited = tokio::time::timeout(self.time, fetch).await;
        waited.unwrap_or_else(|_| Err(OutboundError::Unreachable("time ran out".to_owned())))
    }

    async fn fetch(&self, url: Url) -> Result<Fetched, OutboundError> {
        let request = self
            .client()?
            .get(url)
            .header("accept", "application/json")
            .header("user-agent", "cresset");
        let mut answer = request.send().await.map_err(unreachable)?;
        if answer.status() != StatusCode::OK {
            return Err(OutboundError::Status(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > self.bytes_max {
                return Err(OutboundError::TooLong(self.bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched::new(body.into(), answer.headers()))
    }

    fn client(&self) -> Result<&Client, OutboundError> {
        let built = self.client.get_or_init(|| {
            Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .timeout(self.time)
                .connect_timeout(self.time / CONNECT_SHARE)
                .https_only(self.reach == Reach::Public)
                .dns_resolver(Arc::new(Judging(self.reach)))
                .build()
                .map_err(|error| with_causes(&error))
        });
        built
            .as_ref()
            .map_err(|error| OutboundError::Unreachable(error.clone()))
    }
}

fn unreachable(error: reqwest::Error) -> OutboundError {
    OutboundError::Unreachable(with_causes(&error.without_url()))
}

/// An error and what lies under it, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}
