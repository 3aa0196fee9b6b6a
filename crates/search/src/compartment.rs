//! The patients a resource belongs to.

use std::sync::OnceLock;

use cresset_base::ResourceId;
use cresset_definitions::{ParameterIx, ResourceType, r4};

use crate::row::{IndexRow, IndexValue};

/// The patients in whose compartment a resource with these rows lies: for a Patient itself, for any
/// other the patients that one of the parameters of R4's patient compartment points to.
///
/// Two ways in of the standard are left out on purpose, because they would let a token for one
/// patient reach another's record: `Patient.link` (a Patient is in no compartment but its own) and
/// `Group.member` (a Group speaks of many, so it is in none).
pub fn patient_compartment(
    resource_type: ResourceType,
    id: &ResourceId,
    rows: &[IndexRow<'_>],
) -> Vec<ResourceId> {
    if resource_type.name() == "Patient" {
        return vec![id.clone()];
    }
    let parameters = compartment_parameters(resource_type);
    let mut patients: Vec<ResourceId> = Vec::new();
    for row in rows
        .iter()
        .filter(|row| parameters.contains(&row.parameter))
    {
        if let IndexValue::Local(target, patient) = &row.value
            && target.name() == "Patient"
            && !patients.contains(patient)
        {
            patients.push(patient.clone());
        }
    }
    patients
}

/// The parameters that tie a type to a patient.
fn compartment_parameters(resource_type: ResourceType) -> &'static [ParameterIx] {
    static BY_TYPE: OnceLock<Vec<Vec<ParameterIx>>> = OnceLock::new();
    let by_type = BY_TYPE.get_or_init(|| ResourceType::all().map(of_type).collect());
    by_type
        .get(usize::from(resource_type.code()))
        .map_or(&[], Vec::as_slice)
}

fn of_type(resource_type: ResourceType) -> Vec<ParameterIx> {
    let patient = ResourceType::parse("Patient").and_then(|owner| r4().compartment(owner));
    if matches!(resource_type.name(), "Patient" | "Group") {
        return Vec::new();
    }
    let codes = patient
        .and_then(|c| c.parameters(resource_type))
        .unwrap_or_default();
    codes
        .iter()
        .filter_map(|code| r4().search_parameter(resource_type, code))
        .map(|p| p.ix)
        .collect()
}
