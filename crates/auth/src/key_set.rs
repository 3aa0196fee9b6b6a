//! The public keys of an app (RFC 7517), and what they have signed.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// The algorithms an app may sign with, as discovery documents name them. SMART App Launch 2.2
/// ("Client Authentication: Asymmetric") asks for these two; the list is closed.
pub const ALGORITHMS: [&str; 2] = ["RS384", "ES384"];

const RSA_BYTES_MIN: usize = 256;
/// Small exponents make forgeries of sloppy verifiers cheap (NIST SP 800-56B §6.2).
const RSA_EXPONENT_MIN: u64 = 65_537;
/// Bytes of one coordinate on P-384.
const P384_BYTES: usize = 48;

/// Why a text is not a key set that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeySet {
    /// Not the JSON of RFC 7517 §5.
    #[error("it is not a JSON object with an array 'keys' of keys")]
    Malformed,
    /// More than the limits allow.
    #[error("it holds more than {0} keys")]
    TooMany(usize),
    /// A key that should never have left its owner.
    #[error("it holds a private or symmetric key; publish public keys only")]
    Private,
    /// Two keys of one name.
    #[error("two of its keys have the same kid")]
    Repeated,
    /// A key that is too weak to rely on.
    #[error("an RSA key is shorter than 2048 bits or its exponent smaller than 65537")]
    Weak,
    /// Nothing in it can check a signature here.
    #[error("it holds no key with a kid for RS384 (RSA) or ES384 (EC on P-384)")]
    Unusable,
}

/// The keys that can check an assertion.
#[derive(Clone)]
pub(crate) struct KeySet(Vec<Key>);

#[derive(Clone)]
struct Key {
    kid: String,
    algorithm: Algorithm,
    public: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Jwk>,
}

/// The members that matter. `serde` refuses one that stands twice.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
    p: Option<IgnoredAny>,
    q: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

impl KeySet {
    /// Reads a key set. Keys of other kinds and for other uses are passed over.
    pub(crate) fn parse(text: &[u8], keys_max: usize) -> Result<Self, InvalidKeySet> {
        let document: Document =
            serde_json::from_slice(text).map_err(|_| InvalidKeySet::Malformed)?;
        if document.keys.len() > keys_max {
            return Err(InvalidKeySet::TooMany(keys_max));
        }
        let mut seen = HashSet::new();
        let mut usable = Vec::new();
        for jwk in &document.keys {
            if jwk.is_secret() {
                return Err(InvalidKeySet::Private);
            }
            if jwk.kid.as_ref().is_some_and(|kid| !seen.insert(kid)) {
                return Err(InvalidKeySet::Repeated);
            }
            usable.extend(jwk.key()?);
        }
        if usable.is_empty() {
            return Err(InvalidKeySet::Unusable);
        }
        Ok(Self(usable))
    }

    /// The claims of a JWT, if the key it names is here and signed it.
    pub(crate) fn claims<C: DeserializeOwned>(&self, jwt: &str, kid: &str) -> Option<C> {
        let key = self.0.iter().find(|key| key.kid == kid)?;
        let mut validation = Validation::new(key.algorithm);
        // Time and claims are judged by whoever asks, with a clock of their own.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let data = jsonwebtoken::decode(jwt, &key.public, &validation).ok()?;
        Some(data.claims)
    }
}

impl Jwk {
    fn is_secret(&self) -> bool {
        let private = [&self.d, &self.p, &self.q, &self.k];
        self.kty == "oct" || private.iter().any(|member| member.is_some())
    }

    /// The key, if it is one for signatures of a listed algorithm.
    fn key(&self) -> Result<Option<Key>, InvalidKeySet> {
        let is_for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let algorithm = match self.kty.as_str() {
            "RSA" => Algorithm::RS384,
            "EC" if self.crv.as_deref() == Some("P-384") => Algorithm::ES384,
            _ => return Ok(None),
        };
        let name = match algorithm {
            Algorithm::RS384 => "RS384",
            _ => "ES384",
        };
        let is_of_algorithm = self.alg.as_deref().is_none_or(|alg| alg == name);
        let Some(kid) = self.kid.clone() else {
            return Ok(None);
        };
        if !is_for_signatures || !is_of_algorithm {
            return Ok(None);
        }
        let public = match algorithm {
            Algorithm::RS384 => self.rsa()?,
            _ => self.ec()?,
        };
        Ok(Some(Key {
            kid,
            algorithm,
            public,
        }))
    }

    fn rsa(&self) -> Result<DecodingKey, InvalidKeySet> {
        let (n, e) = (decoded(self.n.as_ref())?, decoded(self.e.as_ref())?);
        let exponent = e.iter().try_fold(0_u64, |value, byte| {
            Some(value.checked_mul(256)? + u64::from(*byte))
        });
        let significant = n.iter().skip_while(|byte| **byte == 0).count();
        if significant < RSA_BYTES_MIN || exponent.is_some_and(|e| e < RSA_EXPONENT_MIN) {
            return Err(InvalidKeySet::Weak);
        }
        Ok(DecodingKey::from_rsa_raw_components(&n, &e))
    }

    fn ec(&self) -> Result<DecodingKey, InvalidKeySet> {
        let (Some(x), Some(y)) = (&self.x, &self.y) else {
            return Err(InvalidKeySet::Malformed);
        };
        let is_whole = |text| decoded(Some(text)).is_ok_and(|bytes| bytes.len() == P384_BYTES);
        if !is_whole(x) || !is_whole(y) {
            return Err(InvalidKeySet::Malformed);
        }
        DecodingKey::from_ec_components(x, y).map_err(|_| InvalidKeySet::Malformed)
    }
}

fn decoded(text: Option<&String>) -> Result<Vec<u8>, InvalidKeySet> {
    let text = text.ok_or(InvalidKeySet::Malformed)?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| InvalidKeySet::Malformed)
}

/// Whether a text is a key set that an app can be registered with.
///
/// # Errors
/// With the first reason why not.
pub fn check(text: &str, keys_max: usize) -> Result<(), InvalidKeySet> {
    KeySet::parse(text.as_bytes(), keys_max).map(|_| ())
}
