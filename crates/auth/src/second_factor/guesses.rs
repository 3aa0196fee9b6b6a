//! Guesses at codes by somebody who knows the password.
//!
//! A code has six digits, so whoever has the password and many addresses would find one in a month.
//! Wrong codes of one person are therefore counted for a day, wherever they come from. Once there
//! were too many, codes count for nothing in browsers that are not known; what nobody can guess goes
//! on (passkeys, recovery codes), the browsers in which the person was signed in have a count of their
//! own, one for all, and a new password, which the guesser does not know, begins new ones. So the
//! owner is never shut out, and is told by mail that somebody knows the password.

use cresset_store::Error as StoreError;
use cresset_store::attempt::Counted;
use cresset_store::user::User;

use crate::server::AuthServer;
use crate::session::{Attempt, SignInError};

/// The window in which wrong codes are counted, in seconds.
pub(crate) const GUESSED_S: u32 = 24 * 60 * 60;

/// What a code is shown for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// To sign in.
    SignIn,
    /// To change the second factor. Whoever is signed in can choose a password, so that begins no new
    /// count here.
    Change,
}

/// Where a guess was counted, and how many there were.
pub(super) struct Guess(String, Counted);

impl AuthServer {
    /// Counts a code before it is looked at.
    pub(super) async fn count_guess(
        &self,
        user: &User,
        attempt: &Attempt,
        at: Asked,
    ) -> Result<Guess, SignInError> {
        let browser = if attempt.is_of_known_browser() {
            "known"
        } else {
            "any"
        };
        let key = match at {
            Asked::SignIn => format!("{}\n{}\n{browser}", user.id, user.revision),
            Asked::Change => format!("{}\nchange\n{browser}", user.id),
        };
        let now = self.clock.now();
        let counted = self.codes.counted(&*self.store, &key, now).await?;
        let guess = Guess(key, counted);
        if self.codes.is_beyond(counted) {
            self.note_guess(user, &guess).await;
            return Err(SignInError::TooManyCodes {
                retry_after_s: counted.left_s,
            });
        }
        Ok(guess)
    }

    /// Takes a guess back that was none.
    pub(super) async fn give_guess_back(&self, guess: &Guess) -> Result<(), StoreError> {
        self.codes.give_back(&*self.store, &guess.0).await
    }

    /// Tells the person of guesses once they are more than slips of their own.
    pub(super) async fn note_guess(&self, user: &User, guess: &Guess) {
        if self.codes.is_noteworthy(guess.1) {
            let why = format!("codes\n{}\n{}", user.id, user.revision);
            let mail = self.sender().codes_guessed(user);
            self.tell_once(&why, mail).await;
        }
    }
}
