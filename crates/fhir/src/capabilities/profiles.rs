//! The US Core 6.1.0 profiles that resources of this server can conform to.

use cresset_definitions::ResourceType;

const FOLDER: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

/// Type and last part of the canonical URL, sorted.
const PROFILES: &[(&str, &str)] = &[
    ("AllergyIntolerance", "us-core-allergyintolerance"),
    ("CarePlan", "us-core-careplan"),
    ("CareTeam", "us-core-careteam"),
    ("Condition", "us-core-condition-encounter-diagnosis"),
    ("Condition", "us-core-condition-problems-health-concerns"),
    ("Coverage", "us-core-coverage"),
    ("Device", "us-core-implantable-device"),
    ("DiagnosticReport", "us-core-diagnosticreport-lab"),
    ("DiagnosticReport", "us-core-diagnosticreport-note"),
    ("DocumentReference", "us-core-documentreference"),
    ("Encounter", "us-core-encounter"),
    ("Goal", "us-core-goal"),
    ("Immunization", "us-core-immunization"),
    ("Location", "us-core-location"),
    ("Medication", "us-core-medication"),
    ("MedicationDispense", "us-core-medicationdispense"),
    ("MedicationRequest", "us-core-medicationrequest"),
    (
        "Observation",
        "head-occipital-frontal-circumference-percentile",
    ),
    ("Observation", "pediatric-bmi-for-age"),
    ("Observation", "pediatric-weight-for-height"),
    ("Observation", "us-core-blood-pressure"),
    ("Observation", "us-core-bmi"),
    ("Observation", "us-core-body-height"),
    ("Observation", "us-core-body-temperature"),
    ("Observation", "us-core-body-weight"),
    ("Observation", "us-core-head-circumference"),
    ("Observation", "us-core-heart-rate"),
    ("Observation", "us-core-observation-clinical-result"),
    ("Observation", "us-core-observation-lab"),
    ("Observation", "us-core-observation-occupation"),
    ("Observation", "us-core-observation-pregnancyintent"),
    ("Observation", "us-core-observation-pregnancystatus"),
    ("Observation", "us-core-observation-screening-assessment"),
    ("Observation", "us-core-observation-sexual-orientation"),
    ("Observation", "us-core-pulse-oximetry"),
    ("Observation", "us-core-respiratory-rate"),
    ("Observation", "us-core-simple-observation"),
    ("Observation", "us-core-smokingstatus"),
    ("Organization", "us-core-organization"),
    ("Patient", "us-core-patient"),
    ("Practitioner", "us-core-practitioner"),
    ("PractitionerRole", "us-core-practitionerrole"),
    ("Procedure", "us-core-procedure"),
    ("Provenance", "us-core-provenance"),
    ("QuestionnaireResponse", "us-core-questionnaireresponse"),
    ("RelatedPerson", "us-core-relatedperson"),
    ("ServiceRequest", "us-core-servicerequest"),
    ("Specimen", "us-core-specimen"),
];

/// The canonical URLs of the profiles of a type.
pub fn of_type(resource_type: ResourceType) -> Vec<String> {
    let of_type = PROFILES
        .iter()
        .filter(|(name, _)| *name == resource_type.name());
    of_type
        .map(|(_, profile)| format!("{FOLDER}{profile}"))
        .collect()
}
