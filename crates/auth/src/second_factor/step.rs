//! Signing in with a second factor: after the password the browser holds a handle, good for a few
//! minutes, with which it shows a code.

use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::user::User;

use crate::authorize::later;
use crate::credential::{Kind, generate, hash, is_of_kind};
use crate::server::AuthServer;
use crate::session::{Begun, SignInError};

/// How long somebody may look for their device, in seconds.
const STEP_S: i64 = 10 * 60;

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
        let attempt = self.attempt(&user.login, step.address, step.device).await?;
        self.count_attempt(&attempt).await?;
        let proved = self.proves_factor(&user, step.code).await;
        if !matches!(proved, Ok(false)) {
            // Nothing was learnt from what failed.
            self.give_back(&attempt).await?;
        }
        if !proved? {
            return Err(SignInError::Wrong);
        }
        let taken = self.store.consume_ticket(hash(step.handle)).await?;
        taken.ok_or(SignInError::Late)?;
        self.begin_session(user, self.clock.now()).await
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

    async fn proves_factor(&self, user: &User, code: &str) -> Result<bool, StoreError> {
        let Some(factor) = &user.second_factor else {
            return Ok(false);
        };
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        Ok(self.uses_code(user, &factor.salt, &digits).await?
            || self.uses_recovery_code(user, code).await?)
    }
}
