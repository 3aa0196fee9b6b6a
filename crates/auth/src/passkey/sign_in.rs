//! Signing in with a passkey.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_store::Error as StoreError;
use cresset_store::passkey::PasskeyUse;
use cresset_store::session::Proof;
use cresset_store::user::User;

use super::answer::{Assertion, ClientData};
use super::challenge::Purpose;
use super::{passkeys, use_of};
use crate::server::AuthServer;
use crate::session::{Begun, SignInError};

/// A passkey that is shown.
#[derive(Debug)]
pub struct PasskeySignIn<'s> {
    /// What the device answered.
    pub answer: Assertion<'s>,
    /// Who proved their password before, and the handle that was given out for it; nobody for a
    /// passkey that stands for both steps.
    pub half: Option<(User, &'s str)>,
    /// The cookie of the browser.
    pub browser: &'s str,
    /// Where it comes from.
    pub address: &'s str,
    /// The mark of a browser in which somebody was signed in before.
    pub device: Option<&'s str>,
}

impl AuthServer {
    /// Begins the session of whoever's device signed what [it was asked](Self::ask_for_passkey). Each
    /// challenge is good for one try, and a wrong one counts like a wrong password.
    ///
    /// # Errors
    /// [`SignInError::Late`] when this was not asked of this browser, or too long ago;
    /// [`SignInError::Passkey`] when nobody signs in with it; else as [`AuthServer::sign_in`].
    pub async fn sign_in_with_passkey(
        &self,
        asked: PasskeySignIn<'_>,
    ) -> Result<Begun, SignInError> {
        let answer = asked.answer;
        let client = ClientData::read(answer.client_data).ok_or(SignInError::Passkey)?;
        let purpose = self.take_challenge(&client.challenge, asked.browser);
        let (user, must_verify) = match (purpose.await?, &asked.half) {
            (Some(Purpose::SignIn), None) => (self.user_of(answer.user).await?, true),
            (Some(Purpose::SecondStep { user }), Some((half, _))) if half.id == user => {
                (Some(half.clone()), false)
            }
            _ => return Err(SignInError::Late),
        };
        let name = user.as_ref().map_or(answer.user, |user| &user.login);
        let attempt = self.attempt(name, asked.address, asked.device).await?;
        let proves = self.proves_passkey(user.as_ref(), answer, must_verify);
        let counted = self.counted(&attempt, proves).await;
        counted.map_err(|error| match error {
            SignInError::Wrong => SignInError::Passkey,
            error => error,
        })?;
        let user = user.ok_or(SignInError::Passkey)?;
        let proof = match asked.half {
            Some((_, handle)) => {
                self.take_step(handle).await?;
                Proof::PasswordAndPasskey
            }
            None => Proof::Passkey,
        };
        self.begin_session(user, self.proved_by(proof)).await
    }

    /// Whose user handle this is.
    async fn user_of(&self, handle: &str) -> Result<Option<User>, StoreError> {
        let id = URL_SAFE_NO_PAD.decode(handle).ok();
        let Some(id) = id.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Ok(None);
        };
        let user = self.store.lookup_user(&id).await?;
        Ok(user.filter(|user| user.enabled))
    }

    /// Whether a device signed with a passkey of this person, and was not copied.
    async fn proves_passkey(
        &self,
        user: Option<&User>,
        answer: Assertion<'_>,
        must_verify: bool,
    ) -> Result<bool, StoreError> {
        let (Some(user), Some(party)) = (user, &self.relying_party) else {
            return Ok(false);
        };
        let is_theirs = answer.user.is_empty() || answer.user == URL_SAFE_NO_PAD.encode(&user.id);
        let passkey = passkeys(user).find(|known| known.id == answer.id);
        let Some(passkey) = passkey.filter(|_| is_theirs) else {
            return Ok(false);
        };
        let Some(counter) = answer.judged(party, passkey, must_verify) else {
            return Ok(false);
        };
        let now = PasskeyUse {
            counter,
            at: self.clock.now(),
        };
        let noted = use_of(user, &passkey.id);
        self.store.note_passkey(noted, now).await
    }
}
