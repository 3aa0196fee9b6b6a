//! Signing in with a passkey.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_store::Error as StoreError;
use cresset_store::passkey::PasskeyUse;
use cresset_store::session::Proof;
use cresset_store::user::{Ending, Passkey, User};

use super::answer::{Assertion, ClientData};
use super::challenge::Purpose;
use super::{passkeys, password_of, use_of};
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

/// What became of a passkey that was shown.
#[derive(Debug)]
pub struct PasskeyTried {
    /// Id of the person whom it names; absent where it names nobody who may sign in.
    pub person: Option<String>,
    /// The session that began.
    ///
    /// [`SignInError::Late`] when this was not asked of this browser, or too long ago;
    /// [`SignInError::Passkey`] when nobody signs in with it; [`SignInError::PasswordFirst`] when it
    /// does not stand for the password; [`SignInError::Copied`] when its count is behind; else as
    /// [`AuthServer::sign_in`].
    pub outcome: Result<Begun, SignInError>,
}

/// Who is to have answered, and whether their device must be sure of them.
struct Named {
    user: Option<User>,
    must_verify: bool,
}

/// What a device has signed.
enum Shown<'u> {
    Right(&'u Passkey),
    /// With a passkey of theirs, whose count is behind.
    Copied(&'u Passkey),
    Wrong,
}

impl AuthServer {
    /// Begins the session of whoever's device signed what [it was asked](Self::ask_for_passkey). Each
    /// challenge is good for one try. Nobody guesses a passkey, so the right one passes whatever was
    /// tried before; a wrong one counts like a wrong password.
    pub async fn sign_in_with_passkey(&self, asked: PasskeySignIn<'_>) -> PasskeyTried {
        let half = asked.half.as_ref().map(|(user, _)| user.id.clone());
        let (person, outcome) = match self.named(&asked).await {
            Ok(named) => {
                let person = named.user.as_ref().map(|user| user.id.clone());
                (person, self.enter(asked, named).await)
            }
            Err(error) => (half, Err(error)),
        };
        PasskeyTried { person, outcome }
    }

    /// Uses up the challenge.
    async fn named(&self, asked: &PasskeySignIn<'_>) -> Result<Named, SignInError> {
        let client = ClientData::read(asked.answer.client_data).ok_or(SignInError::Passkey)?;
        let purpose = self.take_challenge(&client.challenge, asked.browser);
        let (user, must_verify) = match (purpose.await?, &asked.half) {
            (Some(Purpose::SignIn), None) => (self.user_of(asked.answer.user).await?, true),
            (Some(Purpose::SecondStep { user }), Some((half, _))) if half.id == user => {
                (Some(half.clone()), false)
            }
            _ => return Err(SignInError::Late),
        };
        Ok(Named { user, must_verify })
    }

    async fn enter(&self, asked: PasskeySignIn<'_>, named: Named) -> Result<Begun, SignInError> {
        let name = named.user.as_ref().map_or("", |user| &user.login);
        let attempt = self.attempt(name, asked.address, asked.device).await?;
        let Some(user) = named.user else {
            self.count_attempt(&attempt).await?;
            return Err(SignInError::Passkey);
        };
        let passkey = match self.shown(&user, asked.answer, named.must_verify).await? {
            Shown::Right(passkey) => passkey,
            Shown::Copied(passkey) => {
                let why = format!("copied\n{}\n{}", user.id, passkey.id);
                let mail = self.sender().passkey_copied(&user, &passkey.name);
                self.tell_once(&why, mail).await;
                return Err(SignInError::Copied);
            }
            Shown::Wrong => {
                self.count_attempt(&attempt).await?;
                return Err(SignInError::Passkey);
            }
        };
        let proof = match asked.half {
            Some((_, handle)) => {
                self.take_step(handle).await?;
                self.note_beside(&user, passkey).await?;
                Proof::PasswordAndPasskey
            }
            // Whoever added it knew a password of before, and need not know that of now.
            None if passkey.beside.is_none() || passkey.beside != password_of(&user) => {
                return Err(SignInError::PasswordFirst);
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
    async fn shown<'u>(
        &self,
        user: &'u User,
        answer: Assertion<'_>,
        must_verify: bool,
    ) -> Result<Shown<'u>, StoreError> {
        let is_theirs = answer.user.is_empty() || answer.user == URL_SAFE_NO_PAD.encode(&user.id);
        let passkey = passkeys(user).find(|known| known.id == answer.id);
        let (Some(passkey), Some(party)) = (passkey.filter(|_| is_theirs), &self.relying_party)
        else {
            return Ok(Shown::Wrong);
        };
        let Some(counter) = answer.judged(party, passkey, must_verify) else {
            return Ok(Shown::Wrong);
        };
        let has_counted = counter > passkey.counter || (counter == 0 && passkey.counter == 0);
        let now = PasskeyUse {
            counter,
            at: self.clock.now(),
        };
        let noted = use_of(user, &passkey.id);
        let is_first = has_counted && self.store.note_passkey(noted, now).await?;
        Ok(if is_first {
            Shown::Right(passkey)
        } else {
            Shown::Copied(passkey)
        })
    }

    /// Notes that a passkey was shown after the password as it is now: from now on it stands for it.
    async fn note_beside(&self, user: &User, shown: &Passkey) -> Result<(), StoreError> {
        let beside = password_of(user);
        if shown.beside == beside {
            return Ok(());
        }
        let mut user = user.clone();
        let kept = user.second_factor.iter_mut().flat_map(|f| &mut f.passkeys);
        for passkey in kept.filter(|known| known.id == shown.id) {
            passkey.beside.clone_from(&beside);
        }
        // Where something of the person ended meanwhile, no session begins either.
        let noted = self.store.update_user(user, Ending::Nothing, None);
        noted.await.map(drop)
    }
}
