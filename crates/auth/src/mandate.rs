//! Whom something is done for after the request for it was answered.
//!
//! What is kept is a name of the token, not what it allowed: when the work is done, and again when its answer
//! is fetched, the token and what it rests on are looked at as they are then. That it has expired since ends
//! nothing, for it was good when the work was asked for; that it was revoked, or that its app, consent or
//! person was, ends everything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_access::ScopeSet;
use cresset_store::Error as StoreError;
use cresset_store::grant::Hashed;

use crate::bearer::{BearerError, Caller, UNKNOWN};
use crate::server::AuthServer;

/// How a caller stands to what was done for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the same app, for the same person and patient, and has every right the other had.
    Same,
    /// The same, with fewer rights.
    Narrower,
    /// Another app, person or patient.
    Stranger,
}

impl Caller {
    /// What to keep of a caller for whom something is to be done; it opens nothing by itself.
    pub fn mandate(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.token.0)
    }
}

impl AuthServer {
    /// The caller of a mandate, who does not wait, while what its token rests on lasts.
    ///
    /// # Errors
    /// [`BearerError::Invalid`] when the token was revoked or rests on something that ended, or was
    /// forgotten, a day after its end.
    pub async fn caller_of_mandate(&self, mandate: &str) -> Result<Caller, BearerError> {
        let hash = URL_SAFE_NO_PAD.decode(mandate).ok();
        let hash: [u8; 32] = hash
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| StoreError::Failed("a stored mandate is none".to_owned()))?;
        let token = self.store.lookup_token(Hashed(hash)).await?;
        let caller = self.caller_by(token.ok_or(UNKNOWN)?).await?;
        Ok(Caller {
            access: caller.access.unhurried(),
            ..caller
        })
    }

    /// How a caller stands to what was done for another.
    ///
    /// # Errors
    /// When stored scopes cannot be read.
    pub fn standing(&self, caller: &Caller, of: &Caller) -> Result<Standing, StoreError> {
        let is_same = caller.client_id == of.client_id
            && caller.user == of.user
            && caller.access.patient() == of.access.patient();
        if !is_same {
            return Ok(Standing::Stranger);
        }
        let scopes = |caller: &Caller| {
            ScopeSet::parse(&caller.scopes, &self.settings.limits)
                .map_err(|e| StoreError::Failed(format!("stored scopes of a token: {e}")))
        };
        let covers = scopes(caller)?.covers(&scopes(of)?);
        Ok(if covers {
            Standing::Same
        } else {
            Standing::Narrower
        })
    }
}
