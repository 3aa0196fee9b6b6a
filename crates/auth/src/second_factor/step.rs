//! Signing in with a second factor: after the password the browser holds a handle, good for a few
//! minutes, with which it shows a code.

use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::session::Proof;
use cresset_store::user::User;

use super::guesses::Asked;
use crate::authorize::later;
use crate::credential::{Kind, generate, hash, is_of_kind};
use crate::server::AuthServer;
use crate::session::{Attempt, Begun, SignInError};

/// How long somebody may look for their device, in seconds.
const STEP_S: i64 = 10 * 60;

/// As many as an app shows.
const CODE_DIGITS: usize = 6;

/// A second step that is sent.
pub struct Step<'s> {
    /// The handle that was given out after the password.
    pub handle: &'s str,
    /// A code of the person's app, or a recovery code.
    pub code: &'s str,
    /// Where it comes from.
    pub address: &'s str,
    /// The mark of a browser in which somebody was signed in before.
    pub device: Option<&'s str>,
}

/// What is remembered of who proved their password.
#[derive(serde::Serialize, serde::Deserialize)]
struct Half {
    user: String,
    revision: u64,
}

impl AuthServer {
    /// A handle for whoever proved their password and is to show a code now.
    pub(crate) async fn ask_code(&self, user: &User) -> Result<Secret<String>, StoreError> {
        let now = self.clock.now();
        let handle = generate(Kind::SecondStep, self.rng.as_ref());
        let half = Half {
            user: user.id.clone(),
            revision: user.revision,
        };
        let ticket = Ticket {
            hash: hash(handle.expose()),
            content: serde_json::to_string(&half)
                .map_err(|error| StoreError::failed(error.to_string()))?,
            expires: later(now, STEP_S),
        };
        self.store.add_ticket(ticket, None, now).await?;
        Ok(handle)
    }

    /// Begins the session of whoever [proved their password](Self::half_signed_in) and shows a code
    /// now. A wrong one can be followed by another; each counts like a wrong password.
    ///
    /// # Errors
    /// [`SignInError::Late`] when the password must be shown again; else as [`AuthServer::sign_in`].
    pub async fn finish_sign_in(&self, user: User, step: Step<'_>) -> Result<Begun, SignInError> {
        let from = (step.address, step.device);
        self.prove_code((&user, Asked::SignIn), step.code, from)
            .await?;
        self.take_step(step.handle).await?;
        let both = self.proved_by(Proof::PasswordAndCode);
        self.begin_session(user, both).await
    }

    /// Uses up a code or recovery code of this person, sent from this address by a browser with this
    /// mark.
    pub(super) async fn prove_code(
        &self,
        (user, at): (&User, Asked),
        code: &str,
        (address, device): (&str, Option<&str>),
    ) -> Result<(), SignInError> {
        let attempt = self.attempt(&user.login, address, device).await?;
        // Who set up no codes can neither guess one nor be told that somebody does.
        let salt = user.second_factor.as_ref().and_then(|f| f.salt.as_ref());
        if let (Some(digits), Some(salt)) = (digits(code), salt) {
            return self
                .prove_digits((user, at), (salt, &digits), &attempt)
                .await;
        }
        // Nobody guesses it, so the right one passes whatever was guessed before.
        if self.uses_recovery_code(user, code).await? {
            return Ok(());
        }
        self.count_attempt(&attempt).await?;
        Err(SignInError::Wrong)
    }

    /// The same for a code of an app: it counts before it is looked at, and for a day only where it is
    /// looked at.
    async fn prove_digits(
        &self,
        (user, at): (&User, Asked),
        (salt, digits): (&str, &str),
        attempt: &Attempt,
    ) -> Result<(), SignInError> {
        self.count_attempt(attempt).await?;
        let guess = match self.count_guess(user, attempt, at).await {
            Ok(guess) => guess,
            Err(error) => {
                self.give_back(attempt).await?;
                return Err(error);
            }
        };
        let is_right = self.uses_code(user, salt, digits).await;
        if matches!(is_right, Ok(false)) {
            self.note_guess(user, &guess).await;
            return Err(SignInError::Wrong);
        }
        // Nothing was learnt from what failed.
        self.give_guess_back(&guess).await?;
        self.give_back(attempt).await?;
        is_right.map(drop).map_err(SignInError::from)
    }

    /// Uses up the handle that was given out after the password.
    pub(crate) async fn take_step(&self, handle: &str) -> Result<(), SignInError> {
        let taken = self.store.consume_ticket(hash(handle)).await?;
        taken.map(drop).ok_or(SignInError::Late)
    }

    /// Who proved their password and was given this handle.
    ///
    /// # Errors
    /// [`SignInError::Late`] when nobody was, not lately, or they were changed since; or when the
    /// store fails.
    pub async fn half_signed_in(&self, handle: &str) -> Result<User, SignInError> {
        if !is_of_kind(Kind::SecondStep, handle) {
            return Err(SignInError::Late);
        }
        let ticket = self.store.lookup_ticket(hash(handle)).await?;
        let ticket = ticket.filter(|ticket| ticket.expires > self.clock.now());
        let ticket = ticket.ok_or(SignInError::Late)?;
        let half: Half = serde_json::from_str(&ticket.content)
            .map_err(|error| StoreError::failed(error.to_string()))?;
        let user = self.store.lookup_user(&half.user).await?;
        let user = user.filter(|user| user.enabled && user.revision == half.revision);
        user.ok_or(SignInError::Late)
    }
}

/// The digits of what may be a code of an app; nothing of what is none, such as a recovery code.
fn digits(code: &str) -> Option<String> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let is_code = digits.len() == CODE_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(digits)
}
