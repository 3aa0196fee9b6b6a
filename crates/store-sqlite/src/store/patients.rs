//! Whether a patient is there.

use async_trait::async_trait;
use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::{Error, Found, Patients};

use super::{SqliteStore, read};
use crate::fault::failed;

#[async_trait]
impl Patients for SqliteStore {
    async fn knows_patient(&self, access: &Access, id: &ResourceId) -> Result<bool, Error> {
        let patient = ResourceType::parse("Patient")
            .ok_or_else(|| failed("the definitions have no type Patient"))?;
        let restriction = access.restriction(Verb::Read, patient);
        if restriction.is_nothing() {
            return Ok(false);
        }
        let id = id.clone();
        self.ask(move |inner, connection| {
            let found = read::current(inner, connection, (patient, &id), &restriction)?;
            Ok(matches!(found, Found::Version(_)))
        })
        .await
    }
}
