//! Letters that no change of a person carries: that somebody guesses, or that a key was copied.

use cresset_store::Error as StoreError;
use cresset_store::consent::Ticket;
use cresset_store::mail::Mail;

use crate::authorize::later;
use crate::credential::hash;
use crate::server::AuthServer;

/// For how long somebody is not told the same again, in seconds.
const ONCE_IN_S: i64 = 24 * 60 * 60;

impl AuthServer {
    /// Tells somebody by mail, once in a day for this reason. Whether that could be done decides no
    /// answer; the next time for the same reason tries again.
    pub(crate) async fn tell_once(&self, why: &str, mail: Option<Mail>) {
        let Some(mail) = mail else { return };
        if let Err(error) = self.tell(why, mail).await {
            tracing::warn!(%error, "somebody could not be told by mail");
        }
    }

    async fn tell(&self, why: &str, mail: Mail) -> Result<(), StoreError> {
        let (now, reason) = (self.clock.now(), hash(&format!("told\n{why}")));
        match self.store.lookup_ticket(reason).await? {
            Some(told) if told.expires > now => return Ok(()),
            Some(_) => drop(self.store.consume_ticket(reason).await?),
            None => {}
        }
        // Mail is stored beside its cause: that somebody was told.
        let told = Ticket {
            hash: reason,
            content: String::new(),
            expires: later(now, ONCE_IN_S),
        };
        self.store.add_ticket(told, Some(mail), now).await
    }
}
