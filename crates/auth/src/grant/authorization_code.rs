//! `authorization_code` (RFC 6749 §4.1.3): the code a person's consent gave the app.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_access::{Context, Scope};
use cresset_store::consent::{Code, Consent, Consumed, Redeemed};
use cresset_store::grant::{App, Hashed};

use super::TokenResponse;
use super::family::{Issued, Successor};
use crate::app::context;
use crate::credential::{Kind, hash};
use crate::dpop::thumbprint_text;
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::Form;
use crate::server::AuthServer;

/// A person is present, so nothing is for the app alone.
pub(super) fn gives(scope: &Scope) -> bool {
    context(scope) != Some(Context::System)
}

impl AuthServer {
    pub(super) async fn authorization_code(
        &self,
        app: App,
        form: &Form<'_>,
        key: Option<Hashed>,
    ) -> Result<TokenResponse, AuthError> {
        let plain = form
            .get("code")
            .ok_or_else(|| Refusal::request("code is missing; send it as a form parameter"))?;
        let (code, consent) = self.redeemed(plain, &app).await?;
        if form.get("redirect_uri") != Some(&code.redirect_uri) {
            let text = "redirect_uri is not the one of the authorization request";
            return Err(invalid(text).into());
        }
        check_verifier(code.challenge.as_deref(), form.get("code_verifier"))?;
        if code.key.is_some() && code.key != key.map(thumbprint_text) {
            let text = "the code is bound to a key (dpop_jkt) that the DPoP proof is not of";
            return Err(invalid(text).into());
        }
        let issued = Issued {
            app: &app,
            scopes: consent.scopes.clone(),
            nonce: code.nonce,
            successor: Successor::OfCode,
            key,
        };
        self.issue_of(consent, issued).await
    }

    /// The code, used up, with the consent it stands for. One that comes again ends all that the
    /// first gave (RFC 6749 §4.1.2).
    async fn redeemed(&self, plain: &str, app: &App) -> Result<(Code, Consent), AuthError> {
        let unknown = || invalid("the code is unknown here, used, too old or of another app");
        if !self.is_of_kind(Kind::Code, plain) {
            return Err(unknown().into());
        }
        let now = self.clock.now();
        let Redeemed { code, consent } = match self.store.consume_code(hash(plain), now).await? {
            Consumed::First(redeemed) => redeemed,
            Consumed::Again(redeemed) => {
                self.end_consent(&redeemed.code.consent).await?;
                return Err(unknown().into());
            }
            Consumed::Unknown => return Err(unknown().into()),
        };
        let consent = match consent {
            Some(consent) => self.if_live(consent).await?,
            None => None,
        };
        let consent = consent.filter(|consent| consent.client_id == app.client_id);
        match consent {
            Some(consent) if now < code.expires => Ok((code, consent)),
            _ => Err(unknown().into()),
        }
    }
}

/// RFC 7636 §4.6; a verifier for a code that was asked without a challenge is a downgrade (RFC 9700
/// §2.1.1).
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier))
            if (43..=128).contains(&verifier.len()) && verifier.bytes().all(legal) =>
        {
            let digest = digest(&SHA256, verifier.as_bytes());
            let expect = URL_SAFE_NO_PAD.encode(digest);
            verify_slices_are_equal(expect.as_bytes(), challenge.as_bytes())
                .map_err(|_| invalid("code_verifier does not belong to the code_challenge"))
        }
        (Some(_), _) => Err(invalid(
            "code_verifier is missing or not 43 to 128 unreserved characters",
        )),
        (None, Some(_)) => Err(invalid(
            "code_verifier comes without a code_challenge in the request",
        )),
    }
}

fn invalid(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, description)
}
