//! The parameters of an authorization request.

use cresset_base::Limits;
use cresset_store::grant::Pkce;

use super::{AuthorizeError, Unsound};
use crate::form::Form;

/// Characters of 256 bits in base64url (RFC 7636 §4.2).
const DIGEST_CHARS: usize = 43;
/// Longest `state` and `nonce` that are kept, in bytes.
const KEPT_BYTES_MAX: usize = 2_048;

/// Whether the person must be asked (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Prompt {
    /// Nothing said: the person is asked.
    Unsaid,
    /// Nothing may be shown.
    None,
    /// The person must sign in again.
    Login,
}

/// The parameters, each once.
pub(super) struct Parameters<'p>(Form<'p>);

impl<'p> Parameters<'p> {
    pub(super) fn new(
        pairs: &'p [(String, String)],
        limits: &Limits,
    ) -> Result<Self, AuthorizeError> {
        let form = Form::new(pairs, limits);
        form.map(Self).map_err(|_| {
            AuthorizeError::Shown(
                "The app that sent you here sent a parameter twice or too many; it cannot be told what it means.",
            )
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'p str> {
        self.0.get(name)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// What kind of answer is wanted: a code, in the query.
    pub(super) fn check_response(&self) -> Result<(), Unsound> {
        // OpenID Connect Core §6: nothing is fetched and no unsigned object read.
        for (name, code) in [
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
        ] {
            if self.get(name).is_some() {
                return Err(Unsound::refused(code, "send the parameters themselves"));
            }
        }
        match self.get("response_type") {
            Some("code") => {}
            None => return Err(invalid("response_type is missing; send response_type=code")),
            Some(_) => {
                let text = "only response_type=code is offered";
                return Err(Unsound::refused("unsupported_response_type", text));
            }
        }
        if self
            .get("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            return Err(invalid("only response_mode=query is offered"));
        }
        let long = |name| {
            self.get(name)
                .is_some_and(|value| value.len() > KEPT_BYTES_MAX)
        };
        if long("state") || long("nonce") || long("login_hint") {
            return Err(invalid(
                "state, nonce and login_hint are at most 2048 bytes long",
            ));
        }
        Ok(())
    }

    /// SMART App Launch 2.2: a token meant for another server must not be asked for here. There is
    /// one FHIR base behind this server, so leaving `aud` out can mean nothing else.
    pub(super) fn check_audience(&self, fhir_base: &str) -> Result<(), Unsound> {
        let is_ours = |url: &str| url.strip_suffix('/').unwrap_or(url) == fhir_base;
        if self.get("aud").is_some_and(|aud| !is_ours(aud)) {
            return Err(invalid("aud is not the FHIR base URL of this practice"));
        }
        if self
            .get("resource")
            .is_some_and(|resource| !is_ours(resource))
        {
            let text = "resource is not the FHIR base URL of this practice";
            return Err(Unsound::refused("invalid_target", text));
        }
        Ok(())
    }

    /// `code_challenge` (RFC 7636 §4.3); `plain` protects nobody whose request is read.
    pub(super) fn challenge(&self, pkce: Pkce) -> Result<Option<String>, Unsound> {
        let Some(challenge) = self.get("code_challenge") else {
            return match pkce {
                Pkce::Exempt if self.get("code_challenge_method").is_none() => Ok(None),
                _ => Err(invalid(
                    "code_challenge is missing; PKCE with S256 is required",
                )),
            };
        };
        if self.get("code_challenge_method") != Some("S256") {
            return Err(invalid("code_challenge_method must be S256"));
        }
        if is_digest(challenge) {
            Ok(Some(challenge.to_owned()))
        } else {
            Err(invalid(
                "code_challenge is not the base64url of a SHA-256 digest",
            ))
        }
    }

    /// `dpop_jkt` (RFC 9449 §10), where keys are spoken of at all.
    pub(super) fn key(&self, is_offered: bool) -> Result<Option<String>, Unsound> {
        match self.get("dpop_jkt").filter(|_| is_offered) {
            None => Ok(None),
            Some(key) if is_digest(key) => Ok(Some(key.to_owned())),
            Some(_) => Err(invalid(
                "dpop_jkt is not the base64url of a SHA-256 thumbprint",
            )),
        }
    }

    pub(super) fn prompt(&self) -> Result<Prompt, Unsound> {
        let values: Vec<&str> = self
            .get("prompt")
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let known = ["none", "login", "consent", "select_account"];
        if values.iter().any(|value| !known.contains(value)) {
            return Err(invalid("prompt is none, login, consent or select_account"));
        }
        match values.as_slice() {
            ["none"] => Ok(Prompt::None),
            values if values.contains(&"none") => Err(invalid("prompt=none stands alone")),
            values if values.contains(&"login") || values.contains(&"select_account") => {
                Ok(Prompt::Login)
            }
            // The person is asked for consent in any case.
            _ => Ok(Prompt::Unsaid),
        }
    }

    pub(super) fn max_age_s(&self) -> Result<Option<i64>, Unsound> {
        let Some(text) = self.get("max_age") else {
            return Ok(None);
        };
        let seconds = text.parse::<u32>();
        let seconds = seconds.map_err(|_| invalid("max_age is a number of seconds"))?;
        Ok(Some(i64::from(seconds)))
    }
}

fn is_digest(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == DIGEST_CHARS && text.bytes().all(legal)
}

fn invalid(description: &'static str) -> Unsound {
    Unsound::refused("invalid_request", description)
}
