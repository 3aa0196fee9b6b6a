//! Passkeys (Web Authentication, Level 2): keys that people's devices keep, with which they sign in
//! without a password, or after it in place of a code.
//!
//! A device signs what is asked of it once ([`challenge`]); [`answer`] judges what comes back, and
//! [`sign_in`] lets its person in. A passkey belongs to the second factor of its person: the first
//! turns that on, and what holds for codes when they are turned on and off ([`crate::second_factor`])
//! holds for each that is added and removed. Who makes the device is not asked (attestation `none`).

mod answer;
mod challenge;
mod party;
mod sign_in;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::{Secret, Timestamp};
use cresset_store::Error as StoreError;
use cresset_store::grant::Hashed;
use cresset_store::user::{Passkey, SecondFactor, User};

use crate::credential::{hash, hash_of_bytes};
use crate::error::left_over;
use crate::letter::PasskeyChange;
use crate::second_factor::{SecondFactorError, SecondProof, TurnedOn};
use crate::server::AuthServer;
use crate::session::{Authenticated, Begun, SignIn};
use crate::user::name;
pub use answer::{Assertion, Attestation};
use challenge::Purpose;
pub use challenge::{NotAsked, TO_ANSWER_MS};
pub(crate) use party::RelyingParty;
pub use sign_in::{PasskeySignIn, PasskeyTried};

/// What a device is asked for a new key (`PublicKeyCredentialCreationOptions`).
#[derive(Debug)]
pub struct NewPasskey {
    /// 256 random bits in base64url, good for one answer of this browser.
    pub challenge: String,
    /// For whom the key is made.
    pub rp_id: String,
    /// Whose it is: opaque, in base64url.
    pub user_handle: String,
    /// Ids of the person's keys: a device that keeps one makes no other.
    pub known: Vec<String>,
}

/// What a device is asked to sign (`PublicKeyCredentialRequestOptions`).
#[derive(Debug)]
pub struct PasskeyAsked {
    /// 256 random bits in base64url, good for one answer of this browser.
    pub challenge: String,
    /// For whom the key was made.
    pub rp_id: String,
    /// Ids of the keys that may answer; empty for any.
    pub known: Vec<String>,
    /// Whether the device must make sure who holds it, because no password was shown.
    pub must_verify: bool,
}

/// A passkey as its person sees it.
#[derive(Debug)]
pub struct ListedPasskey {
    /// What is stored of it.
    pub passkey: Passkey,
    /// When somebody signed in with it last.
    pub last_used: Option<Timestamp>,
}

impl AuthServer {
    /// Whether browsers use passkeys at this server's address: over TLS under a name, or on the
    /// machine itself.
    pub fn offers_passkeys(&self) -> bool {
        self.relying_party.is_some()
    }

    /// The passkeys of a person, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_passkeys(&self, user: &User) -> Result<Vec<ListedPasskey>, StoreError> {
        let mut listed = Vec::new();
        for passkey in passkeys(user) {
            let last = self.store.lookup_passkey(use_of(user, &passkey.id)).await?;
            listed.push(ListedPasskey {
                passkey: passkey.clone(),
                last_used: last.map(|used| used.at),
            });
        }
        Ok(listed)
    }

    /// What to ask a device for a key of this name, for whoever proves their password in this
    /// browser, named by its cookie; both steps where there is another way already.
    ///
    /// # Errors
    /// See [`SecondFactorError`].
    pub async fn ask_for_new_passkey(
        &self,
        (asked, second): (SignIn<'_>, SecondProof<'_>),
        called: &str,
        browser: &str,
    ) -> Result<NewPasskey, SecondFactorError> {
        let party = self.relying_party.as_ref();
        let party = party.ok_or(SecondFactorError::NotOffered)?;
        let user = self.prove_password(asked).await?;
        let called = name(called).map_err(|_| SecondFactorError::Name)?;
        let known = known(&user);
        if known.len() >= self.settings.limits.passkeys_max {
            return Err(SecondFactorError::Many);
        }
        let proved = self.prove_second(&user, second).await?;
        let purpose = Purpose::Add {
            user: user.id.clone(),
            revision: user.revision,
            name: called,
            at: proved.at,
            by: proved.by,
        };
        Ok(NewPasskey {
            challenge: self.challenge(browser, purpose).await?,
            rp_id: party.id().to_owned(),
            user_handle: URL_SAFE_NO_PAD.encode(&user.id),
            known,
        })
    }

    /// Adds the key with which a device answered. Every session of the person ends; the one in which
    /// they go on begins.
    ///
    /// # Errors
    /// See [`SecondFactorError`].
    pub async fn add_passkey(
        &self,
        user: &User,
        browser: &str,
        answer: Attestation<'_>,
    ) -> Result<TurnedOn, SecondFactorError> {
        let party = self.relying_party.as_ref();
        let party = party.ok_or(SecondFactorError::NotOffered)?;
        let made = answer.judged(party).ok_or(SecondFactorError::Answer)?;
        let asked = self.take_challenge(&made.challenge, browser).await?;
        let Some(Purpose::Add {
            user: id,
            revision,
            name,
            at,
            by,
        }) = asked
        else {
            return Err(SecondFactorError::Answer);
        };
        let stored = self.store.lookup_user(&user.id).await?;
        let stored = stored.filter(|now| now.id == id && now.revision == revision);
        let user = stored.ok_or(SecondFactorError::Moved)?;
        if passkeys(&user).any(|known| known.id == made.id) {
            return Err(SecondFactorError::On);
        }
        let passkey = Passkey {
            id: made.id,
            name: name.clone(),
            algorithm: made.algorithm,
            key: made.key,
            counter: made.counter,
            since: self.clock.now(),
            beside: password_of(&user),
        };
        let (factor, recovery) = self.with_passkey(&user, passkey).await?;
        let told = |user: &User| {
            let sender = self.sender();
            sender.passkeys_changed(user, PasskeyChange::Added(&name))
        };
        let factor = (Some(factor), Authenticated { at, by });
        let begun = self.replace_factor(user, factor, told).await?;
        Ok(TurnedOn { recovery, begun })
    }

    /// The second factor of a person with one passkey more, and recovery codes where it is the first
    /// way.
    async fn with_passkey(
        &self,
        user: &User,
        passkey: Passkey,
    ) -> Result<(SecondFactor, Vec<Secret<String>>), StoreError> {
        if let Some(mut factor) = user.second_factor.clone() {
            factor.passkeys.push(passkey);
            return Ok((factor, Vec::new()));
        }
        let (recovery, hashes) = self.recovery_codes(user).await?;
        let factor = SecondFactor {
            salt: None,
            since: passkey.since,
            recovery: hashes,
            passkeys: vec![passkey],
        };
        Ok((factor, recovery))
    }

    /// Removes a passkey of whoever proves both steps. Every session of the person ends; the one
    /// in which they go on begins.
    ///
    /// # Errors
    /// See [`SecondFactorError`].
    pub async fn remove_passkey(
        &self,
        (asked, second): (SignIn<'_>, SecondProof<'_>),
        id: &str,
    ) -> Result<Option<Begun>, SecondFactorError> {
        let user = self.prove_password(asked).await?;
        let mut left = user.second_factor.clone().ok_or(SecondFactorError::Off)?;
        let at = left.passkeys.iter().position(|known| known.id == id);
        let removed = left.passkeys.remove(at.ok_or(SecondFactorError::Off)?);
        let proved = self.prove_second(&user, second).await?;
        let noted = use_of(&user, id);
        let told = |user: &User| {
            let sender = self.sender();
            sender.passkeys_changed(user, PasskeyChange::Removed(&removed.name))
        };
        let begun = self.take_away(user, (left, proved), told).await?;
        left_over(self.store.forget_passkey(noted).await);
        Ok(begun)
    }

    /// Forgets how the passkeys were used that a person has no more.
    pub(crate) async fn forget_passkeys(&self, before: &User) -> Result<(), StoreError> {
        for passkey in passkeys(before) {
            let noted = use_of(before, &passkey.id);
            self.store.forget_passkey(noted).await?;
        }
        Ok(())
    }
}

fn passkeys(user: &User) -> impl Iterator<Item = &Passkey> {
    user.second_factor.iter().flat_map(|f| &f.passkeys)
}

fn known(user: &User) -> Vec<String> {
    passkeys(user).map(|passkey| passkey.id.clone()).collect()
}

/// A digest of a person's password, by which another one is told apart; nothing while they have none.
fn password_of(user: &User) -> Option<String> {
    let stored = user.password.as_ref()?;
    let digest = hash_of_bytes(format!("beside\n{stored}").as_bytes());
    Some(URL_SAFE_NO_PAD.encode(digest.0))
}

/// Under this a store notes how a passkey is used.
fn use_of(user: &User, id: &str) -> Hashed {
    hash(&format!("passkey\n{}\n{id}", user.id))
}
