//! Signing in: a name and a password for a browser that is known from then on.
//!
//! A browser holds an opaque cookie, the store its hash. Guessing is slowed down where it comes
//! from: each address has its own count of failures for each person, so that a stranger who guesses
//! does not shut out the owner, and many addresses together have a count that does not touch a
//! browser in which the owner was signed in before.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::{Secret, Timestamp};
use cresset_store::Error as StoreError;
use cresset_store::note;
use cresset_store::session::{Proof, Session};
use cresset_store::user::User;
use jiff::SignedDuration;

use crate::credential::{Kind, generate, hash, is_of_kind};
use crate::password;
use crate::server::AuthServer;

/// The window in which failed sign-ins are counted, in seconds.
pub(crate) const WINDOW_S: u32 = 15 * 60;
/// Failures from everywhere, as a multiple of those from one address.
pub(crate) const EVERYWHERE: u32 = 10;
/// A session's last use is noted when this much has passed since it was noted before.
const NOTED_EVERY_S: i64 = 60;
/// Under this name an instance keeps the key that signs the marks of known browsers.
const DEVICE_KEY: &str = "known-browser";

/// What somebody sends to sign in.
#[derive(Debug)]
pub struct SignIn<'s> {
    /// The name they give.
    pub login: &'s str,
    /// The password they give.
    pub password: Secret<String>,
    /// Where it comes from.
    pub address: &'s str,
    /// The mark of a browser in which somebody was signed in before.
    pub device: Option<&'s str>,
}

/// A browser in which somebody is signed in now.
#[derive(Debug)]
pub struct Begun {
    /// The cookie that says so; it cannot be had a second time.
    pub cookie: Secret<String>,
    /// The mark by which the browser is known when it comes back.
    pub device: Secret<String>,
    /// The person.
    pub user: User,
}

/// How far somebody came who proved their password.
#[derive(Debug)]
pub enum Entered {
    /// They are signed in.
    Begun(Begun),
    /// A code is asked for, too ([`crate::second_factor`]).
    Half {
        /// The person.
        user: User,
        /// With which the code is shown; it cannot be had a second time.
        handle: Secret<String>,
    },
}

/// Where an attempt to sign in is counted.
pub(crate) struct Attempt {
    /// By person and address.
    here: String,
    /// By person; not for a browser that is known.
    everywhere: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The name is unknown, the password or code wrong or the person disabled: one answer for all.
    #[error("this name and password do not go together")]
    Wrong,
    /// Nobody signs in with this passkey: one answer for all that can be wrong with it.
    #[error("nobody signs in with this passkey")]
    Passkey,
    /// The passkey is theirs and was not shown beside their password as it is now.
    #[error("this passkey is to be shown after the password first")]
    PasswordFirst,
    /// The passkey is theirs, and a copy of it was used before.
    #[error("there is a copy of this passkey")]
    Copied,
    /// The password was proved too long ago for the code that follows it.
    #[error("sign in again from the beginning")]
    Late,
    /// Too many failures lately.
    #[error("too many failed sign-ins")]
    TooManyFailures {
        /// For `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// Too many wrong codes after the right password.
    #[error("too many wrong codes")]
    TooManyCodes {
        /// For `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// The store is at fault, or too many sign in at once.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Attempt {
    /// Whether it comes from a browser in which the person was signed in before.
    pub(crate) fn is_of_known_browser(&self) -> bool {
        self.everywhere.is_none()
    }
}

/// When and by what somebody proved who they are: what `max_age` and `auth_time` count from, and
/// `amr` (OpenID Connect Core 1.0 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// When.
    pub at: Timestamp,
    /// By what; absent where that was not noted yet.
    pub by: Option<Proof>,
}

impl SignedIn {
    /// When and by what they proved it.
    pub fn authenticated(&self) -> Authenticated {
        Authenticated {
            at: self.session.authenticated,
            by: self.session.proof,
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The browser.
    pub session: Session,
}

impl AuthServer {
    /// Begins a session, or asks for a code first where the person turned that on.
    ///
    /// # Errors
    /// When name and password do not go together, there were too many failures, or the store fails.
    pub async fn sign_in(&self, asked: SignIn<'_>) -> Result<Entered, SignInError> {
        let user = self.prove_password(asked).await?;
        if user.second_factor.is_some() {
            let handle = self.ask_code(&user).await?;
            return Ok(Entered::Half { user, handle });
        }
        let begun = self
            .begin_session(user, self.proved_by(Proof::Password))
            .await?;
        Ok(Entered::Begun(begun))
    }

    /// Who it is whose name and password go together. No session begins.
    ///
    /// # Errors
    /// As [`AuthServer::sign_in`].
    pub async fn prove_password(&self, asked: SignIn<'_>) -> Result<User, SignInError> {
        let login = asked.login.trim().to_lowercase();
        let attempt = self.attempt(&login, asked.address, asked.device).await?;
        self.count_attempt(&attempt).await?;
        match self.proved(&login, asked.password).await {
            Ok(Some(user)) => {
                self.give_back(&attempt).await?;
                Ok(user)
            }
            Ok(None) => Err(SignInError::Wrong),
            Err(error) => {
                // Nothing was learnt from it.
                self.give_back(&attempt).await?;
                Err(error.into())
            }
        }
    }

    /// Where an attempt is counted that comes from this address and browser.
    pub(crate) async fn attempt(
        &self,
        login: &str,
        address: &str,
        device: Option<&str>,
    ) -> Result<Attempt, StoreError> {
        let is_known = self.known_browser(login, device).await?;
        let origin = if is_known { "a known browser" } else { address };
        Ok(Attempt {
            here: format!("{login}\n{origin}"),
            everywhere: (!is_known).then(|| login.to_owned()),
        })
    }

    /// Counts an attempt before it is looked at: many at once must not be more than one after the
    /// other.
    pub(crate) async fn count_attempt(&self, attempt: &Attempt) -> Result<(), SignInError> {
        let (store, now) = (&*self.store, self.clock.now());
        let here = self.sign_ins.count(store, &attempt.here, now).await?;
        if let Some(retry_after_s) = here {
            return Err(SignInError::TooManyFailures { retry_after_s });
        }
        let Some(everywhere) = &attempt.everywhere else {
            return Ok(());
        };
        let counted = self.sign_ins_everywhere.count(store, everywhere, now);
        let Some(retry_after_s) = counted.await? else {
            return Ok(());
        };
        self.sign_ins.give_back(store, &attempt.here).await?;
        Err(SignInError::TooManyFailures { retry_after_s })
    }

    pub(crate) async fn give_back(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let store = &*self.store;
        self.sign_ins.give_back(store, &attempt.here).await?;
        if let Some(everywhere) = &attempt.everywhere {
            self.sign_ins_everywhere
                .give_back(store, everywhere)
                .await?;
        }
        Ok(())
    }

    /// Whoever signs in with this name, if the password is theirs.
    async fn proved(
        &self,
        login: &str,
        password: Secret<String>,
    ) -> Result<Option<User>, StoreError> {
        let found = self.store.find_user(login).await?;
        let found = found.filter(|user| user.enabled);
        // What is too long is nobody's password and is not worth the work of hashing it.
        let plausible = password.expose().len() <= password::BYTES_MAX;
        let stored = found.as_ref().and_then(|user| user.password.clone());
        let pool = &self.settings.passwords;
        let same = plausible && pool.verify(password, stored).await?;
        Ok(found.filter(|_| same))
    }

    /// Begins a session of whoever has proved all that they must.
    ///
    /// # Errors
    /// When the person was changed since they were read, or the store fails.
    pub async fn begin_session(
        &self,
        user: User,
        authenticated: Authenticated,
    ) -> Result<Begun, SignInError> {
        let now = self.clock.now();
        let cookie = generate(Kind::Session, self.rng.as_ref());
        let session = Session {
            hash: hash(cookie.expose()),
            user: user.id.clone(),
            authenticated: authenticated.at,
            proof: authenticated.by,
            last_used: now,
        };
        let dead_before = self.session_age(now);
        note::is_by(&user.id);
        let begun = self.store.add_session(session, user.revision, dead_before);
        if !note::deciding(begun).await? {
            // The password was replaced or the person shut out while it was compared.
            return Err(SignInError::Wrong);
        }
        let device = self.mark_browser(&user.login).await?;
        Ok(Begun {
            cookie,
            device,
            user,
        })
    }

    /// That somebody proves by this who they are, now.
    pub(crate) fn proved_by(&self, proof: Proof) -> Authenticated {
        Authenticated {
            at: self.clock.now(),
            by: Some(proof),
        }
    }

    /// Who is signed in with this cookie.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signed_in(&self, cookie: &str) -> Result<Option<SignedIn>, StoreError> {
        if !is_of_kind(Kind::Session, cookie) {
            return Ok(None);
        }
        let now = self.clock.now();
        let Some(session) = self.store.lookup_session(hash(cookie)).await? else {
            return Ok(None);
        };
        let idle = SignedDuration::from_secs(i64::from(self.settings.session_idle_s));
        let quiet = now.duration_since(session.last_used);
        if quiet >= idle || session.authenticated <= self.session_age(now) {
            self.store.end_session(session.hash).await?;
            return Ok(None);
        }
        if quiet.as_secs() >= NOTED_EVERY_S {
            self.store.touch_session(session.hash, now).await?;
        }
        let user = self.store.lookup_user(&session.user).await?;
        let user = user.filter(|user| user.enabled);
        Ok(user.map(|user| SignedIn { user, session }))
    }

    /// Ends the session of this cookie.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), StoreError> {
        let ended = self.store.end_session(hash(cookie));
        note::deciding(ended).await.map(drop)
    }

    /// Ends every other session of a person; gives their number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out_elsewhere(&self, here: &SignedIn) -> Result<u64, StoreError> {
        let kept = Some(here.session.hash);
        note::deciding(self.store.end_sessions(&here.user.id, kept)).await
    }

    /// A cookie for a browser in which nobody is signed in, so that its forms can be told apart
    /// from those of other browsers.
    pub fn stranger(&self) -> Secret<String> {
        generate(Kind::Session, self.rng.as_ref())
    }

    /// Sessions begun before this are dead.
    fn session_age(&self, now: Timestamp) -> Timestamp {
        let whole = SignedDuration::from_secs(i64::from(self.settings.session_s));
        now.checked_sub(whole).unwrap_or(Timestamp::MIN)
    }

    pub(crate) async fn mark_browser(&self, login: &str) -> Result<Secret<String>, StoreError> {
        let mut number = [0; 16];
        self.rng.fill(&mut number);
        let number = URL_SAFE_NO_PAD.encode(number);
        let tag = hmac::sign(&self.device_key().await?, &marked(&number, login));
        let tag = URL_SAFE_NO_PAD.encode(tag);
        Ok(Secret::new(format!("{number}.{tag}")))
    }

    async fn known_browser(&self, login: &str, mark: Option<&str>) -> Result<bool, StoreError> {
        let Some((number, tag)) = mark.and_then(|mark| mark.split_once('.')) else {
            return Ok(false);
        };
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else {
            return Ok(false);
        };
        let key = self.device_key().await?;
        Ok(hmac::verify(&key, &marked(number, login), &tag).is_ok())
    }

    async fn device_key(&self) -> Result<hmac::Key, StoreError> {
        let key = self.key(DEVICE_KEY).await?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }
}

fn marked(number: &str, login: &str) -> Vec<u8> {
    format!("{number}\n{login}").into_bytes()
}

/// What a form of the browser with this cookie carries, so that no other page can send it. It does
/// not reveal the cookie.
pub fn form_token(cookie: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(&format!("form\n{cookie}")).0)
}

/// Whether a form with this token comes from the browser with this cookie.
pub fn is_form_token(cookie: &str, token: &str) -> bool {
    let expect = form_token(cookie);
    aws_lc_rs::constant_time::verify_slices_are_equal(expect.as_bytes(), token.as_bytes()).is_ok()
}
