//! Keys an instance keeps for itself, such as the one that seals its page links.

use async_trait::async_trait;
use cresset_base::Secret;

use crate::store::Error;

/// Named keys of one instance.
#[async_trait]
pub trait Secrets: Send + Sync + 'static {
    /// The key with this name.
    async fn secret(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, Error>;

    /// Stores a key unless one of this name exists, and gives the one that is there afterwards.
    async fn add_secret(
        &self,
        name: &str,
        value: Secret<Vec<u8>>,
    ) -> Result<Secret<Vec<u8>>, Error>;
}
