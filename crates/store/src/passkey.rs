//! How passkeys were used. The keys themselves stand in their person's row ([`crate::user`]).

use async_trait::async_trait;
use cresset_base::Timestamp;

use crate::grant::Hashed;
use crate::store::Error;

/// The last use of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasskeyUse {
    /// The device's count of signatures; 0 where it does not count.
    pub counter: u32,
    /// When.
    pub at: Timestamp,
}

/// Uses of the passkeys of one instance, each under the hash by which its owner names it.
#[async_trait]
pub trait Passkeys: Send + Sync + 'static {
    /// Notes a use by one conditional write; false, and nothing changed, where the count is not
    /// beyond that of the use before, unless both are 0 (Web Authentication §7.2, signature counter).
    async fn note_passkey(&self, passkey: Hashed, used: PasskeyUse) -> Result<bool, Error>;
    /// The last use.
    async fn lookup_passkey(&self, passkey: Hashed) -> Result<Option<PasskeyUse>, Error>;
    /// Forgets a passkey that its person gave up.
    async fn forget_passkey(&self, passkey: Hashed) -> Result<(), Error>;
}
