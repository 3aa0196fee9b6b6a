//! What is charted by a command and can only be marked as entered in error: `AllergyIntolerance`,
//! Condition, Immunization, `MedicationStatement`; and Media, which is not even that.

use cresset_model::Value;

use super::{mark, note};
use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static ALLERGY_INTOLERANCE: Behaviour = Behaviour {
    admit: admit_allergy,
    wants: |body| note::wants(body, "encounter"),
    check: |body, around| note::check(body, around, "encounter"),
    shape: allergy,
    ignored: &["recordedDate"],
    ..Behaviour::NONE
};

pub(super) static CONDITION: Behaviour = Behaviour {
    wants: |body| note::wants(body, "encounter"),
    check: |body, around| note::check(body, around, "encounter"),
    shape: condition,
    ignored: &["verificationStatus"],
    ..Behaviour::NONE
};

pub(super) static IMMUNIZATION: Behaviour = Behaviour {
    wants: |body| note::wants(body, "encounter"),
    check: |body, around| note::check(body, around, "encounter"),
    shape: immunization,
    ignored: &["statusReason"],
    ..Behaviour::NONE
};

pub(super) static MEDICATION_STATEMENT: Behaviour = Behaviour {
    wants: medication,
    check: |body, around| note::check(body, around, "context"),
    shape: statement,
    ignored: &["dateAsserted", "derivedFrom"],
    ..Behaviour::NONE
};

pub(super) static MEDIA: Behaviour = Behaviour {
    wants: |body| note::wants(body, "encounter"),
    check: |body, around| note::check(body, around, "encounter"),
    files: &["content"],
    ..Behaviour::NONE
};

const ALLERGY_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const ALLERGY_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const CONDITION_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
/// How older apps name ICD-10-CM.
const ICD_10: &str = "ICD-10";
const ICD_10_CM: &str = "http://hl7.org/fhir/sid/icd-10-cm";

/// The EHR wants a clinical status even of what was entered in error, where R4 (`ait-2`) forbids it: one
/// that is none is left to be refused.
fn admit_allergy(body: &mut Value) {
    let code = |element: &str, system| edit::code(body.get(element)?, system);
    let is_error = code("verificationStatus", None) == Some("entered-in-error");
    let status = code("clinicalStatus", Some(ALLERGY_CLINICAL));
    if is_error && matches!(status, Some("active" | "inactive")) {
        body.remove("clinicalStatus");
    }
}

fn allergy(body: &mut Value, around: &Around<'_>) {
    let verification = |marked: &mut Value| mark::verification(marked, ALLERGY_VERIFICATION);
    if mark::current(body, around, verification) {
        return;
    }
    body.set("recordedDate", edit::string(around.now));
    edit::tell(
        body.get_mut("clinicalStatus"),
        &[("active", "Active"), ("inactive", "Inactive")],
    );
    edit::tell(body.get_mut("verificationStatus"), &mark::VERIFICATION);
    for reaction in edit::items_mut(body, "reaction") {
        for manifestation in edit::items_mut(reaction, "manifestation") {
            edit::tell(Some(manifestation), &[("unknown", "Unknown")]);
        }
    }
}

fn condition(body: &mut Value, around: &Around<'_>) {
    let verification = |marked: &mut Value| mark::verification(marked, CONDITION_VERIFICATION);
    if mark::current(body, around, verification) {
        return;
    }
    if let Some(code) = body.get_mut("code") {
        for coding in edit::items_mut(code, "coding") {
            edit::rename(coding, "system", |system| {
                (system == ICD_10).then_some(ICD_10_CM)
            });
        }
    }
    body.set(
        "verificationStatus",
        edit::concept(CONDITION_VERIFICATION, "confirmed"),
    );
    edit::default(body, "recordedDate", || edit::string(around.now));
    edit::tell(body.get_mut("verificationStatus"), &mark::VERIFICATION);
    edit::tell(
        body.get_mut("clinicalStatus"),
        &[("active", "Active"), ("resolved", "Resolved")],
    );
    for category in edit::items_mut(body, "category") {
        edit::tell(Some(category), &CATEGORIES);
    }
}

/// The categories of conditions, in words.
const CATEGORIES: [(&str, &str); 7] = [
    ("cognitive-status", "Cognitive Status"),
    ("disability-status", "Disability Status"),
    ("encounter-diagnosis", "Encounter Diagnosis"),
    ("functional-status", "Functional Status"),
    ("health-concern", "Health Concern"),
    ("problem-list-item", "Problem List Item"),
    ("sdoh", "SDOH"),
];

fn immunization(body: &mut Value, around: &Around<'_>) {
    mark::current(body, around, mark::status);
}

fn medication(body: &Value) -> Vec<String> {
    let reference = edit::text(body, &["medicationReference", "reference"]);
    let mut wanted = note::wants(body, "context");
    wanted.extend(reference.map(str::to_owned));
    wanted
}

fn statement(body: &mut Value, around: &Around<'_>) {
    if mark::current(body, around, mark::status) {
        return;
    }
    // Read back, the medication is always a concept.
    if let Some(code) = around
        .known("Medication")
        .and_then(|m| m.get("code"))
        .cloned()
    {
        body.remove("medicationReference");
        body.set("medicationCodeableConcept", code);
    }
    edit::default(body, "effectivePeriod", || Value::Object(Vec::new()));
    if let Some(period) = body.get_mut("effectivePeriod") {
        edit::default(period, "start", || edit::string(around.now));
    }
    // Of the dosage only the text of the first is used.
    if let Some(Value::Array(dosages)) = body.get_mut("dosage") {
        dosages.truncate(1);
    }
    body.set("dateAsserted", edit::string(around.now));
}
