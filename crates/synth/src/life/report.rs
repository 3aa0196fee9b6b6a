//! Reports of cardiology, radiology and pathology: a request, a finding, the text, the report.

use super::Life;
use super::cast::Trait;
use super::disease::Disease;
use super::document::{self, Document};
use super::observation::{self, IMAGING, LABORATORY, Observed, PROCEDURE, Value, quantity};
use super::procedure;
use super::schedule::{Operation, Purpose};
use super::visit::Visit;
use crate::concept::{Concept, Profile, icd10, loinc, snomed, unit};
use crate::datatype::Ref;
use crate::practice::clinician::Duty;

/// One kind of examination that ends in a report.
struct Examination {
    /// What the report is called.
    code: Concept,
    /// The US Core category of the report.
    category: Concept,
    /// What the document that carries its text is.
    document: Concept,
    /// What is asked for, and the category of that service.
    requested: (Concept, Concept),
    /// Why, if the visit is about no condition.
    reason: Concept,
    duty: Duty,
    finding: Concept,
    finding_category: Concept,
    finding_profile: &'static str,
    words: &'static [&'static str],
}

const CLINICAL_RESULT: &str = "us-core-observation-clinical-result";
const RADIOLOGY: Concept = loinc("LP29684-5", "Radiology");
const CARDIOLOGY: Concept = loinc("LP29708-2", "Cardiology");
const PATHOLOGY: Concept = loinc("LP7839-6", "Pathology");
const IMAGING_SERVICE: Concept = snomed("363679005", "Imaging");
const EVALUATION: Concept = snomed("386053000", "Evaluation procedure");
const IMAGING_STUDY: Concept = loinc("18748-4", "Diagnostic imaging study");

const CHEST_RADIOGRAPH: Examination = Examination {
    code: loinc("36643-5", "XR Chest 2 Views"),
    category: RADIOLOGY,
    document: IMAGING_STUDY,
    requested: (snomed("399208008", "Plain X-ray of chest"), IMAGING_SERVICE),
    reason: icd10("R05.9", "Cough, unspecified"),
    duty: Duty::Radiology,
    finding: loinc("18782-3", "Radiology Study observation (narrative)"),
    finding_category: IMAGING,
    finding_profile: CLINICAL_RESULT,
    words: &[
        "No focal consolidation. Heart size normal. No pleural effusion.",
        "Hyperinflated lungs with flattened diaphragms. No acute infiltrate.",
    ],
};

const MAMMOGRAM: Examination = Examination {
    code: loinc("24606-6", "MG Breast Screening"),
    category: RADIOLOGY,
    document: IMAGING_STUDY,
    requested: (snomed("24623002", "Screening mammography"), IMAGING_SERVICE),
    reason: icd10(
        "Z12.31",
        "Encounter for screening mammogram for malignant neoplasm of breast",
    ),
    duty: Duty::Radiology,
    finding: loinc("18782-3", "Radiology Study observation (narrative)"),
    finding_category: IMAGING,
    finding_profile: CLINICAL_RESULT,
    words: &["Scattered fibroglandular densities. No suspicious mass. BI-RADS 1, negative."],
};

const ELECTROCARDIOGRAM: Examination = Examination {
    code: loinc("11524-6", "EKG study"),
    category: CARDIOLOGY,
    document: loinc("11524-6", "EKG study"),
    requested: (
        snomed("29303009", "Electrocardiographic procedure"),
        EVALUATION,
    ),
    reason: icd10("R00.2", "Palpitations"),
    duty: Duty::Cardiology,
    finding: loinc("8601-7", "EKG impression"),
    finding_category: PROCEDURE,
    finding_profile: CLINICAL_RESULT,
    words: &[
        "Atrial fibrillation with controlled ventricular rate, no acute ischemia.",
        "Sinus rhythm, normal axis, no acute ischemia.",
    ],
};

const SKIN_PATHOLOGY: Examination = Examination {
    code: loinc("11529-5", "Surgical pathology study"),
    category: PATHOLOGY,
    document: loinc("11526-1", "Pathology study"),
    requested: (
        snomed("108252007", "Laboratory procedure"),
        snomed("108252007", "Laboratory procedure"),
    ),
    reason: icd10(
        "D49.2",
        "Neoplasm of unspecified behavior of bone, soft tissue, and skin",
    ),
    duty: Duty::Pathology,
    finding: loinc("22637-3", "Pathology report final diagnosis Narrative"),
    finding_category: LABORATORY,
    finding_profile: "us-core-observation-lab",
    words: &[
        "Skin, left forearm, shave biopsy: seborrheic keratosis, benign.",
        "Skin, back, punch biopsy: compound melanocytic nevus, margins clear.",
    ],
};

/// Orders and reports what this visit calls for.
pub(super) fn order_for(life: &mut Life<'_>, visit: &Visit) {
    match visit.purpose {
        Purpose::Consultation(
            Disease::AtrialFibrillation | Disease::CoronarySclerosis | Disease::HeartFailure,
        ) => {
            report(life, visit, &ELECTROCARDIOGRAM);
            ejection_fraction(life, visit);
        }
        Purpose::Operation(Operation::Pacemaker) => report(life, visit, &ELECTROCARDIOGRAM),
        Purpose::Operation(Operation::Biopsy) => report(life, visit, &SKIN_PATHOLOGY),
        Purpose::Hospitalization(_) => {
            report(life, visit, &CHEST_RADIOGRAPH);
            laboratory_summary(life, visit);
        }
        Purpose::FollowUp(Disease::Copd) if life.befalls(Trait::Radiograph, 25.0) => {
            report(life, visit, &CHEST_RADIOGRAPH);
        }
        Purpose::Checkup
            if life.person.is_female()
                && (50.0..75.0).contains(&visit.age)
                && life.random.chance(35.0) =>
        {
            report(life, visit, &MAMMOGRAM);
        }
        _ => (),
    }
}

fn report(life: &mut Life<'_>, visit: &Visit, examination: &Examination) {
    let words = life.random.pick(examination.words);
    let performer = life
        .practice
        .clinician(examination.duty, life.number)
        .person;
    let reason = visit.condition.is_none().then_some(examination.reason);
    let request = procedure::request(life, visit, examination.requested, reason);
    let finding = found(life, visit, examination, words);
    let issued = visit.minute(150);
    let text = format!("{}\nFindings: {words}", examination.code.display);
    let binary = kept(life, &text);
    let document = Document {
        kind: examination.document,
        author: performer,
        date: issued,
        text: &text,
        binary: Some(binary),
    };
    document::file(life, visit, &document);
    let organization = visit.organization;
    life.write(
        "DiagnosticReport",
        Profile::us_core("us-core-diagnosticreport-note"),
        |j| {
            j.references("basedOn", &[request]);
            j.text("status", "final");
            j.concepts("category", &[examination.category]);
            j.concept("code", &examination.code);
            j.reference("subject", visit.patient);
            j.reference("encounter", visit.encounter);
            j.moment("effectiveDateTime", visit.minute(25));
            j.moment("issued", issued);
            j.references("performer", &[performer, organization]);
            j.references("result", &[finding]);
            j.text("conclusion", words);
            j.single("presentedForm", |j| document::attachment(j, &document));
        },
    );
}

fn found(life: &mut Life<'_>, visit: &Visit, examination: &Examination, words: &str) -> Ref {
    let observed = Observed::at(
        visit.minute(25),
        examination.finding_profile,
        std::slice::from_ref(&examination.finding_category),
        std::slice::from_ref(&examination.finding),
    );
    observation::write(life, visit, &observed.with(Value::Text(words)), |_| ())
}

/// Keeps a text as `Binary`, guarded as the patient's own.
fn kept(life: &mut Life<'_>, text: &str) -> Ref {
    let patient = life.patient;
    life.write("Binary", Profile::NONE, |j| {
        j.text("contentType", "text/plain");
        j.reference("securityContext", patient);
        j.base64("data", text.as_bytes());
    })
}

fn ejection_fraction(life: &mut Life<'_>, visit: &Visit) {
    let failing = life.has(Disease::HeartFailure, visit.start);
    let share = life.random.around(if failing { 38.0 } else { 58.0 }, 4.0);
    let code = [loinc("10230-1", "Left ventricular Ejection fraction")];
    let observed = Observed::at(visit.minute(28), CLINICAL_RESULT, &[IMAGING], &code);
    observation::write(
        life,
        visit,
        &observed.with(quantity(share, 0, unit("%"))),
        |_| (),
    );
}

/// The laboratory's own account of a stay in hospital.
fn laboratory_summary(life: &mut Life<'_>, visit: &Visit) {
    let text = "Laboratory report of the stay\nBasic metabolic panel and blood count: see results.";
    let author = life.practice.clinician(Duty::Pathology, life.number).person;
    let document = Document {
        kind: loinc("11502-2", "Laboratory report"),
        author,
        date: visit.end,
        text,
        binary: None,
    };
    document::file(life, visit, &document);
}
