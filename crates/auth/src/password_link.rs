//! Links by which people choose a password: an invitation, and after one was forgotten.
//!
//! A link is a [`Ticket`]: 256 random bits, stored as a hash, good once and for a while. It is bound to
//! the person's revision, so that another password, or being shut out, ends every link.
//! Looking at its page uses up nothing: mail programs look at links before people do.

use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::note::{deciding, is_by};
use cresset_store::user::{Ending, User};

use crate::authorize::later;
use crate::credential::{Kind, generate, hash, is_of_kind};
use crate::error::left_over;
use crate::letter::Sender;
use crate::password::WeakPassword;
use crate::server::AuthServer;
use crate::user::UserError;

/// The window in which links that were asked for are counted, in seconds.
pub(crate) const WINDOW_S: u32 = 60 * 60;
/// Links asked for from one address, as a multiple of those for one name: a household or a clinic
/// shares an address.
const FROM_ONE_ADDRESS: u32 = 10;

/// Why somebody was sent a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The practice made an account for them.
    Invitation,
    /// They forgot their password.
    Reset,
}

impl Purpose {
    fn life_s(self) -> i64 {
        match self {
            Self::Invitation => 7 * 24 * 60 * 60,
            Self::Reset => 10 * 60,
        }
    }

    /// How long a link lives, in words.
    pub(crate) fn time(self) -> &'static str {
        match self {
            Self::Invitation => "7 days",
            Self::Reset => "10 minutes",
        }
    }
}

/// What is remembered under a link.
#[derive(serde::Serialize, serde::Deserialize)]
struct Link {
    purpose: Purpose,
    user: String,
    /// What had been ended of the person then: a link outlives no such end.
    revision: u64,
}

/// A link that is good now.
#[derive(Debug, Clone)]
pub struct Good {
    /// Whose.
    pub user: User,
    /// Why it was sent.
    pub purpose: Purpose,
}

/// A person who has chosen a password by a link.
#[derive(Debug)]
pub struct Chosen {
    /// The person.
    pub user: User,
    /// The mark of a known browser: whoever guesses at the person's password from elsewhere does
    /// not keep the person out of this one. Absent where none could be made.
    pub device: Option<Secret<String>>,
}

/// Why no password was chosen.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The link is used, too old, or none of ours.
    #[error("this link was used already or is too old")]
    Ended,
    /// The password is not good enough.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthServer {
    /// Sends a person the link by which they choose their first password, or another one.
    ///
    /// # Errors
    /// When there is no such person, they have no address or were shut out, or the store fails.
    pub async fn invite(&self, id: &str) -> Result<User, UserError> {
        let user = self.store.lookup_user(id).await?;
        let user = user.ok_or(UserError::Unknown)?;
        if !user.enabled {
            return Err(UserError::Disabled);
        }
        let purpose = match user.password {
            None => Purpose::Invitation,
            Some(_) => Purpose::Reset,
        };
        self.send_link(&user, purpose).await?;
        Ok(user)
    }

    /// The same for who signs in with this.
    ///
    /// # Errors
    /// As [`AuthServer::invite`].
    pub async fn invite_again(&self, login: &str) -> Result<User, UserError> {
        let user = self.user(login).await?;
        self.invite(&user.id).await
    }

    /// Sends whoever signs in with this a link for a new password, if there is somebody who can be
    /// written to. Whoever asks learns nothing of that; do not let them wait for it either.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forgot_password(&self, login: &str, address: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let login = login.trim().to_lowercase();
        let store = &*self.store;
        let too_many = self.links_from.count(store, address, now).await?.is_some()
            || self.links_for.count(store, &login, now).await?.is_some();
        if too_many {
            return Ok(());
        }
        let found = self.store.find_user(&login).await?;
        let Some(user) = found.filter(|user| user.enabled) else {
            return Ok(());
        };
        match self.send_link(&user, Purpose::Reset).await {
            Err(UserError::Store(error)) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Counts a link that an app asks for with those the person is sent at their own wish; gives the
    /// seconds to wait when there have been too many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_link(&self, user: &User) -> Result<Option<u32>, StoreError> {
        let now = self.clock.now();
        let login = user.login.to_lowercase();
        self.links_for.count(&*self.store, &login, now).await
    }

    async fn send_link(&self, user: &User, purpose: Purpose) -> Result<(), UserError> {
        let handle = generate(Kind::PasswordLink, self.rng.as_ref());
        let mail = self.sender().link(user, purpose, handle.expose());
        let mail = mail.ok_or(UserError::NoEmail)?;
        let link = Link {
            purpose,
            user: user.id.clone(),
            revision: user.revision,
        };
        let now = self.clock.now();
        let ticket = Ticket {
            hash: hash(handle.expose()),
            content: serde_json::to_string(&link)
                .map_err(|error| StoreError::failed(error.to_string()))?,
            expires: later(now, purpose.life_s()),
        };
        Ok(deciding(self.store.add_ticket(ticket, Some(mail), now)).await?)
    }

    /// Whose link this is, if it is good now; it stays so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn password_link(&self, handle: &str) -> Result<Option<Good>, StoreError> {
        if !is_of_kind(Kind::PasswordLink, handle) {
            return Ok(None);
        }
        let ticket = self.store.lookup_ticket(hash(handle)).await?;
        let Some(ticket) = ticket.filter(|ticket| ticket.expires > self.clock.now()) else {
            return Ok(None);
        };
        let link: Link = serde_json::from_str(&ticket.content)
            .map_err(|error| StoreError::failed(error.to_string()))?;
        let user = self.store.lookup_user(&link.user).await?;
        let user = user.filter(|user| user.enabled && user.revision == link.revision);
        Ok(user.map(|user| Good {
            user,
            purpose: link.purpose,
        }))
    }

    /// Uses up a link for a new password. Every session and every token of the person ends with the
    /// return of this call, and every other link; the person is told by mail.
    ///
    /// # Errors
    /// When the link is not good, the password is weak, or the store fails.
    pub async fn choose_password(
        &self,
        handle: &str,
        password: Secret<String>,
    ) -> Result<Chosen, LinkError> {
        let good = self.password_link(handle).await?.ok_or(LinkError::Ended)?;
        let hashed = match self.hashed(&good.user, password).await {
            Ok(hashed) => hashed,
            Err(UserError::Weak(weak)) => return Err(weak.into()),
            Err(UserError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(StoreError::failed(error.to_string()).into()),
        };
        let user = User {
            password: Some(hashed),
            ..good.user
        };
        let told = match good.purpose {
            Purpose::Invitation => None,
            Purpose::Reset => self.sender().password_changed(&user),
        };
        let ending = Ending::Everything(self.clock.now());
        is_by(&user.id);
        // Of two who use it at once one does, and nobody where something of the person was ended while
        // the password was hashed. Before the link is used up: it is bound to what ends here.
        let changed = self.store.update_user(user.clone(), ending, told);
        if !deciding(changed).await? {
            return Err(LinkError::Ended);
        }
        self.tokens.forget_all();
        left_over(self.store.consume_ticket(hash(handle)).await.map(drop));
        let device = self.mark_browser(&user.login).await;
        left_over(device.as_ref().map(drop));
        let device = device.ok();
        Ok(Chosen { user, device })
    }

    pub(crate) fn sender(&self) -> Sender<'_> {
        let base_url = self.settings.pages.as_str();
        Sender {
            practice: base_url.rsplit('/').next().unwrap_or(base_url),
            base_url,
            now: self.clock.now(),
            rng: self.rng.as_ref(),
        }
    }
}

/// Links that may be asked for from one address in the window.
pub(crate) fn from_one_address_max(for_one_name: u32) -> u32 {
    for_one_name.saturating_mul(FROM_ONE_ADDRESS)
}
