//! Clinical documents: the note of each visit, and the texts of reports.

use super::Life;
use super::encounter;
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Profile, concept, loinc, us_core};
use crate::datatype::Ref;
use crate::json::Json;
use crate::moment::Moment;

const CLINICAL_NOTE: Concept = us_core!(
    "us-core-documentreference-category",
    "clinical-note",
    "Clinical Note"
);
const PLAIN_TEXT: Concept = concept(
    "http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem",
    "urn:ihe:iti:xds:2017:mimeTypeSufficient",
    "mimeType Sufficient",
);

/// A document to be filed.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) kind: Concept,
    pub(super) author: Ref,
    pub(super) date: Moment,
    pub(super) text: &'a str,
    /// Where the text is kept if not in the document itself.
    pub(super) binary: Option<Ref>,
}

/// Files the note of a visit and reports it.
pub(super) fn note(life: &mut Life<'_>, visit: &Visit) {
    let kind = kind(visit.purpose);
    let text = told(life, visit);
    let author = visit.clinician.person;
    let date = visit.end.plus_minutes(20);
    file(
        life,
        visit,
        &Document {
            kind,
            author,
            date,
            text: &text,
            binary: None,
        },
    );
    life.write(
        "DiagnosticReport",
        Profile::us_core("us-core-diagnosticreport-note"),
        |j| {
            j.text("status", "final");
            j.concepts("category", &[kind]);
            j.concept("code", &kind);
            j.reference("subject", visit.patient);
            j.reference("encounter", visit.encounter);
            j.moment("effectiveDateTime", visit.start);
            j.moment("issued", date);
            j.references("performer", &[author]);
            j.text("conclusion", "See the note of this visit.");
        },
    );
}

fn kind(purpose: Purpose) -> Concept {
    match purpose {
        Purpose::WellChild | Purpose::Checkup => loinc("34117-2", "History and physical note"),
        Purpose::Delivery | Purpose::Hospitalization(_) => loinc("18842-5", "Discharge summary"),
        Purpose::Consultation(_) => loinc("11488-4", "Consult note"),
        Purpose::Operation(_) => loinc("28570-0", "Procedure note"),
        _ => loinc("11506-3", "Progress note"),
    }
}

fn told(life: &Life<'_>, visit: &Visit) -> String {
    let (year, month, day) = visit.start.calendar();
    let person = &life.person;
    let years = crate::number::whole(visit.age.floor());
    let who = match (visit.age < 18.0, person.is_female()) {
        (true, true) => "girl",
        (true, false) => "boy",
        (false, true) => "woman",
        (false, false) => "man",
    };
    let known: Vec<&str> = life
        .problems
        .iter()
        .map(|(disease, _)| disease.facts().icd10.display)
        .collect();
    let known = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join("; ")
    };
    format!(
        "{year}-{month:02}-{day:02} {} {}, {who} of {years} years. {}. Known problems: {known}. Plan: as ordered.",
        person.given,
        person.family,
        encounter::kind(visit.purpose).display,
    )
}

/// Adds the `DocumentReference` of a document.
pub(super) fn file(life: &mut Life<'_>, visit: &Visit, document: &Document<'_>) {
    let number = format!(
        "{}-{}-{}",
        life.person.record_number, life.visits, document.kind.code
    );
    let clinic = life.practice.clinic;
    life.write(
        "DocumentReference",
        Profile::us_core("us-core-documentreference"),
        |j| {
            j.array("identifier", |j| {
                j.identifier_item("https://saguaro.example/document", &number);
            });
            j.text("status", "current");
            j.concept("type", &document.kind);
            j.concepts("category", &[CLINICAL_NOTE]);
            j.reference("subject", visit.patient);
            j.moment("date", document.date);
            j.references("author", &[document.author]);
            j.reference("custodian", clinic);
            j.single("content", |j| {
                j.object("attachment", |j| attachment(j, document));
                j.coding("format", &PLAIN_TEXT);
            });
            j.object("context", |j| {
                j.references("encounter", &[visit.encounter]);
                j.period("period", visit.start, Some(visit.end));
            });
        },
    );
}

/// The members of the `Attachment` that holds a document.
pub(super) fn attachment(j: &mut Json, document: &Document<'_>) {
    j.text("contentType", "text/plain");
    match document.binary {
        Some(binary) => j.joined("url", &[binary.resource_type, "/", binary.id.as_str()]),
        None => j.base64("data", document.text.as_bytes()),
    }
}
