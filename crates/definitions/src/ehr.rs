//! Search parameters that neither R4 nor US Core has and apps of practices ask for by name.
//!
//! They stand beside the others in [`crate::Definitions`] and are indexed, searched, sorted by and
//! declared like them.

use crate::{ParameterIx, ResourceType, SearchParameter, SearchType};

/// Type, code, kind and expression of each.
const PARAMETERS: &[(&str, &str, SearchType, &str)] = &[
    (
        "Coverage",
        "subscriberid",
        SearchType::String,
        "Coverage.subscriberId",
    ),
    (
        "DetectedIssue",
        "status",
        SearchType::Token,
        "DetectedIssue.status",
    ),
    // A part of what it is called, whatever its case.
    (
        "Medication",
        "_text",
        SearchType::String,
        "Medication.code.coding.display | Medication.code.text",
    ),
    (
        "Patient",
        "nickname",
        SearchType::String,
        "Patient.name.where(use='nickname')",
    ),
    (
        "Practitioner",
        "npi-number",
        SearchType::Token,
        "Practitioner.identifier.where(system='http://hl7.org/fhir/sid/us-npi')",
    ),
    (
        "Questionnaire",
        "questionnaire-code",
        SearchType::Token,
        "Questionnaire.code",
    ),
    // Whether a practitioner without a schedule is shown; a question of the search, not of a value.
    (
        "Practitioner",
        "include-non-schedulable-practitioners",
        SearchType::Special,
        "",
    ),
    // The minutes between the start and the end.
    ("Slot", "duration", SearchType::Number, "Slot"),
    ("Slot", "end", SearchType::Date, "Slot.end"),
    (
        "Substance",
        "_text",
        SearchType::String,
        "Substance.code.coding.display | Substance.code.text",
    ),
    (
        "Task",
        "description",
        SearchType::String,
        "Task.description",
    ),
    (
        "Task",
        "due",
        SearchType::Date,
        "Task.restriction.period.end",
    ),
    // The name by which tasks are sorted.
    (
        "Task",
        "due-date",
        SearchType::Date,
        "Task.restriction.period.end",
    ),
    (
        "Task",
        "label",
        SearchType::String,
        "Task.input.where(type.text='label').value",
    ),
];

/// All of them, in no order.
pub(crate) fn parameters() -> Vec<SearchParameter> {
    let each = PARAMETERS
        .iter()
        .filter_map(|(of, code, kind, expression)| {
            Some(SearchParameter {
                ix: ParameterIx::default(),
                resource_type: ResourceType::parse(of)?,
                code,
                url: "urn:cresset:ehr-search-parameters",
                search_type: *kind,
                expression,
                targets: &[],
                components: &[],
            })
        });
    each.collect()
}
