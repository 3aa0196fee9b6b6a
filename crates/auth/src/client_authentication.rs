//! Which app is asking (RFC 6749 §2.3): the secret by Basic or in the form, or a signed assertion;
//! one of them, never two.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cresset_base::Secret;
use cresset_store::grant::{App, ClientType, Hashed};

use crate::client_assertion::ASSERTION_TYPE;
use crate::credential::{hash, is_same};
use crate::error::{AuthError, ErrorCode, Refusal, Tried};
use crate::form::Form;
use crate::server::AuthServer;

/// Longest `Authorization` value that is looked at, in bytes.
const AUTHORIZATION_BYTES_MAX: usize = 2_048;

/// The methods of client authentication, as discovery documents name them.
pub const METHODS: [&str; 3] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

/// What an app presents. Clients disagree on whether Basic values are percent-encoded first (RFC
/// 6749 says so, most send them raw), so each form that the text allows is tried.
struct Presented {
    candidates: Vec<(String, Secret<String>)>,
    tried: Tried,
}

impl AuthServer {
    /// The app that presents itself, or the error that says why it is none.
    ///
    /// An unknown app, a disabled one and a wrong secret get the same answer after the same work.
    pub(crate) async fn authenticate(
        &self,
        authorization: &[&[u8]],
        form: &Form<'_>,
    ) -> Result<App, AuthError> {
        if let Some(assertion) = assertion(authorization, form)? {
            return self.asserting_app(assertion, form.get("client_id")).await;
        }
        let presented = presented(authorization, form)?;
        for (client_id, secret) in &presented.candidates {
            let app = self.app_here(client_id).await?;
            if let Some(app) = verified(app, hash(secret.expose())) {
                return Ok(app);
            }
        }
        let tried_id = presented
            .candidates
            .first()
            .map_or("", |(id, _)| id.as_str());
        self.count_failure(tried_id).await?;
        Err(unknown_client(presented.tried).into())
    }

    /// Counts a failure of whoever says to be this app.
    pub(crate) async fn count_failure(&self, client_id: &str) -> Result<(), AuthError> {
        let counted = self
            .failures
            .count(&*self.store, client_id, self.clock.now());
        match counted.await? {
            Some(retry_after_s) => Err(AuthError::TooManyFailures { retry_after_s }),
            None => Ok(()),
        }
    }
}

impl AuthServer {
    /// The app that asks for a token or gives one back: one that presents itself, or a public one.
    pub(crate) async fn identify(
        &self,
        authorization: &[&[u8]],
        form: &Form<'_>,
    ) -> Result<App, AuthError> {
        match self.public_app(authorization, form).await? {
            Some(app) => Ok(app),
            None => self.authenticate(authorization, form).await,
        }
    }

    /// The app that only says who it is, if it is a public one (RFC 6749 §3.2.1): what it presents
    /// besides, a code or a refresh token, must prove the rest.
    async fn public_app(
        &self,
        authorization: &[&[u8]],
        form: &Form<'_>,
    ) -> Result<Option<App>, AuthError> {
        let proves = ["client_secret", "client_assertion", "client_assertion_type"];
        if !authorization.is_empty() || proves.iter().any(|name| form.get(name).is_some()) {
            return Ok(None);
        }
        let Some(client_id) = form.get("client_id") else {
            return Ok(None);
        };
        let app = self.app_here(client_id).await?;
        Ok(app.filter(|app| app.enabled && app.details.client_type == ClientType::Public))
    }
}

/// The app, if it is enabled and this is its secret. An absent one is compared too, with a value
/// that no secret hashes to.
fn verified(app: Option<App>, presented: Hashed) -> Option<App> {
    const NOBODYS: Hashed = Hashed([0; 32]);
    let stored = app.as_ref().and_then(|a| a.secret);
    let same = is_same(stored.unwrap_or(NOBODYS), presented);
    app.filter(|a| same && stored.is_some() && a.enabled)
}

fn unknown_client(tried: Tried) -> Refusal {
    let description = "the client_id is unknown or disabled, or the client_secret is wrong";
    Refusal {
        tried,
        ..Refusal::new(ErrorCode::InvalidClient, description)
    }
}

/// The assertion that an app presents instead of a secret (RFC 7521 §4.2), if it does.
fn assertion<'f>(authorization: &[&[u8]], form: &Form<'f>) -> Result<Option<&'f str>, Refusal> {
    let (assertion, of_type) = match (
        form.get("client_assertion"),
        form.get("client_assertion_type"),
    ) {
        (None, None) => return Ok(None),
        (Some(assertion), Some(of_type)) => (assertion, of_type),
        _ => {
            let description =
                "client_assertion and client_assertion_type go together; one is missing";
            return Err(Refusal::new(ErrorCode::InvalidClient, description));
        }
    };
    if !authorization.is_empty() || form.get("client_secret").is_some() {
        let description = "there is a client_assertion and a secret; an app uses one of them";
        return Err(Refusal::request(description));
    }
    if of_type == ASSERTION_TYPE {
        return Ok(Some(assertion));
    }
    let description =
        "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    Err(Refusal::new(ErrorCode::InvalidClient, description))
}

fn presented(authorization: &[&[u8]], form: &Form<'_>) -> Result<Presented, Refusal> {
    match (
        authorization,
        form.get("client_id"),
        form.get("client_secret"),
    ) {
        ([], Some(id), Some(secret)) => Ok(Presented {
            candidates: vec![(id.to_owned(), Secret::new(secret.to_owned()))],
            tried: Tried::Form,
        }),
        ([], _, _) => Err(Refusal::new(
            ErrorCode::InvalidClient,
            "send client_id and client_secret, by HTTP Basic or as form parameters",
        )),
        ([_], _, Some(_)) => Err(Refusal::request(
            "the client_secret stands in the form although there is an Authorization header; use one of them",
        )),
        ([header], client_id, None) => basic(header, client_id),
        _ => Err(Refusal::request(
            "there are several Authorization headers; send one",
        )),
    }
}

fn basic(header: &[u8], form_client_id: Option<&str>) -> Result<Presented, Refusal> {
    let malformed = |description: &'static str| Refusal {
        tried: Tried::Header,
        ..Refusal::new(ErrorCode::InvalidClient, description)
    };
    let credentials = basic_credentials(header).ok_or_else(|| {
        malformed(
            "the Authorization header is not 'Basic ' and the base64 of client_id:client_secret",
        )
    })?;
    let (id, secret) = credentials.split_once(':').ok_or_else(|| {
        malformed("the Basic credentials hold no colon between client_id and client_secret")
    })?;
    let mut candidates = vec![(id.to_owned(), Secret::new(secret.to_owned()))];
    if credentials.contains(['%', '+'])
        && let (Some(id), Some(secret)) = (form_decoded(id), form_decoded(secret))
    {
        candidates.push((id.into_owned(), Secret::new(secret.into_owned())));
    }
    match form_client_id {
        Some(other) if candidates.iter().all(|(id, _)| id != other) => Err(Refusal::request(
            "client_id in the form differs from the one in the Authorization header",
        )),
        _ => Ok(Presented {
            candidates,
            tried: Tried::Header,
        }),
    }
}

/// The `client_id`s that a value of `Authorization` may hold, none of them proved.
pub(crate) fn basic_ids(header: &[u8]) -> Vec<String> {
    let presented = basic(header, None).map(|presented| presented.candidates);
    let candidates = presented.unwrap_or_default().into_iter();
    candidates.map(|(id, _)| id).collect()
}

fn basic_credentials(header: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(header)
        .ok()
        .filter(|t| t.len() <= AUTHORIZATION_BYTES_MAX)?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    String::from_utf8(STANDARD.decode(encoded.trim_matches(' ')).ok()?).ok()
}

/// `application/x-www-form-urlencoded`, as RFC 6749 §2.3.1 wants it before base64.
fn form_decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(text.into());
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok())
}
