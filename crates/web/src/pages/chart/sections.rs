//! The lists of a chart: problems, medicines, allergies, documents, visits.

use cresset_base::ResourceId;
use cresset_model::Value;

use super::patients::search;
use super::record::{concept, day, list, text, words};
use crate::extract::SignedIn;
use crate::failure::Failure;

/// Lines of one list.
const LINES_MAX: &str = "50";

/// One list.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) empty: &'static str,
    /// Nothing where the person's role sees none.
    pub(super) lines: Option<Vec<Line>>,
}

/// One line of a list.
pub(super) struct Line {
    pub(super) what: String,
    pub(super) day: String,
}

/// A visit or document that an app can be launched about.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) what: String,
}

struct Kind {
    title: &'static str,
    empty: &'static str,
    of: &'static str,
    narrow: (&'static str, &'static str),
    concept: &'static str,
    days: &'static [&'static str],
}

const KINDS: [Kind; 4] = [
    Kind {
        title: "Problems",
        empty: "No active problems are recorded.",
        of: "Condition",
        narrow: ("clinical-status", "active"),
        concept: "code",
        days: &["onsetDateTime", "recordedDate"],
    },
    Kind {
        title: "Medicines",
        empty: "No active prescriptions are recorded.",
        of: "MedicationRequest",
        narrow: ("status", "active"),
        concept: "medicationCodeableConcept",
        days: &["authoredOn"],
    },
    Kind {
        title: "Allergies",
        empty: "No allergies are recorded.",
        of: "AllergyIntolerance",
        narrow: ("clinical-status", "active"),
        concept: "code",
        days: &["onsetDateTime", "recordedDate"],
    },
    Kind {
        title: "Documents",
        empty: "There are no documents.",
        of: "DocumentReference",
        narrow: ("status", "current"),
        concept: "type",
        days: &["date"],
    },
];

/// Every list.
pub(super) async fn sections(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Vec<Section>, Failure> {
    let mut sections = Vec::new();
    for kind in &KINDS {
        let pairs = vec![
            ("patient", patient.to_string()),
            (kind.narrow.0, kind.narrow.1.to_owned()),
            ("_count", LINES_MAX.to_owned()),
        ];
        let found = search(signed_in, (patient, kind.of), pairs).await?;
        let lines = found.map(|found| {
            let mut lines: Vec<Line> = found.iter().map(|one| line(kind, one)).collect();
            lines.sort_by(|a, b| b.day.cmp(&a.day));
            lines
        });
        sections.push(Section {
            title: kind.title,
            empty: kind.empty,
            lines,
        });
    }
    Ok(sections)
}

fn line(kind: &Kind, resource: &Value) -> Line {
    // A medicine may stand in a resource of its own; the reference often says its name.
    let referred = resource
        .get("medicationReference")
        .map(|r| text(r, "display").to_owned());
    let what = concept(resource, kind.concept)
        .or(referred)
        .filter(|what| !what.is_empty());
    Line {
        what: what.unwrap_or_else(|| "named in another record".to_owned()),
        day: day(resource, kind.days),
    }
}

/// What is said of the patient at the top.
pub(super) fn demographics(patient: &Value) -> Vec<(&'static str, String)> {
    let contact = |system: &str| {
        let mut points = list(patient, "telecom").filter(|point| text(point, "system") == system);
        points.next().map(|point| text(point, "value").to_owned())
    };
    let address = list(patient, "address").next().map(|address| {
        let rest = ["city", "state", "postalCode"].map(|member| text(address, member));
        let rest = rest.into_iter().filter(|part| !part.is_empty());
        let parts = words(address, "line").chain(rest);
        parts.collect::<Vec<_>>().join(", ")
    });
    let facts = [
        ("Born", Some(text(patient, "birthDate").to_owned())),
        ("Gender", Some(text(patient, "gender").to_owned())),
        ("Phone", contact("phone")),
        ("E-mail", contact("email")),
        ("Address", address),
    ];
    let known = facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name, fact?)));
    known.filter(|(_, fact)| !fact.is_empty()).collect()
}

/// The latest visits.
pub(super) async fn visits(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Vec<Choice>, Failure> {
    let pairs = vec![
        ("patient", patient.to_string()),
        ("_sort", "-date".to_owned()),
        ("_count", "10".to_owned()),
    ];
    let found = search(signed_in, (patient, "Encounter"), pairs).await?;
    let visit = |encounter: Value| {
        let day = encounter
            .get("period")
            .map(|period| day(period, &["start"]));
        let what = list(&encounter, "type").next().and_then(|first| {
            let whole = text(first, "text");
            let coding = list(first, "coding")
                .next()
                .map(|coding| text(coding, "display"));
            [Some(whole), coding]
                .into_iter()
                .flatten()
                .find(|text| !text.is_empty())
                .map(str::to_owned)
        });
        Choice {
            id: text(&encounter, "id").to_owned(),
            what: [day.unwrap_or_default(), what.unwrap_or_default()]
                .join(" ")
                .trim()
                .to_owned(),
        }
    };
    Ok(found.into_iter().flatten().map(visit).collect())
}

/// The latest documents.
pub(super) async fn documents(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Vec<Choice>, Failure> {
    let pairs = vec![
        ("patient", patient.to_string()),
        ("status", "current".to_owned()),
        ("_sort", "-date".to_owned()),
        ("_count", "10".to_owned()),
    ];
    let found = search(signed_in, (patient, "DocumentReference"), pairs).await?;
    let choice = |document: Value| {
        let what = concept(&document, "type").unwrap_or_default();
        let what = format!("{} {what}", day(&document, &["date"]));
        Choice {
            id: text(&document, "id").to_owned(),
            what: what.trim().to_owned(),
        }
    };
    Ok(found.into_iter().flatten().map(choice).collect())
}
