//! The patients a resource belongs to.

use std::sync::{LazyLock, OnceLock};

use cresset_access::{PatientReach, patient_reach};
use cresset_base::ResourceId;
use cresset_definitions::{ParameterIx, ResourceType, r4};
use cresset_model::Tree;
use memchr::memmem;

use crate::extract::extract_ties;
use crate::row::{IndexRow, IndexValue};

/// The patients in whose compartment a resource with these rows lies: for a Patient itself, for any
/// other the patients that one of the parameters of [`patient_reach`] points to. Sorted, each once.
///
/// `access` decides which parameters those are. In particular neither `Patient.link` nor
/// `Group.member` leads in, although the standard lists both: they would let a token for one
/// patient reach another's record.
pub fn patient_compartment(
    resource_type: ResourceType,
    id: &ResourceId,
    rows: &[IndexRow<'_>],
) -> Vec<ResourceId> {
    if resource_type.name() == "Patient" {
        return vec![id.clone()];
    }
    let parameters = compartment_parameters(resource_type);
    let tied = rows
        .iter()
        .filter(|row| parameters.contains(&row.parameter));
    let mut patients: Vec<ResourceId> = tied
        .filter_map(|row| match &row.value {
            IndexValue::Local(target, patient) if target.name() == "Patient" => {
                Some(patient.clone())
            }
            _ => None,
        })
        .collect();
    patients.sort_unstable();
    patients.dedup();
    patients
}

/// The same of a resource of which nothing else is asked.
pub fn patients_of(
    resource_type: ResourceType,
    id: &ResourceId,
    tree: &Tree,
    own: &[String],
) -> Vec<ResourceId> {
    patient_compartment(resource_type, id, &extract_ties(tree, own))
}

/// The patients a stored body mentions, each once, unless they are more than `most`: a quick look
/// that spares parsing. Whoever it belongs to is among them; the opposite need not hold.
pub fn mentioned_patients(body: &[u8], most: usize) -> Option<Vec<ResourceId>> {
    static MENTION: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new(b"Patient/"));
    let mut mentioned = Vec::new();
    for at in MENTION.find_iter(body) {
        let rest = body.get(at + MENTION.needle().len()..).unwrap_or_default();
        let ends = rest.iter().position(|byte| !is_of_id(*byte));
        let id = rest.get(..ends.unwrap_or(rest.len())).unwrap_or_default();
        let id = std::str::from_utf8(id).ok();
        // What is no id is nobody's.
        if let Some(patient) = id.and_then(|id| id.parse().ok())
            && !mentioned.contains(&patient)
        {
            if mentioned.len() == most {
                return None;
            }
            mentioned.push(patient);
        }
    }
    Some(mentioned)
}

/// Whether an id may hold this byte.
fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

/// The parameters that tie a type to a patient.
pub(crate) fn compartment_parameters(resource_type: ResourceType) -> &'static [ParameterIx] {
    static BY_TYPE: OnceLock<Vec<Vec<ParameterIx>>> = OnceLock::new();
    let by_type = BY_TYPE.get_or_init(|| ResourceType::all().map(of_type).collect());
    by_type
        .get(usize::from(resource_type.code()))
        .map_or(&[], Vec::as_slice)
}

fn of_type(resource_type: ResourceType) -> Vec<ParameterIx> {
    let PatientReach::Compartment(codes) = patient_reach(resource_type) else {
        return Vec::new();
    };
    codes
        .iter()
        .filter_map(|code| r4().search_parameter(resource_type, code))
        .map(|p| p.ix)
        .collect()
}
