//! What staff see of a patient; for now, who there is.

mod record;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_fhir::Fault;
use cresset_fhir::search::Handling;
use serde_json::Value;

use crate::extract::SignedIn;
use crate::failure::Failure;
use record::{name, text};

/// Patients on one page.
const PATIENTS_MAX: &str = "20";

/// A patient in a list.
pub(super) struct Found {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) birth_date: String,
}

impl Found {
    fn of(patient: &Value) -> Self {
        let id = text(patient, "id").to_owned();
        Self {
            name: name(patient).unwrap_or_else(|| format!("patient {id}")),
            birth_date: text(patient, "birthDate").to_owned(),
            id,
        }
    }
}

/// The name of a patient, as far as the person may see the patient.
pub(super) async fn person_name(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Option<String>, Failure> {
    let found = one(signed_in, patient).await?;
    Ok(found.map(|found| found.name))
}

/// The patients a person acts for.
pub(super) async fn own_patients(signed_in: &SignedIn) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for id in &signed_in.who.user.patients {
        if let Ok(id) = id.parse::<ResourceId>() {
            found.extend(one(signed_in, &id).await?);
        }
    }
    Ok(found)
}

async fn one(signed_in: &SignedIn, patient: &ResourceId) -> Result<Option<Found>, Failure> {
    let pairs = vec![("_id".to_owned(), patient.to_string())];
    let found = search(signed_in, (patient, "Patient"), pairs).await?;
    Ok(found.first().map(Found::of))
}

/// Patients whose name holds every word that was typed; the first of all when nothing was.
pub(super) async fn find_patients(
    signed_in: &SignedIn,
    sought: &str,
) -> Result<Vec<Found>, Failure> {
    let words = sought.split_whitespace().take(5);
    let escaped = words.map(|word| word.replace(['\\', ',', '$', '|'], ""));
    let mut pairs: Vec<_> = escaped
        .filter(|word| !word.is_empty())
        .map(|word| ("name:contains".to_owned(), word))
        .collect();
    pairs.push(("_sort".to_owned(), "family".to_owned()));
    pairs.push(("_count".to_owned(), PATIENTS_MAX.to_owned()));
    // Staff see by their role, whoever the patient is.
    let nobody: ResourceId = "none".parse().map_err(|_| Fault::internal("an id"))?;
    let found = search(signed_in, (&nobody, "Patient"), pairs).await?;
    Ok(found.iter().map(Found::of).collect())
}

/// Resources of one type as far as the person may see them, for a page about this patient.
async fn search(
    signed_in: &SignedIn,
    (patient, of): (&ResourceId, &str),
    pairs: Vec<(String, String)>,
) -> Result<Vec<Value>, Failure> {
    let of = ResourceType::parse(of).ok_or_else(|| Fault::internal("a type of the chart"))?;
    let instance = &signed_in.instance;
    let access = instance.auth.access_of(&signed_in.who.user, patient)?;
    let bundle = instance
        .fhir
        .search(&access, of, pairs, Handling::Strict)
        .await?;
    // Only what is shown is taken out, and numbers are shown as text (`record`).
    let bundle: Value = serde_json::from_slice(&bundle)
        .map_err(|error| Fault::internal(format!("a bundle of our own: {error}")))?;
    let entries = bundle.get("entry").and_then(Value::as_array);
    let resources = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("resource"));
    Ok(resources.cloned().collect())
}
