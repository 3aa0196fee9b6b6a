//! What it takes to change a second factor that is on: both steps, so that neither a browser that was
//! left open nor a stolen password adds a way in or takes one away.

use jiff::SignedDuration;

use cresset_store::session::Proof;
use cresset_store::user::User;

use super::SecondFactorError;
use super::guesses::Asked;
use crate::server::AuthServer;
use crate::session::{Authenticated, SignInError};

/// How long after signing in no code is asked for, in seconds.
const FRESH_S: i64 = 10 * 60;

/// What somebody shows besides their password.
#[derive(Debug, Clone, Copy)]
pub struct SecondProof<'s> {
    /// When and by what whoever sits at the browser signed in.
    pub signed_in: Authenticated,
    /// A code of their app or a recovery code; empty where none is shown.
    pub code: &'s str,
    /// Where it comes from.
    pub address: &'s str,
    /// The mark of the browser.
    pub device: Option<&'s str>,
}

impl AuthServer {
    /// Whether changing the second factor takes a code, or signing in again, besides the password.
    pub fn asks_for_second_proof(&self, user: &User, signed_in: Authenticated) -> bool {
        let age = self.clock.now().duration_since(signed_in.at);
        user.second_factor.is_some() && age >= SignedDuration::from_secs(FRESH_S)
    }

    /// What was proved by whoever proved their password just now, and when.
    ///
    /// A session of somebody whose second factor is on began with both steps, or turned it on.
    pub(crate) async fn prove_second(
        &self,
        user: &User,
        shown: SecondProof<'_>,
    ) -> Result<Authenticated, SecondFactorError> {
        if user.second_factor.is_none() {
            return Ok(self.proved_by(Proof::Password));
        }
        if !self.asks_for_second_proof(user, shown.signed_in) {
            return Ok(shown.signed_in);
        }
        if shown.code.trim().is_empty() {
            return Err(SecondFactorError::Second);
        }
        let from = (shown.address, shown.device);
        match self
            .prove_code((user, Asked::Change), shown.code, from)
            .await
        {
            Ok(()) => Ok(self.proved_by(Proof::PasswordAndCode)),
            Err(SignInError::Wrong) => Err(SecondFactorError::Second),
            Err(error) => Err(error.into()),
        }
    }
}
