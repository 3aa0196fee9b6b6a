//! Guesses at codes by somebody who knows the password.
//!
//! A code has six digits, so whoever has the password and many addresses would find one in a month.
//! Wrong codes of one person are therefore counted for a day, wherever they come from. Once there
//! were too many, codes count for nothing in browsers that are not known; what nobody can guess goes
//! on (passkeys, recovery codes), a browser in which the person was signed in has a count of its
//! own, and a new password, which the guesser does not know, begins a new one. So the owner is never
//! shut out, and is told by mail that somebody knows the password.

use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::user::User;

use super::step::Step;
use crate::authorize::later;
use crate::credential::{generate_id, hash};
use crate::server::AuthServer;
use crate::session::{Attempt, SignInError};

/// The window in which wrong codes are counted, in seconds.
pub(crate) const GUESSED_S: u32 = 24 * 60 * 60;

/// Where a guess was counted.
pub(super) struct Guess(String);

impl AuthServer {
    /// Counts a code before it is looked at.
    pub(super) async fn count_guess(
        &self,
        user: &User,
        step: &Step<'_>,
        attempt: &Attempt,
    ) -> Result<Guess, SignInError> {
        let browser = step.device.filter(|_| attempt.is_of_known_browser());
        let browser = browser.unwrap_or("any");
        let key = format!("{}\n{}\n{browser}", user.id, user.revision);
        let now = self.clock.now();
        let beyond = self.codes.count_beyond(&*self.store, &key, now).await?;
        let Some(beyond) = beyond else {
            return Ok(Guess(key));
        };
        if beyond.attempts == 1 {
            self.tell_of_guesses(user).await?;
        }
        Err(SignInError::TooManyCodes {
            retry_after_s: beyond.left_s,
        })
    }

    /// Takes a guess back that was none.
    pub(super) async fn give_guess_back(&self, guess: &Guess) -> Result<(), StoreError> {
        self.codes.give_back(&*self.store, &guess.0).await
    }

    async fn tell_of_guesses(&self, user: &User) -> Result<(), StoreError> {
        let Some(mail) = self.sender().codes_guessed(user) else {
            return Ok(());
        };
        let now = self.clock.now();
        // Mail is stored beside its cause: that somebody was told.
        let told = Ticket {
            hash: hash(&generate_id("told_", self.rng.as_ref())),
            content: user.id.clone(),
            expires: later(now, i64::from(GUESSED_S)),
        };
        self.store.add_ticket(told, Some(mail), now).await
    }
}
