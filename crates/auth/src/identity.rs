//! Who the person is, told to apps that ask (OpenID Connect Core, SMART App Launch 2.2 §2.0.11).
//!
//! `id_token`s are signed with RS256 by a key of the issuer. Keys are named by the quarter of a
//! year in which they sign: a new one is made when a quarter begins, and the last one stays
//! published as long as anybody may hold a token of it.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_access::{NamedScope, Scope, ScopeSet};
use cresset_base::{Secret, Timestamp};
use cresset_store::Error as StoreError;
use cresset_store::consent::Consent;
use cresset_store::session::Proof;
use cresset_store::user::User;
use serde_json::{Map, Value, json};

use crate::bearer::Caller;
use crate::server::AuthServer;

/// Life of an `id_token`, in seconds: it says who signed in, and is looked at once.
const LIFETIME_S: i64 = 3_600;
/// How long one key signs, in seconds.
const PERIOD_S: i64 = 90 * 24 * 60 * 60;

/// A key that signs, and what it is called.
pub(crate) type SigningKey = (String, Arc<RsaKeyPair>);

impl AuthServer {
    /// The `id_token` for a consent, where its scopes ask for one.
    pub(crate) async fn id_token(
        &self,
        consent: &Consent,
        scopes: &str,
        nonce: Option<&str>,
    ) -> Result<Option<Secret<String>>, StoreError> {
        let scopes = self.stored_scopes(scopes)?;
        if !scopes.contains(&Scope::Named(NamedScope::OpenId)) {
            return Ok(None);
        }
        let user = self.store.lookup_user(&consent.user).await?;
        let user = user.ok_or_else(|| failed("the person of a consent is gone"))?;
        let now = self.clock.now();
        let mut claims = self.claims(&user, &scopes);
        for (name, value) in [
            ("iss", json!(self.settings.issuer)),
            ("aud", json!(consent.client_id)),
            ("iat", json!(now.as_second())),
            ("exp", json!(now.as_second() + LIFETIME_S)),
            ("auth_time", json!(consent.authenticated.as_second())),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if let Some(proof) = consent.proof {
            claims.insert("amr".to_owned(), json!(methods(proof)));
        }
        if let Some(nonce) = nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        let (kid, key) = self.signing_key(period(now)).await?;
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        signed(&key, &header, &Value::Object(claims)).map(Some)
    }

    /// What an app may know about the person (OpenID Connect Core §5.3): a JSON body; nothing when
    /// the token does not say so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn userinfo(&self, caller: &Caller) -> Result<Option<String>, StoreError> {
        let scopes = self.stored_scopes(&caller.scopes)?;
        let (Some(user), true) = (
            &caller.user,
            scopes.contains(&Scope::Named(NamedScope::OpenId)),
        ) else {
            return Ok(None);
        };
        let user = self.store.lookup_user(user).await?;
        Ok(user.map(|user| Value::Object(self.claims(&user, &scopes)).to_string()))
    }

    /// The person's own resource as apps are told it: an absolute URL.
    pub(crate) fn fhir_user(&self, user: &User) -> Option<String> {
        let own = user.fhir_user.as_ref()?;
        Some(format!("{}/{own}", self.settings.fhir_base))
    }

    fn claims(&self, user: &User, scopes: &ScopeSet) -> Map<String, Value> {
        let has = |named| scopes.contains(&Scope::Named(named));
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!(user.id));
        if has(NamedScope::FhirUser)
            && let Some(own) = self.fhir_user(user)
        {
            claims.insert("fhirUser".to_owned(), json!(own));
        }
        if has(NamedScope::Profile) {
            claims.insert("name".to_owned(), json!(user.name));
            // SMART 1 apps look for the person's resource here.
            if let Some(own) = self.fhir_user(user) {
                claims.insert("profile".to_owned(), json!(own));
            }
        }
        claims
    }

    /// The public keys by which `id_token`s are checked (RFC 7517): a JSON body.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn jwks(&self) -> Result<String, StoreError> {
        let now = period(self.clock.now());
        let (kid, key) = self.signing_key(now).await?;
        let mut keys = vec![public(&kid, &key)];
        if let Some(key) = self.keys.secret(&name(now - 1)).await? {
            keys.push(public(&name(now - 1), &read(&key)?));
        }
        Ok(json!({ "keys": keys }).to_string())
    }

    /// The key that signs in this period, made on first use.
    async fn signing_key(&self, period: i64) -> Result<SigningKey, StoreError> {
        let name = name(period);
        if let Some(known) = self.signing.lock().clone().filter(|known| known.0 == name) {
            return Ok(known);
        }
        let known = (name.clone(), self.stored_key(&name).await?);
        *self.signing.lock() = Some(known.clone());
        Ok(known)
    }

    /// The key of this name, made if it is not there.
    async fn stored_key(&self, name: &str) -> Result<Arc<RsaKeyPair>, StoreError> {
        if let Some(key) = self.keys.secret(name).await? {
            return Ok(Arc::new(read(&key)?));
        }
        let made = tokio::task::spawn_blocking(|| {
            // A key is drawn by the library that knows how, from the system's randomness.
            let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let der = key.as_der().map_err(failed)?;
            Ok::<_, StoreError>(Secret::new(der.as_ref().to_vec()))
        });
        let made = made.await.map_err(failed)??;
        let key = self.keys.add_secret(name, made).await?;
        Ok(Arc::new(read(&key)?))
    }

    fn stored_scopes(&self, scopes: &str) -> Result<ScopeSet, StoreError> {
        ScopeSet::parse(scopes, &self.settings.limits).map_err(failed)
    }
}

/// What a proof is called in `amr` (RFC 8176 §2). Whether hardware keeps the key of a passkey is not
/// known, so it is a proof of possession and no more.
fn methods(proof: Proof) -> &'static [&'static str] {
    match proof {
        Proof::Password => &["pwd"],
        Proof::PasswordAndCode => &["pwd", "otp", "mfa"],
        Proof::PasswordAndPasskey => &["pwd", "pop", "mfa"],
        Proof::Passkey => &["pop", "user", "mfa"],
    }
}

fn period(at: Timestamp) -> i64 {
    at.as_second().div_euclid(PERIOD_S)
}

fn name(period: i64) -> String {
    format!("id-token-{period}")
}

fn read(key: &Secret<Vec<u8>>) -> Result<RsaKeyPair, StoreError> {
    RsaKeyPair::from_pkcs8(key.expose()).map_err(failed)
}

fn public(kid: &str, key: &RsaKeyPair) -> Value {
    let parts = aws_lc_rs::signature::RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
        "n": URL_SAFE_NO_PAD.encode(parts.n), "e": URL_SAFE_NO_PAD.encode(parts.e),
    })
}

/// A JWS in its compact form (RFC 7515 §7.1).
fn signed(key: &RsaKeyPair, header: &Value, claims: &Value) -> Result<Secret<String>, StoreError> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    let rng = aws_lc_rs::rand::SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &rng, text.as_bytes(), &mut signature)
        .map_err(failed)?;
    Ok(Secret::new(format!(
        "{text}.{}",
        URL_SAFE_NO_PAD.encode(signature)
    )))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("an id_token: {error}"))
}
