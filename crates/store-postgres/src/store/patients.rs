//! Whether a patient is there.

use async_trait::async_trait;
use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::{Error, Found, Patients};

use super::{PostgresStore, read};

#[async_trait]
impl Patients for PostgresStore {
    async fn knows_patient(&self, access: &Access, id: &ResourceId) -> Result<bool, Error> {
        let patient = ResourceType::parse("Patient")
            .ok_or_else(|| Error::failed("the definitions have no type Patient"))?;
        let restriction = access.restriction(Verb::Read, patient);
        if restriction.is_nothing() {
            return Ok(false);
        }
        let found = read::current(&self.shared, (patient, id), &restriction).await?;
        Ok(matches!(found, Found::Version(_)))
    }
}
