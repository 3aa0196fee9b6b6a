//! An app that proves itself with a signature: `private_key_jwt` (RFC 7523 §2.2 and §3, SMART App
//! Launch 2.2 "Client Authentication: Asymmetric", OpenID Connect Core §9).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::Timestamp;
use cresset_store::grant::App;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::credential::hash;
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::key_set::{ALGORITHMS, KeySet};
use crate::server::AuthServer;

/// The one value of `client_assertion_type`.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Furthest end of an assertion, in seconds from now (SMART: no more than five minutes).
const LIFETIME_S_MAX: i64 = 300;
/// How far an app's clock may be ahead of ours when it says since when an assertion holds.
const SKEW_S: i64 = 10;
const ID_BYTES_MAX: usize = 256;

/// The members of the header that matter; one that stands twice is refused.
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    jku: Option<String>,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
}

/// The claims of RFC 7523 §3. An audience that is a list is refused by its type: such an assertion
/// could be replayed by another server that it names.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    jti: String,
    nbf: Option<i64>,
    iat: Option<i64>,
}

fn refused(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidClient, description)
}

/// The same for an app that is unknown or disabled, and for a signature that is not its own.
fn unproven() -> Refusal {
    refused(
        "the client_assertion names no app that is registered here with keys, or none of its keys signed it",
    )
}

impl AuthServer {
    /// The app that signed this assertion. Each can be used once.
    pub(crate) async fn asserting_app(
        &self,
        assertion: &str,
        form_client_id: Option<&str>,
    ) -> Result<App, AuthError> {
        let (head, claims) = self.readable(assertion)?;
        self.check_claims(&claims)?;
        if form_client_id.is_some_and(|other| other != claims.sub) {
            let description = "client_id in the form differs from sub of the client_assertion";
            return Err(Refusal::request(description).into());
        }
        let app = self.app_here(&claims.sub).await?;
        let app = app.filter(|app| app.enabled);
        let signed = match &app {
            Some(app) => self.is_signed_by(app, assertion, &head).await?,
            None => false,
        };
        let Some(app) = app.filter(|_| signed) else {
            self.count_failure(&claims.sub).await?;
            return Err(unproven().into());
        };
        let ends = Timestamp::from_second(claims.exp).unwrap_or(Timestamp::MAX);
        let id = hash(&claims.jti);
        if self
            .store
            .consume_assertion(&app.client_id, id, ends)
            .await?
        {
            Ok(app)
        } else {
            Err(
                refused("this client_assertion was used before; sign a new one with another jti")
                    .into(),
            )
        }
    }

    /// Header and claims, not yet believed.
    fn readable(&self, assertion: &str) -> Result<(Head, Claims), Refusal> {
        if assertion.len() > self.settings.limits.assertion_bytes_max {
            return Err(refused("the client_assertion is too long"));
        }
        let malformed = || {
            refused(
                "the client_assertion is not a signed JWT whose header has alg and kid, and whose claims have \
                 iss, sub, aud (one text), exp (a whole number) and jti",
            )
        };
        let mut parts = assertion.split('.');
        let (Some(head), Some(claims), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed());
        };
        let head: Head = part(head).ok_or_else(malformed)?;
        let claims: Claims = part(claims).ok_or_else(malformed)?;
        if !ALGORITHMS.contains(&head.alg.as_str()) {
            return Err(refused(
                "the client_assertion must be signed with RS384 or ES384",
            ));
        }
        if head.kid.is_none() {
            return Err(malformed());
        }
        let is_jwt = head
            .typ
            .as_ref()
            .is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
        if !is_jwt || head.crit.is_some() || head.b64.is_some() {
            return Err(refused(
                "the header of the client_assertion asks for what is not done here",
            ));
        }
        Ok((head, claims))
    }

    fn check_claims(&self, claims: &Claims) -> Result<(), Refusal> {
        if claims.iss != claims.sub {
            return Err(refused(
                "iss and sub of the client_assertion must both be the client_id",
            ));
        }
        if claims.aud != self.token_endpoint() && claims.aud != self.settings.issuer {
            return Err(refused(
                "aud of the client_assertion must be the token endpoint's URL as discovery has it",
            ));
        }
        if !(1..=ID_BYTES_MAX).contains(&claims.jti.len()) {
            return Err(refused(
                "jti of the client_assertion must be 1 to 256 bytes",
            ));
        }
        let now = self.clock.now();
        let now_s = now.as_second();
        if claims.exp <= now_s {
            return Err(refused("the client_assertion has expired"));
        }
        if Timestamp::from_second(claims.exp.saturating_sub(LIFETIME_S_MAX))
            .is_ok_and(|at| at > now)
        {
            return Err(refused(
                "exp of the client_assertion is more than five minutes ahead",
            ));
        }
        let since = claims.nbf.max(claims.iat);
        if since.is_some_and(|since| since > now_s + SKEW_S) {
            return Err(refused("the client_assertion is not valid yet"));
        }
        Ok(())
    }

    async fn is_signed_by(&self, app: &App, assertion: &str, head: &Head) -> Result<bool, Refusal> {
        let kid = head.kid.as_deref().unwrap_or_default();
        let try_keys = |keys: &KeySet| keys.claims::<IgnoredAny>(assertion, kid);
        // SMART: a jku must be the registered URL; another one is never asked.
        if head.jku.is_some() && head.jku != app.details.jwks_uri {
            return Err(refused(
                "jku of the client_assertion is not the URL registered for the app's keys",
            ));
        }
        if let Some(inline) = &app.details.jwks {
            let keys = KeySet::parse(inline.as_bytes(), self.settings.limits.jwks_keys_max);
            return Ok(keys.is_ok_and(|keys| try_keys(&keys).is_some()));
        }
        let Some(url) = &app.details.jwks_uri else {
            return Ok(false);
        };
        let found = self.key_sets.find(url, self.clock.now(), try_keys).await;
        found.map(|found| found.is_some()).map_err(|_| {
            refused("the app's keys could not be fetched from the URL registered for them, or are unusable")
        })
    }
}

/// The app an assertion says it is of; nobody has looked at its signature.
pub(crate) fn claimed_id(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let claims: Subject = part(assertion.split('.').nth(1)?)?;
    Some(claims.sub)
}

/// A part of a JWT as JSON.
fn part<T: serde::de::DeserializeOwned>(encoded: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    serde_json::from_slice(&bytes).ok()
}
