//! Patients, as far as whoever is signed in may see them.

use cresset_access::Verb;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_fhir::Fault;
use cresset_fhir::search::Handling;
use cresset_model::{Bounds, Value, parse};
use cresset_store::Whose;

use super::record::{list, name, text};
use crate::extract::SignedIn;
use crate::failure::Failure;

/// Patients on one page.
const PATIENTS_MAX: &str = "20";
/// Objects and lists that a Bundle puts around a resource.
const BUNDLE_DEPTH: usize = 3;
/// Words of a name that are looked for.
const WORDS_MAX: usize = 5;

/// A patient in a list.
pub(in crate::pages) struct Found {
    pub(in crate::pages) id: String,
    pub(in crate::pages) name: String,
    pub(in crate::pages) birth_date: String,
}

/// Whose records a list of patients shows.
pub(in crate::pages) fn whose(found: &[Found]) -> Whose {
    Whose::kept(
        found.iter().filter_map(|patient| patient.id.parse().ok()),
        0,
    )
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

/// One patient's own resource.
pub(super) async fn read(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Option<Value>, Failure> {
    let pairs = vec![("_id", patient.to_string())];
    let found = search(signed_in, (patient, "Patient"), pairs).await?;
    Ok(found.into_iter().flatten().next())
}

/// The patients a person acts for.
pub(in crate::pages) async fn own_patients(signed_in: &SignedIn) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for id in &signed_in.who.user.patients {
        if let Ok(id) = id.parse::<ResourceId>() {
            found.extend(read(signed_in, &id).await?.as_ref().map(Found::of));
        }
    }
    Ok(found)
}

/// Patients whose name holds every word that was typed; the first of all when nothing was.
pub(in crate::pages) async fn find_patients(
    signed_in: &SignedIn,
    sought: &str,
) -> Result<Vec<Found>, Failure> {
    // What would end or join values of a search is no part of a name.
    let words = sought.split(|c: char| c.is_whitespace() || "\\,$|".contains(c));
    let words = words.filter(|word| !word.is_empty()).take(WORDS_MAX);
    let mut pairs: Vec<_> = words
        .map(|word| ("name:contains", word.to_owned()))
        .collect();
    pairs.push(("_sort", "family".to_owned()));
    pairs.push(("_count", PATIENTS_MAX.to_owned()));
    // Staff see by their role, whoever the patient is; for everybody else this is nobody.
    let nobody: ResourceId = "nobody".parse().map_err(|_| Fault::internal("an id"))?;
    let found = search(signed_in, (&nobody, "Patient"), pairs).await?;
    Ok(found.iter().flatten().map(Found::of).collect())
}

/// Resources of one type as far as the person may see them, for a page about this patient; nothing
/// where the person may see none of the type.
pub(super) async fn search(
    signed_in: &SignedIn,
    (patient, of): (&ResourceId, &str),
    pairs: Vec<(&str, String)>,
) -> Result<Option<Vec<Value>>, Failure> {
    let of = ResourceType::parse(of).ok_or_else(|| Fault::internal("a type of the chart"))?;
    let instance = &signed_in.instance;
    let access = instance.auth.access_of(&signed_in.who.user, patient)?;
    if !access.permits(Verb::Search, of) {
        return Ok(None);
    }
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let bundle = instance
        .fhir
        .search(&access, of, pairs, Handling::Strict)
        .await?;
    resources(&bundle.body)
        .map(Some)
        .map_err(|fault| Fault::internal(format!("a bundle of our own: {fault:?}")).into())
}

/// The resources of a Bundle, each number as it was written.
fn resources(bundle: &[u8]) -> Result<Vec<Value>, cresset_model::Fault> {
    let stored = Bounds::default();
    // Each of the resources was within the bounds when it was stored.
    let bounds = Bounds {
        depth_max: stored.depth_max + BUNDLE_DEPTH,
        values_max: usize::MAX,
    };
    let bundle = Value::of(parse(bundle, bounds)?.root());
    let entries = list(&bundle, "entry");
    Ok(entries
        .filter_map(|entry| entry.get("resource").cloned())
        .collect())
}
