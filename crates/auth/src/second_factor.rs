//! A second factor: codes of an app on the person's device (RFC 6238), keys of their devices
//! ([`crate::passkey`]), and recovery codes for when the device is lost.
//!
//! Nothing is stored from which a code could be read: the secret of the codes is derived from a key
//! of the instance and a random value of the person's ([`code`]), recovery codes are kept as hashes.
//! Turning it on or off ends every session of the person, for each began under other terms; what
//! they allowed apps stays. Signing in with it is [`step`].

mod change;
mod code;
mod guesses;
mod recovery;
mod step;

use aws_lc_rs::hmac;
use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::mail::Mail;
use cresset_store::note::deciding;
use cresset_store::user::{Ending, SecondFactor, User};

use crate::credential::{generate_id, hash};
use crate::error::left_over;
use crate::server::AuthServer;
use crate::session::{Authenticated, Begun, SignIn, SignInError};
use crate::user::{NAME_CHARS_MAX, UserError};
pub use change::SecondProof;
use code::Codes;
pub(crate) use guesses::GUESSED_S;
pub use step::Step;

/// Under this name an instance keeps the key from which secrets are derived.
const KEY: &str = "second-factor";
/// Characters of a salt: 128 bits in base64url.
const SALT_CHARS: usize = 22;

/// A second factor that somebody is about to turn on. Nothing is stored of it yet.
#[derive(Debug)]
pub struct Pending {
    /// What the form carries, so that the secret can be derived again. It reveals nothing by itself.
    pub salt: String,
    /// The secret in base32 and in groups, to be typed.
    pub secret: Secret<String>,
    /// The same as an address, to be scanned.
    pub address: Secret<String>,
}

/// A second factor that was just turned on, or got a further way.
#[derive(Debug)]
pub struct TurnedOn {
    /// Each replaces one code; they cannot be had a second time. Empty where those of before go on.
    pub recovery: Vec<Secret<String>>,
    /// The session in which the person goes on; nothing where it could not begin, and they sign in
    /// again.
    pub begun: Option<Begun>,
}

/// Why a second factor was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The password is wrong, or there were too many tries.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The code is not one of this secret now, or was used.
    #[error("this code is not right, or it was used already")]
    Code,
    /// It is on, and nothing but the password was shown, or a code that is wrong.
    #[error("show a code of your app or a recovery code, too, or sign in again")]
    Second,
    /// It is on already.
    #[error("it is turned on already")]
    On,
    /// There is none to turn off.
    #[error("it is turned off already")]
    Off,
    /// A passkey is not called by a name of its own.
    #[error("a passkey has a name of 1 to {NAME_CHARS_MAX} printable characters")]
    Name,
    /// The person has as many passkeys as may be.
    #[error("you have as many passkeys as can be kept; remove one first")]
    Many,
    /// What the device answered is not what was asked of it.
    #[error("what the device answered is not what was asked, or it came too late")]
    Answer,
    /// No browser would use a passkey at this server's address.
    #[error("passkeys cannot be used here")]
    NotOffered,
    /// Something of the person changed meanwhile.
    #[error("your account was changed meanwhile; try again")]
    Moved,
}

impl From<StoreError> for SecondFactorError {
    fn from(error: StoreError) -> Self {
        Self::SignIn(error.into())
    }
}

impl AuthServer {
    /// What a person needs to set up their app. With the salt of an earlier answer it is the same
    /// again; anything else gives a fresh one. `None` where it is on already: the secret that is in
    /// use is shown to nobody, also not to who knows its salt.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pending_second_factor(
        &self,
        user: &User,
        salt: &str,
    ) -> Result<Option<Pending>, StoreError> {
        if has_codes(user) {
            return Ok(None);
        }
        let salt = if is_salt(salt) {
            salt.to_owned()
        } else {
            generate_id("", self.rng.as_ref())
        };
        let codes = self.codes_of(user, &salt).await?;
        Ok(Some(Pending {
            address: codes.address()?,
            secret: codes.typed(),
            salt,
        }))
    }

    /// Turns the second factor on for whoever proves their password and shows a code of the secret
    /// that goes with the salt; both steps where there is another way already.
    ///
    /// # Errors
    /// See [`SecondFactorError`].
    pub async fn turn_on_second_factor(
        &self,
        (asked, second): (SignIn<'_>, SecondProof<'_>),
        (salt, code): (&str, &str),
    ) -> Result<TurnedOn, SecondFactorError> {
        let user = self.prove_password(asked).await?;
        if has_codes(&user) {
            return Err(SecondFactorError::On);
        }
        if !is_salt(salt) || !self.uses_code(&user, salt, code).await? {
            return Err(SecondFactorError::Code);
        }
        let proved = self.prove_second(&user, second).await?;
        let before = user.clone();
        let (recovery, hashes) = self.recovery_codes(&user).await?;
        let earlier = user.second_factor.clone();
        let factor = SecondFactor {
            salt: Some(salt.to_owned()),
            since: earlier.as_ref().map_or(self.clock.now(), |f| f.since),
            recovery: hashes,
            passkeys: earlier.map(|f| f.passkeys).unwrap_or_default(),
        };
        let told = |user: &User| self.sender().second_factor_changed(user);
        let begun = self
            .replace_factor(user, (Some(factor), proved), told)
            .await?;
        left_over(self.forget_recovery_codes(&before).await);
        Ok(TurnedOn { recovery, begun })
    }

    /// Turns codes off for whoever proves both steps; with the last way of the second factor its
    /// recovery codes end, too.
    ///
    /// # Errors
    /// See [`SecondFactorError`].
    pub async fn turn_off_second_factor(
        &self,
        asked: SignIn<'_>,
        second: SecondProof<'_>,
    ) -> Result<Option<Begun>, SecondFactorError> {
        let user = self.prove_password(asked).await?;
        let Some(factor) = user.second_factor.clone().filter(|f| f.salt.is_some()) else {
            return Err(SecondFactorError::Off);
        };
        let proved = self.prove_second(&user, second).await?;
        let without = SecondFactor {
            salt: None,
            ..factor
        };
        let told = |user: &User| self.sender().second_factor_changed(user);
        self.take_away(user, (without, proved), told).await
    }

    /// Leaves a person this second factor; none, and no recovery codes, where it has no way left.
    pub(crate) async fn take_away(
        &self,
        user: User,
        (left, proved): (SecondFactor, Authenticated),
        told: impl Fn(&User) -> Option<Mail>,
    ) -> Result<Option<Begun>, SecondFactorError> {
        let before = user.clone();
        let is_empty = left.salt.is_none() && left.passkeys.is_empty();
        let left = (!is_empty).then_some(left);
        let begun = self.replace_factor(user, (left, proved), told).await?;
        if is_empty {
            left_over(self.forget_recovery_codes(&before).await);
        }
        Ok(begun)
    }

    /// Takes the second factor from a person who lost it. Every session of the person ends with the
    /// return of this call; the person is told by mail. Where there is none, nothing happens.
    ///
    /// # Errors
    /// When there is no such person, or the store fails.
    pub async fn reset_second_factor(&self, id: &str) -> Result<(), UserError> {
        let user = self.find_user(id).await?;
        self.reset_second_factor_of(&user.login).await
    }

    /// The same for who signs in with this.
    ///
    /// # Errors
    /// As [`AuthServer::reset_second_factor`].
    pub async fn reset_second_factor_of(&self, login: &str) -> Result<(), UserError> {
        let user = self.user(login).await?;
        if user.second_factor.is_none() {
            return Ok(());
        }
        let without = |user| User {
            second_factor: None,
            ..user
        };
        let told = self.sender().second_factor_reset(&user);
        self.change_user(&user.login, (Ending::Sessions, told), without)
            .await?;
        left_over(self.forget_passkeys(&user).await);
        left_over(self.forget_recovery_codes(&user).await);
        Ok(())
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_recovery_codes(&self, user: &User) -> Result<usize, StoreError> {
        let mut count = 0;
        for code in recovery::hashes(user) {
            count += usize::from(self.store.lookup_ticket(code).await?.is_some());
        }
        Ok(count)
    }

    /// Gives a person this second factor; every session of theirs ends, and the one in which they go
    /// on begins, with what they proved and when. Nothing where it does not: the change is made, and
    /// what it shows once is to be seen.
    pub(crate) async fn replace_factor(
        &self,
        user: User,
        (second_factor, proved): (Option<SecondFactor>, Authenticated),
        told: impl Fn(&User) -> Option<Mail>,
    ) -> Result<Option<Begun>, SecondFactorError> {
        let changed = User {
            second_factor,
            ..user
        };
        let told = told(&changed);
        let id = changed.id.clone();
        let changed = self.store.update_user(changed, Ending::Sessions, told);
        if !deciding(changed).await? {
            return Err(SecondFactorError::Moved);
        }
        let begun = self.go_on(&id, proved).await;
        left_over(begun.as_ref().map(drop));
        Ok(begun.ok())
    }

    async fn go_on(&self, id: &str, proved: Authenticated) -> Result<Begun, SignInError> {
        let user = self.store.lookup_user(id).await?;
        let user = user.ok_or(SignInError::Late)?;
        self.begin_session(user, proved).await
    }

    /// Whether this is a code of the secret now, and is used by this.
    async fn uses_code(&self, user: &User, salt: &str, code: &str) -> Result<bool, StoreError> {
        let codes = self.codes_of(user, salt).await?;
        let Some(step) = codes.step_of(code, self.clock.now()) else {
            return Ok(false);
        };
        // RFC 6238 §5.2: a code is accepted once.
        let id = hash(&format!("{salt}\n{step}"));
        let of = format!("{KEY}\n{}", user.id);
        let ends = code::end_of(step);
        self.store.consume_assertion(&of, id, ends).await
    }

    async fn codes_of(&self, user: &User, salt: &str) -> Result<Codes, StoreError> {
        let key = self.key(KEY).await?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        let named = (self.sender().practice, user.login.as_str());
        Codes::derived(&key, named, (&user.id, salt))
    }
}

/// Whether an app on the person's device shows codes.
fn has_codes(user: &User) -> bool {
    let factor = user.second_factor.as_ref();
    factor.is_some_and(|factor| factor.salt.is_some())
}

fn is_salt(text: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == SALT_CHARS && text.bytes().all(is_legal)
}
