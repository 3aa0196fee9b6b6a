//! Who sends a FHIR request (RFC 6750): the token in the `Authorization` header, nowhere else.

use std::fmt::Write;
use std::sync::Arc;

use cresset_access::{Access, ScopeSet};
use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::grant::{Hashed, Token};

use crate::credential::{Kind, is_marked, token};
use crate::dpop::{self, ProofError, Proofs};
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
    /// Thumbprint of the key whose holder alone may use its token.
    pub key: Option<Hashed>,
    /// Hash of its token.
    pub(crate) token: Hashed,
}

/// What a request presents to be let in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Presented<'r> {
    /// The values of all `Authorization` headers.
    pub authorization: &'r [&'r [u8]],
    /// The proofs that it holds a key.
    pub proofs: Proofs<'r>,
}

/// How a token is presented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// By whoever bears it.
    Bearer,
    /// By the holder of a key (RFC 9449 §7.1).
    Dpop,
}

impl Scheme {
    fn parse(text: &[u8]) -> Option<Self> {
        let is = |name: &str| text.eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if is("Bearer") => Some(Self::Bearer),
            () if is("DPoP") => Some(Self::Dpop),
            () => None,
        }
    }
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
    /// The token is bound to a key, and nothing proves that the caller holds it: 401 (RFC 9449 §7.1).
    #[error("{0}")]
    Unproved(&'static str),
    /// The proof must hold this nonce: 401 (RFC 9449 §9).
    #[error("{}", dpop::USE_NONCE)]
    Nonce(String),
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `WWW-Authenticate` for a 403 that a token with wider scopes would not get (RFC 6750 §3.1).
pub const INSUFFICIENT_SCOPE_CHALLENGE: &str = "Bearer realm=\"cresset\", error=\"insufficient_scope\", error_description=\"the scopes of this access token do not allow this\"";

pub(crate) const UNKNOWN: BearerError =
    BearerError::Invalid("the access token is not known here or was revoked; ask for a new one");
const EXPIRED: BearerError =
    BearerError::Invalid("the access token has expired; ask for a new one");

impl BearerError {
    /// The value of `DPoP-Nonce`, where the caller is to use another one.
    pub fn nonce(&self) -> Option<&str> {
        match self {
            Self::Nonce(nonce) => Some(nonce),
            _ => None,
        }
    }

    /// The value of `WWW-Authenticate`; `None` where the store is at fault.
    pub fn challenge(&self) -> Option<String> {
        let code = match self {
            Self::Missing => None,
            Self::Malformed(_) => Some("invalid_request"),
            Self::Invalid(_) => Some("invalid_token"),
            Self::Unproved(_) => Some("invalid_dpop_proof"),
            Self::Nonce(_) => Some("use_dpop_nonce"),
            Self::Store(_) => return None,
        };
        let mut challenge = match self {
            Self::Unproved(_) | Self::Nonce(_) => {
                let algorithms = dpop::ALGORITHMS.join(" ");
                format!("DPoP realm=\"cresset\", algs=\"{algorithms}\"")
            }
            _ => "Bearer realm=\"cresset\"".to_owned(),
        };
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

/// The token of this kind in the values of the `Authorization` headers of one request, borne and
/// not bound to a key.
pub(crate) fn borne<'h>(authorization: &[&'h [u8]], kind: Kind) -> Result<&'h str, BearerError> {
    match presented(authorization, (kind, None))? {
        (Scheme::Bearer, token) => Ok(token),
        (Scheme::Dpop, _) => Err(BearerError::Malformed("send this token as Bearer")),
    }
}

fn presented<'h>(
    authorization: &[&'h [u8]],
    (kind, mark): (Kind, Option<&str>),
) -> Result<(Scheme, &'h str), BearerError> {
    let value = match authorization {
        [] => return Err(BearerError::Missing),
        [value] => *value,
        _ => {
            return Err(BearerError::Malformed(
                "there are several Authorization headers; send one",
            ));
        }
    };
    let end = value.iter().position(|byte| *byte == b' ');
    let (scheme, rest) = value.split_at(end.unwrap_or(value.len()));
    let scheme = Scheme::parse(scheme).ok_or(BearerError::Missing)?;
    let token = match rest {
        [] | [b' '] => return Err(BearerError::Malformed("there is no token after the scheme")),
        [_, token @ ..] => token,
    };
    let text = std::str::from_utf8(token)
        .ok()
        .filter(|t| is_marked(kind, mark, t));
    text.map(|text| (scheme, text)).ok_or(UNKNOWN)
}

impl AuthServer {
    /// The caller named by what a request to this instance presents.
    ///
    /// # Errors
    /// When there is no token, or it is malformed, unknown, revoked, expired or of another
    /// instance, or its app is disabled; or when the store fails.
    pub async fn caller(&self, request: Presented<'_>) -> Result<Arc<Caller>, BearerError> {
        let of = (Kind::AccessToken, self.settings.mark.as_deref());
        let (scheme, plain) = presented(request.authorization, of)?;
        let token = token::key(plain);
        let caller = match self.remembered(token) {
            Some(caller) => caller,
            None => self.read_caller(token).await?,
        };
        if caller.expires <= self.clock.now() {
            return Err(EXPIRED);
        }
        if scheme == Scheme::Dpop || caller.key.is_some() {
            self.check_holder(&caller, scheme, (request.proofs, plain))
                .await?;
        }
        Ok(caller)
    }

    /// A token that is bound to a key is for its holder, any other for whoever bears it; neither is
    /// taken for the other (RFC 9449 §7.1 and §7.2).
    async fn check_holder(
        &self,
        caller: &Caller,
        scheme: Scheme,
        (proofs, token): (Proofs<'_>, &str),
    ) -> Result<(), BearerError> {
        let Some(key) = caller.key.filter(|_| scheme == Scheme::Dpop) else {
            let text = "the access token is bound to a key and sent as Bearer, or sent as DPoP and bound to none";
            return Err(BearerError::Invalid(text));
        };
        let proved = self.proved_key(proofs, Some(token)).await;
        let proved = proved.map_err(|error| match error {
            ProofError::Invalid(text) => BearerError::Unproved(text),
            ProofError::Nonce(nonce) => BearerError::Nonce(nonce),
            ProofError::Store(error) => error.into(),
        })?;
        if proved == Some(key) {
            Ok(())
        } else {
            let text = "send a DPoP proof of the key that the access token is bound to";
            Err(BearerError::Unproved(text))
        }
    }

    async fn read_caller(&self, hash: Hashed) -> Result<Arc<Caller>, BearerError> {
        let ticket = self.tokens.ticket(self.store.endings());
        let token = self.store.lookup_token(hash).await?.ok_or(UNKNOWN)?;
        if token.expires <= self.clock.now() {
            return Err(EXPIRED);
        }
        let caller = Arc::new(self.caller_by(token).await?);
        self.tokens.insert(hash, caller.clone(), ticket);
        Ok(caller)
    }

    /// Whom a token speaks for, while what it rests on lasts; whether it has expired is not looked at.
    pub(crate) async fn caller_by(&self, token: Token) -> Result<Caller, BearerError> {
        let app = self.app_here(&token.client_id).await?;
        if !app.is_some_and(|a| a.enabled) {
            return Err(UNKNOWN);
        }
        let user = match &token.consent {
            None => None,
            Some(consent) => Some(self.live_consent(consent).await?.ok_or(UNKNOWN)?.user),
        };
        Ok(Caller {
            user,
            ..self.caller_of(token)?
        })
    }

    /// Whose token this is, where it was checked before and can have ended nowhere since.
    fn remembered(&self, hash: Hashed) -> Option<Arc<Caller>> {
        self.tokens.get(hash, self.store.endings()?)
    }

    fn caller_of(&self, token: Token) -> Result<Caller, StoreError> {
        let patient = token.patient.map(|p| p.parse()).transpose().map_err(|_| {
            StoreError::Failed("the stored patient of a token is not an id".to_owned())
        })?;
        let access = |patient| {
            let scopes = ScopeSet::parse(&token.scopes, &self.settings.limits)
                .map_err(|e| StoreError::Failed(format!("stored scopes of a token: {e}")))?;
            Ok::<_, StoreError>(Access::from_scopes(&scopes, patient))
        };
        let access = match patient {
            Some(patient) => access(Some(patient)),
            None => self.tokens.access(&token.scopes, || access(None)),
        }?;
        Ok(Caller {
            access,
            client_id: token.client_id,
            user: None,
            scopes: token.scopes,
            expires: token.expires,
            key: token.key,
            token: token.hash,
        })
    }
}
