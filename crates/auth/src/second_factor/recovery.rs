//! Recovery codes: tickets that are good once, as long as the second factor they were given out
//! with is the person's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::grant::Hashed;
use cresset_store::user::User;

use super::code::{base32_of, grouped};
use crate::authorize::later;
use crate::credential::{hash, is_same};
use crate::server::AuthServer;

const CODES: usize = 10;
/// 80 bits: nobody guesses one of ten of them, however fast the hash.
const BYTES: usize = 10;
/// Far longer than any of them is kept in a drawer, in seconds.
const LIFE_S: i64 = 100 * 366 * 24 * 60 * 60;

impl AuthServer {
    /// Fresh codes for a person, stored as hashes, and what is to be remembered of them.
    pub(crate) async fn recovery_codes(
        &self,
        user: &User,
    ) -> Result<(Vec<Secret<String>>, Vec<String>), StoreError> {
        let now = self.clock.now();
        let (mut codes, mut hashes) = (Vec::new(), Vec::new());
        for _ in 0..CODES {
            let mut random = [0; BYTES];
            self.rng.fill(&mut random);
            let code = grouped(&base32_of(&random).to_ascii_lowercase(), '-');
            let stored = hash_of(user, &code);
            let ticket = Ticket {
                hash: stored,
                content: user.id.clone(),
                expires: later(now, LIFE_S),
            };
            self.store.add_ticket(ticket, None, now).await?;
            hashes.push(URL_SAFE_NO_PAD.encode(stored.0));
            codes.push(Secret::new(code));
        }
        Ok((codes, hashes))
    }

    /// Whether this is a recovery code of the person, and is used up by this.
    pub(super) async fn uses_recovery_code(
        &self,
        user: &User,
        code: &str,
    ) -> Result<bool, StoreError> {
        let asked = hash_of(user, code);
        if !hashes(user).any(|known| is_same(known, asked)) {
            return Ok(false);
        }
        Ok(self.store.consume_ticket(asked).await?.is_some())
    }

    /// Takes away what is left of a person's codes.
    pub(super) async fn forget_recovery_codes(&self, user: &User) -> Result<(), StoreError> {
        for hash in hashes(user) {
            self.store.consume_ticket(hash).await?;
        }
        Ok(())
    }
}

/// The hashes of the codes that were given out with a person's second factor.
pub(super) fn hashes(user: &User) -> impl Iterator<Item = Hashed> {
    let stored = user.second_factor.iter().flat_map(|f| &f.recovery);
    stored.filter_map(|text| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Hashed)
    })
}

/// However it is typed: spaces, hyphens and capitals do not count.
fn hash_of(user: &User, code: &str) -> Hashed {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let code: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    hash(&format!("recovery\n{}\n{code}", user.id))
}
