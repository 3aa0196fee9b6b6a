//! Which types belong to a patient, and through which references.
//!
//! R4's `CompartmentDefinition/patient` decides, with three departures, each in the direction of
//! showing less:
//!
//! - R4 leaves four types outside that nevertheless name the patient they are about (`Device`,
//!   `Task`, `Contract`, `GuidanceResponse`). A patient's implant is not a shared fact: they count
//!   as members through their `patient` parameter.
//! - `Patient` holds only the patient itself, not the records linked to it, and `Group` nobody: a
//!   roster names other patients.
//! - Of the types outside, only a closed list is shared; the rest a patient's scope does not reach.

use std::sync::LazyLock;

use cresset_definitions::{ResourceType, r4};

/// How far a patient's scope reaches into one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatientReach {
    /// Resources that name the patient in one of these reference parameters. Without any, the
    /// patient's own resource alone.
    Compartment(&'static [&'static str]),
    /// The type names no patient: every resource may be read and searched, none written.
    Shared,
    /// Not at all.
    Outside,
}

/// Directory, catalogue and form types: they describe the practice, not its patients. Sorted.
const SHARED: &[&str] = &[
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Location",
    "Medication",
    "MedicationKnowledge",
    "Organization",
    "OrganizationAffiliation",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "Slot",
    "Substance",
];

/// Types about one patient that R4's definition leaves out. Sorted.
const ABOUT_A_PATIENT: &[&str] = &["Contract", "Device", "GuidanceResponse", "Task"];

/// How far a patient's scope reaches into `resource_type`.
pub fn patient_reach(resource_type: ResourceType) -> PatientReach {
    // Asked for each resource of a page.
    static REACH: LazyLock<Vec<PatientReach>> =
        LazyLock::new(|| ResourceType::all().map(decided).collect());
    let reach = REACH.get(usize::from(resource_type.code()));
    reach.copied().unwrap_or(PatientReach::Outside)
}

fn decided(resource_type: ResourceType) -> PatientReach {
    let name = resource_type.name();
    if name == "Patient" {
        return PatientReach::Compartment(&[]);
    }
    if name == "Group" {
        return PatientReach::Outside;
    }
    if ABOUT_A_PATIENT.binary_search(&name).is_ok() {
        return PatientReach::Compartment(&["patient"]);
    }
    match defined_parameters(resource_type) {
        Some(parameters) if !parameters.is_empty() => PatientReach::Compartment(parameters),
        _ if SHARED.binary_search(&name).is_ok() => PatientReach::Shared,
        _ => PatientReach::Outside,
    }
}

fn defined_parameters(resource_type: ResourceType) -> Option<&'static [&'static str]> {
    let patient = ResourceType::parse("Patient")?;
    r4().compartment(patient)?.parameters(resource_type)
}
