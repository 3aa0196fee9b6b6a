//! Who sends a FHIR request (RFC 6750): the token in the `Authorization` header, nowhere else.

use std::fmt::Write;
use std::sync::Arc;

use cresset_access::{Access, ScopeSet};
use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::grant::{Hashed, Token};

use crate::credential::{hash, is_access_token};
use crate::server::AuthServer;

/// An authenticated caller.
#[derive(Debug)]
pub struct Caller {
    /// What it may see and do.
    pub access: Access,
    /// The app.
    pub client_id: String,
    /// The person it acts for, where one is involved.
    pub user: Option<String>,
    /// The scopes of its token, space-separated.
    pub scopes: String,
    /// When its token ends.
    pub expires: Timestamp,
}

/// Why there is no caller.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// There is no bearer token: 401, and RFC 6750 §3.1 wants no error code.
    #[error("send an access token: Authorization: Bearer ...")]
    Missing,
    /// The header is not what RFC 6750 §2.1 says: 400 `invalid_request`.
    #[error("{0}")]
    Malformed(&'static str),
    /// The token is not one of this instance, or no longer: 401 `invalid_token`.
    #[error("{0}")]
    Invalid(&'static str),
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `WWW-Authenticate` for a 403 that a token with wider scopes would not get (RFC 6750 §3.1).
pub const INSUFFICIENT_SCOPE_CHALLENGE: &str = "Bearer realm=\"cresset\", error=\"insufficient_scope\", error_description=\"the scopes of this access token do not allow this\"";

const UNKNOWN: BearerError =
    BearerError::Invalid("the access token is not known here or was revoked; ask for a new one");
const EXPIRED: BearerError =
    BearerError::Invalid("the access token has expired; ask for a new one");

impl BearerError {
    /// The value of `WWW-Authenticate`; `None` where the store is at fault.
    pub fn challenge(&self) -> Option<String> {
        let code = match self {
            Self::Missing => None,
            Self::Malformed(_) => Some("invalid_request"),
            Self::Invalid(_) => Some("invalid_token"),
            Self::Store(_) => return None,
        };
        let mut challenge = "Bearer realm=\"cresset\"".to_owned();
        if let Some(code) = code {
            // Writing to a string cannot fail.
            let _ = write!(
                challenge,
                ", error=\"{code}\", error_description=\"{self}\""
            );
        }
        Some(challenge)
    }
}

/// The token in the values of the `Authorization` headers of one request.
fn bearer<'h>(mut values: impl Iterator<Item = &'h [u8]>) -> Result<&'h str, BearerError> {
    let value = values.next().ok_or(BearerError::Missing)?;
    if values.next().is_some() {
        return Err(BearerError::Malformed(
            "there are several Authorization headers; send one",
        ));
    }
    let Some((scheme, rest)) = value.split_at_checked(b"Bearer".len()) else {
        return Err(BearerError::Missing);
    };
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return Err(BearerError::Missing);
    }
    let token = match rest {
        [] | [b' '] => return Err(BearerError::Malformed("there is no token after 'Bearer'")),
        [b' ', token @ ..] => token,
        _ => return Err(BearerError::Missing),
    };
    let text = std::str::from_utf8(token)
        .ok()
        .filter(|t| is_access_token(t));
    text.ok_or(UNKNOWN)
}

impl AuthServer {
    /// The caller named by the `Authorization` headers of a request to this instance.
    ///
    /// # Errors
    /// When there is no token, or it is malformed, unknown, revoked, expired or of another
    /// instance, or its app is disabled; or when the store fails.
    pub async fn caller<'h>(
        &self,
        authorization: impl Iterator<Item = &'h [u8]>,
    ) -> Result<Arc<Caller>, BearerError> {
        let token = hash(bearer(authorization)?);
        let caller = match self.tokens.get(token) {
            Some(caller) => caller,
            None => self.read_caller(token).await?,
        };
        if caller.expires <= self.clock.now() {
            return Err(EXPIRED);
        }
        Ok(caller)
    }

    async fn read_caller(&self, hash: Hashed) -> Result<Arc<Caller>, BearerError> {
        let ticket = self.tokens.ticket();
        let token = self.store.lookup_token(hash).await?.ok_or(UNKNOWN)?;
        let app = self.store.lookup_app(&token.client_id).await?;
        if !app.is_some_and(|a| a.enabled) {
            return Err(UNKNOWN);
        }
        if token.expires <= self.clock.now() {
            return Err(EXPIRED);
        }
        let user = match &token.consent {
            None => None,
            Some(consent) => Some(self.live_consent(consent).await?.ok_or(UNKNOWN)?.user),
        };
        let caller = Arc::new(Caller {
            user,
            ..self.caller_of(token)?
        });
        self.tokens.insert(hash, caller.clone(), ticket);
        Ok(caller)
    }

    fn caller_of(&self, token: Token) -> Result<Caller, StoreError> {
        let scopes = ScopeSet::parse(&token.scopes, &self.settings.limits)
            .map_err(|e| StoreError::Failed(format!("stored scopes of a token: {e}")))?;
        let patient = token.patient.map(|p| p.parse()).transpose().map_err(|_| {
            StoreError::Failed("the stored patient of a token is not an id".to_owned())
        })?;
        Ok(Caller {
            access: Access::from_scopes(&scopes, patient),
            client_id: token.client_id,
            user: None,
            scopes: token.scopes,
            expires: token.expires,
        })
    }
}
