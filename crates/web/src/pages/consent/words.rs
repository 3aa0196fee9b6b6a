//! What a scope gives, in the words of somebody who has never heard of FHIR.

use cresset_access::{TokenFilter, Verb, Verbs};
use cresset_auth::authorize::offer::{Offer, Subject};
use cresset_definitions::ResourceType;

/// Type → how people call what it holds, and an example.
const RECORDS: [(&str, &str, &str); 34] = [
    (
        "AllergyIntolerance",
        "Allergies",
        "what you react to and how",
    ),
    ("Appointment", "Appointments", "when and where"),
    (
        "CarePlan",
        "Care plans",
        "what you and the practice plan to do",
    ),
    ("CareTeam", "Care team", "who looks after you"),
    ("Claim", "Bills sent to insurers", "what was billed"),
    ("Communication", "Messages", "between you and the practice"),
    ("Condition", "Health problems", "diagnoses and concerns"),
    ("Consent", "Consents", "what you agreed to"),
    ("Coverage", "Insurance", "who pays, with your member number"),
    ("Device", "Implants and devices", "such as a pacemaker"),
    ("DiagnosticReport", "Reports", "of laboratories and imaging"),
    ("DocumentReference", "Documents", "letters and notes"),
    ("Encounter", "Visits", "when you were seen and by whom"),
    (
        "ExplanationOfBenefit",
        "Insurance statements",
        "what was paid",
    ),
    ("Goal", "Goals", "what you want to reach"),
    ("Immunization", "Vaccinations", "which and when"),
    ("Location", "Places", "where the practice works"),
    ("Medication", "Medicines", "what is in them"),
    (
        "MedicationDispense",
        "Medicines handed out",
        "by a pharmacy",
    ),
    (
        "MedicationRequest",
        "Prescriptions",
        "medicines and how to take them",
    ),
    (
        "MedicationStatement",
        "Medicines taken",
        "as you told the practice",
    ),
    (
        "Observation",
        "Measurements and lab results",
        "blood pressure, weight, tests",
    ),
    ("Organization", "Organizations", "such as the practice"),
    (
        "Patient",
        "Name and contact",
        "name, birth date, address, phone",
    ),
    (
        "Practitioner",
        "Names of staff",
        "who works at the practice",
    ),
    (
        "PractitionerRole",
        "Roles of staff",
        "what they do and where",
    ),
    ("Procedure", "Procedures", "operations and treatments"),
    (
        "Provenance",
        "Where records came from",
        "who wrote them and when",
    ),
    (
        "QuestionnaireResponse",
        "Answers to questionnaires",
        "what you filled in",
    ),
    (
        "RelatedPerson",
        "Family and contacts",
        "people close to you",
    ),
    ("Schedule", "Schedules", "of the practice"),
    (
        "ServiceRequest",
        "Orders and referrals",
        "tests and visits asked for",
    ),
    ("Specimen", "Samples", "such as blood that was taken"),
    ("Task", "Tasks", "what the practice has to do for you"),
];

/// Code of a category → how people call it.
const CATEGORIES: [(&str, &str); 14] = [
    ("activity", "Physical activity"),
    ("clinical-test", "Clinical tests"),
    ("encounter-diagnosis", "Diagnoses of a visit"),
    ("exam", "Findings of examinations"),
    ("health-concern", "Health concerns"),
    ("imaging", "Imaging"),
    ("laboratory", "Lab results"),
    ("problem-list-item", "Ongoing problems"),
    ("procedure", "Results of procedures"),
    ("sdoh", "Living conditions"),
    (
        "social-history",
        "Habits and circumstances, such as smoking",
    ),
    ("survey", "Answers to surveys"),
    ("therapy", "Results of therapies"),
    (
        "vital-signs",
        "Vital signs, such as blood pressure and weight",
    ),
];

/// The name of an offer, and what it means.
pub(in crate::pages) fn of(offer: &Offer) -> (String, String) {
    match &offer.subject {
        Subject::Identity => (
            "Who you are".to_owned(),
            "your name, and a number by which the app knows you again".to_owned(),
        ),
        Subject::Offline => (
            "Go on when you are not there".to_owned(),
            "without asking you again".to_owned(),
        ),
        Subject::Online => (
            "Stay connected while you are signed in".to_owned(),
            "at most until tomorrow".to_owned(),
        ),
        Subject::Everything => (
            "Everything else".to_owned(),
            described("all kinds of record that are not listed", offer.verbs),
        ),
        Subject::Operation(operation) => (operation.to_string(), "one action".to_owned()),
        Subject::Records(of) => {
            let (name, example) = record(*of);
            (name, described(example, offer.verbs))
        }
        Subject::Some(of, filters) => {
            let (name, _) = record(*of);
            let only: Vec<String> = filters.iter().map(category).collect();
            let name = format!("{name}: only {}", only.join(", "));
            (name, described("", offer.verbs))
        }
    }
}

/// An example, and whether more than looking is asked.
fn described(example: &str, verbs: Verbs) -> String {
    let rights = match (rights(verbs), example) {
        (Rights::See, "") => "see",
        (Rights::See, _) => "",
        (Rights::SeeAndChange, _) => "see and change",
        (Rights::Change, _) => "add or change",
    };
    let dash = if example.is_empty() || rights.is_empty() {
        ""
    } else {
        " – "
    };
    format!("{example}{dash}{rights}")
}

pub(in crate::pages) fn record(of: ResourceType) -> (String, &'static str) {
    let known = RECORDS.iter().find(|(name, _, _)| *name == of.name());
    known.map_or_else(
        || (spaced(of.name()), ""),
        |(_, name, example)| ((*name).to_owned(), *example),
    )
}

/// `BodyStructure` as `Body structure`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// A category, or what else a scope names, in words.
pub(in crate::pages) fn category(filter: &TokenFilter) -> String {
    let known = CATEGORIES
        .iter()
        .find(|(code, _)| filter.parameter == "category" && *code == filter.code);
    known.map_or_else(
        || format!("{} {}", filter.parameter, filter.code),
        |(_, name)| (*name).to_owned(),
    )
}

enum Rights {
    See,
    SeeAndChange,
    Change,
}

fn rights(verbs: Verbs) -> Rights {
    let changes = [Verb::Create, Verb::Update, Verb::Delete];
    let reads = [Verb::Read, Verb::Search];
    let any = |of: &[Verb]| of.iter().any(|verb| verbs.contains(*verb));
    match (any(&reads), any(&changes)) {
        (true, true) => Rights::SeeAndChange,
        (false, true) => Rights::Change,
        _ => Rights::See,
    }
}

/// How long without the person.
pub(in crate::pages) fn days(days: u32) -> String {
    match days {
        0 => "until you stop it".to_owned(),
        1 => "for one day after each use".to_owned(),
        days => format!("for {days} days after each use"),
    }
}

/// How long a token lives.
pub(in crate::pages) fn seconds(seconds: u32) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::{CATEGORIES, RECORDS, days, seconds, spaced};
    use cresset_definitions::ResourceType;

    #[test]
    fn what_people_read_is_sorted_and_about_types_that_exist() {
        assert!(RECORDS.iter().map(|row| row.0).is_sorted());
        assert!(CATEGORIES.iter().map(|row| row.0).is_sorted());
        assert!(
            RECORDS
                .iter()
                .all(|row| ResourceType::parse(row.0).is_some())
        );
    }

    #[test]
    fn times_and_names_are_plain() {
        assert_eq!(spaced("BodyStructure"), "Body structure");
        assert_eq!(days(0), "until you stop it");
        assert_eq!(days(90), "for 90 days after each use");
        assert_eq!(seconds(600), "10 minutes");
        assert_eq!(seconds(36_000), "10 hours");
    }
}
