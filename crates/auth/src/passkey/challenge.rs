//! What a device is asked to sign: random, remembered here, and good for one answer of one browser.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::grant::Hashed;
use cresset_store::session::Proof;
use cresset_store::user::User;

use super::{PasskeyAsked, known};
use crate::authorize::later;
use crate::credential::{hash, is_same};
use crate::server::AuthServer;

/// How long a device may take to answer, in seconds.
const LIFE_S: i64 = 5 * 60;
/// The same for the browser, in milliseconds.
pub const TO_ANSWER_MS: u32 = 5 * 60 * 1000;

/// Why nobody is asked for a passkey.
#[derive(Debug, thiserror::Error)]
pub enum NotAsked {
    /// Too many were asked for from this address lately.
    #[error("too many passkeys were asked for")]
    Lately {
        /// For `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// No browser would use a passkey at this server's address.
    #[error("passkeys cannot be used here")]
    NotOffered,
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an answer is for.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Purpose {
    /// To add a key of this name, for who proved what a change takes under this revision, then and by
    /// this.
    Add {
        user: String,
        revision: u64,
        name: String,
        at: Timestamp,
        #[serde(with = "cresset_store::session::written")]
        by: Option<Proof>,
    },
    /// To sign in without a password.
    SignIn,
    /// To sign this person in, who proved their password.
    SecondStep { user: String },
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Remembered {
    /// Hash of the cookie of the browser that is to answer, in base64url.
    browser: String,
    purpose: Purpose,
}

impl AuthServer {
    /// What to ask a device to sign, in the browser with this cookie: of this person, who proved
    /// their password, or of whoever holds it.
    ///
    /// # Errors
    /// See [`NotAsked`].
    pub async fn ask_for_passkey(
        &self,
        half: Option<&User>,
        browser: &str,
        address: &str,
    ) -> Result<PasskeyAsked, NotAsked> {
        let party = self.relying_party.as_ref().ok_or(NotAsked::NotOffered)?;
        let now = self.clock.now();
        let counted = self.passkey_challenges.count(&*self.store, address, now);
        if let Some(retry_after_s) = counted.await? {
            return Err(NotAsked::Lately { retry_after_s });
        }
        let purpose = half.map_or(Purpose::SignIn, |user| Purpose::SecondStep {
            user: user.id.clone(),
        });
        Ok(PasskeyAsked {
            challenge: self.challenge(browser, purpose).await?,
            rp_id: party.id().to_owned(),
            known: half.map(known).unwrap_or_default(),
            must_verify: half.is_none(),
        })
    }

    /// A challenge that this browser may answer for this purpose.
    pub(super) async fn challenge(
        &self,
        browser: &str,
        purpose: Purpose,
    ) -> Result<String, StoreError> {
        let mut random = [0; 32];
        self.rng.fill(&mut random);
        let challenge = URL_SAFE_NO_PAD.encode(random);
        let remembered = Remembered {
            browser: URL_SAFE_NO_PAD.encode(hash(browser).0),
            purpose,
        };
        let now = self.clock.now();
        let ticket = Ticket {
            hash: ticket_of(&challenge),
            content: serde_json::to_string(&remembered)
                .map_err(|error| StoreError::failed(error.to_string()))?,
            expires: later(now, LIFE_S),
        };
        self.store.add_ticket(ticket, None, now).await?;
        Ok(challenge)
    }

    /// What this browser was asked for with this challenge, which is used up; nothing where it was
    /// not asked, answered before, or took too long.
    pub(super) async fn take_challenge(
        &self,
        challenge: &str,
        browser: &str,
    ) -> Result<Option<Purpose>, StoreError> {
        let asked = ticket_of(challenge);
        // What a stranger made up costs a look, and no write.
        if !is_challenge(challenge) || self.store.lookup_ticket(asked).await?.is_none() {
            return Ok(None);
        }
        let taken = self.store.consume_ticket(asked).await?;
        let Some(ticket) = taken.filter(|ticket| ticket.expires > self.clock.now()) else {
            return Ok(None);
        };
        let remembered: Remembered = serde_json::from_str(&ticket.content)
            .map_err(|error| StoreError::failed(error.to_string()))?;
        let asked = URL_SAFE_NO_PAD.decode(&remembered.browser);
        let asked = asked.ok().and_then(|bytes| bytes.try_into().ok());
        let is_it = asked.is_some_and(|asked| is_same(Hashed(asked), hash(browser)));
        Ok(is_it.then_some(remembered.purpose))
    }
}

/// 256 bits in base64url.
fn is_challenge(text: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(text);
    bytes.is_ok_and(|bytes| bytes.len() == 32)
}

fn ticket_of(challenge: &str) -> Hashed {
    hash(&format!("passkey-challenge\n{challenge}"))
}
