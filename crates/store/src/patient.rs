//! Whom a grant may be about.

use async_trait::async_trait;
use cresset_access::Access;
use cresset_base::ResourceId;

use crate::store::Error;

/// The patients of one instance, as far as an authorization server asks after them.
#[async_trait]
pub trait Patients: Send + Sync + 'static {
    /// Whether this patient's record is here, not deleted, and visible to `access` (right `r`).
    async fn knows_patient(&self, access: &Access, id: &ResourceId) -> Result<bool, Error>;
}
