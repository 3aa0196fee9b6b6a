//! Tokens that only the holder of a key can use (`DPoP`, RFC 9449), where the instance offers it: with
//! each request an app signs what it asks of whom and when, with a key it made itself.
//!
//! The key is known by its thumbprint (RFC 7638), which is stored with the token. A proof is good
//! once: its id is used up in the store of the instance like that of a client assertion.

mod nonce;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::grant::Hashed;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use crate::credential::hash;
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::server::AuthServer;

/// The algorithms a proof may be signed with, as discovery documents name them.
pub const ALGORITHMS: [&str; 4] = ["ES256", "ES384", "PS256", "RS256"];

/// How old a proof may be, in seconds.
const AGE_S_MAX: i64 = 60;
/// How far an app's clock may be ahead of ours, in seconds.
const SKEW_S: i64 = 10;
const ID_BYTES_MAX: usize = 256;
const RSA_BYTES_MIN: usize = 256;

/// The proofs of one request, and what they must be about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Proofs<'r> {
    /// The values of all `DPoP` headers.
    pub headers: &'r [&'r [u8]],
    /// The method of the request.
    pub method: &'r str,
    /// Its address, as this server is called by others.
    pub url: &'r str,
}

/// What an app is told whose proof holds no nonce of this server.
pub(crate) const USE_NONCE: &str =
    "sign the DPoP proof with the nonce in the header DPoP-Nonce of this answer";

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// What is wrong with it.
    #[error("{0}")]
    Invalid(&'static str),
    /// It holds no nonce of this server, or one that is too old; this is the one of now.
    #[error("{USE_NONCE}")]
    Nonce(String),
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ProofError> for AuthError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Invalid(text) => Refusal::new(ErrorCode::InvalidDpopProof, text).into(),
            ProofError::Nonce(nonce) => Refusal {
                nonce: Some(nonce),
                ..Refusal::new(ErrorCode::UseDpopNonce, USE_NONCE)
            }
            .into(),
            ProofError::Store(error) => error.into(),
        }
    }
}

/// The members of the header that matter; one that stands twice is refused.
#[derive(Deserialize)]
struct Head {
    typ: String,
    alg: String,
    jwk: Jwk,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

/// A public key of a proof.
struct Key {
    public: DecodingKey,
    algorithm: Algorithm,
    thumbprint: Hashed,
}

impl AuthServer {
    /// The thumbprint of the key that signed the proof of a request, if there is one. With an access
    /// token, the proof must be about it.
    pub(crate) async fn proved_key(
        &self,
        proofs: Proofs<'_>,
        token: Option<&str>,
    ) -> Result<Option<Hashed>, ProofError> {
        let proof = match proofs.headers {
            [] => return Ok(None),
            [proof] => std::str::from_utf8(proof).map_err(|_| MALFORMED)?,
            _ => {
                return Err(ProofError::Invalid(
                    "there are several DPoP headers; send one",
                ));
            }
        };
        if !self.settings.options.dpop {
            return Ok(None);
        }
        let bytes_max = self.settings.limits.assertion_bytes_max;
        if proof.len() > bytes_max {
            return Err(ProofError::Invalid("the DPoP proof is too long"));
        }
        let key = key(proof)?;
        let mut validation = Validation::new(key.algorithm);
        // Time and claims are judged below, with the clock of this server.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let data = jsonwebtoken::decode::<Claims>(proof, &key.public, &validation);
        let claims = data.map_err(|_| MALFORMED)?.claims;
        self.check_proof(&claims, proofs, token)?;
        self.check_nonce(claims.nonce.as_deref()).await?;
        let ends = Timestamp::from_second(claims.iat.saturating_add(AGE_S_MAX));
        let ends = ends.unwrap_or(Timestamp::MAX);
        let owner = thumbprint_text(key.thumbprint);
        let id = hash(&claims.jti);
        if self.store.consume_assertion(&owner, id, ends).await? {
            Ok(Some(key.thumbprint))
        } else {
            Err(ProofError::Invalid(
                "the DPoP proof was used before; sign a new one with another jti",
            ))
        }
    }

    async fn check_nonce(&self, nonce: Option<&str>) -> Result<(), ProofError> {
        let is_known = match nonce {
            _ if !self.wants_nonces() => true,
            Some(nonce) => self.is_nonce(nonce).await?,
            None => false,
        };
        if is_known {
            Ok(())
        } else {
            Err(ProofError::Nonce(self.nonce().await?))
        }
    }

    fn check_proof(
        &self,
        claims: &Claims,
        proofs: Proofs<'_>,
        token: Option<&str>,
    ) -> Result<(), ProofError> {
        let invalid = |text| Err(ProofError::Invalid(text));
        if !(1..=ID_BYTES_MAX).contains(&claims.jti.len()) {
            return invalid("jti of the DPoP proof must be 1 to 256 bytes");
        }
        if claims.htm != proofs.method || !is_same_address(&claims.htu, proofs.url) {
            return invalid(
                "htm and htu of the DPoP proof are not the method and URL of this request",
            );
        }
        let now_s = self.clock.now().as_second();
        if !(now_s - AGE_S_MAX..=now_s + SKEW_S).contains(&claims.iat) {
            return invalid("iat of the DPoP proof is not about now");
        }
        let about = token.map(|token| URL_SAFE_NO_PAD.encode(hash(token).0));
        match (about, &claims.ath) {
            (None, _) => Ok(()),
            (Some(about), Some(ath))
                if verify_slices_are_equal(about.as_bytes(), ath.as_bytes()).is_ok() =>
            {
                Ok(())
            }
            (Some(_), _) => invalid("ath of the DPoP proof is not the hash of the access token"),
        }
    }
}

const MALFORMED: ProofError = ProofError::Invalid(
    "the DPoP proof is not a JWT of type dpop+jwt with jti, htm, htu and iat, signed by the public jwk in its header with ES256, ES384, PS256 or RS256",
);

/// The key in the header of a proof, not yet believed.
fn key(proof: &str) -> Result<Key, ProofError> {
    let head = proof.split('.').next().unwrap_or_default();
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| MALFORMED)?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| MALFORMED)?;
    let jwk = &head.jwk;
    let asks_more = head.crit.is_some() || head.b64.is_some();
    if head.typ != "dpop+jwt" || asks_more || jwk.d.is_some() || jwk.k.is_some() {
        return Err(MALFORMED);
    }
    match (head.alg.as_str(), jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("ES256", "EC", Some("P-256")) => ec(jwk, "P-256", (Algorithm::ES256, 32)),
        ("ES384", "EC", Some("P-384")) => ec(jwk, "P-384", (Algorithm::ES384, 48)),
        ("PS256", "RSA", _) => rsa(jwk, Algorithm::PS256),
        ("RS256", "RSA", _) => rsa(jwk, Algorithm::RS256),
        _ => Err(MALFORMED),
    }
}

fn ec(jwk: &Jwk, crv: &str, (algorithm, bytes): (Algorithm, usize)) -> Result<Key, ProofError> {
    let (x, y) = (decoded(jwk.x.as_ref())?, decoded(jwk.y.as_ref())?);
    if x.len() != bytes || y.len() != bytes {
        return Err(MALFORMED);
    }
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let public = DecodingKey::from_ec_components(&x, &y).map_err(|_| MALFORMED)?;
    // RFC 7638 §3: the members that matter, in order of their names.
    let thumbprint = format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Ok(Key {
        public,
        algorithm,
        thumbprint: hash(&thumbprint),
    })
}

fn rsa(jwk: &Jwk, algorithm: Algorithm) -> Result<Key, ProofError> {
    let significant =
        |bytes: Vec<u8>| -> Vec<u8> { bytes.into_iter().skip_while(|byte| *byte == 0).collect() };
    let n = significant(decoded(jwk.n.as_ref())?);
    let e = significant(decoded(jwk.e.as_ref())?);
    if n.len() < RSA_BYTES_MIN {
        return Err(ProofError::Invalid(
            "the RSA key of the DPoP proof is shorter than 2048 bits",
        ));
    }
    let public = DecodingKey::from_rsa_raw_components(&n, &e);
    let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
    let thumbprint = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    Ok(Key {
        public,
        algorithm,
        thumbprint: hash(&thumbprint),
    })
}

fn decoded(text: Option<&String>) -> Result<Vec<u8>, ProofError> {
    let text = text.ok_or(MALFORMED)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| MALFORMED)
}

/// RFC 9449 §4.3: compared as URLs, without query and fragment.
fn is_same_address(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Some(url)
    };
    bare(one).is_some_and(|url| Some(url) == bare(other))
}

/// A thumbprint as it is written (`jkt`).
pub(crate) fn thumbprint_text(key: Hashed) -> String {
    URL_SAFE_NO_PAD.encode(key.0)
}
