//! The table of interactions, type by type.

use super::super::practice::Practice;
use super::canvas;

/// Every type of the set with the first letters of what it has: create, read, update, search.
const TABLE: [(&str, &str); 42] = [
    ("Allergen", "rs"),
    ("AllergyIntolerance", "crus"),
    ("Appointment", "crus"),
    ("CarePlan", "rs"),
    ("CareTeam", "rus"),
    ("Claim", "crus"),
    ("Communication", "crs"),
    ("Condition", "crus"),
    ("Consent", "crs"),
    ("Coverage", "crus"),
    ("CoverageEligibilityRequest", "c"),
    ("CoverageEligibilityResponse", "rs"),
    ("DetectedIssue", "crus"),
    ("Device", "rs"),
    ("DiagnosticReport", "rs"),
    ("DocumentReference", "crs"),
    ("Encounter", "rs"),
    ("Goal", "rs"),
    ("Group", "crus"),
    ("Immunization", "crus"),
    ("Location", "rs"),
    ("Media", "crs"),
    ("Medication", "rs"),
    ("MedicationDispense", "rs"),
    ("MedicationRequest", "rs"),
    ("MedicationStatement", "crus"),
    ("Observation", "crs"),
    ("Organization", "rs"),
    ("Patient", "crus"),
    ("PaymentNotice", "crs"),
    ("Practitioner", "crus"),
    ("Procedure", "rs"),
    ("Provenance", "rs"),
    ("Questionnaire", "rs"),
    ("QuestionnaireResponse", "crus"),
    ("RelatedPerson", "rs"),
    ("Schedule", "s"),
    ("ServiceRequest", "rs"),
    ("Slot", "s"),
    ("Specimen", "rs"),
    ("Task", "crus"),
    ("ValueSet", "rs"),
];

/// Asks for something that is not there, with a body that is nothing: status, `Allow`, and what a
/// refused method is told.
async fn asked(practice: &Practice, method: &str, address: &str) -> (u16, String, Vec<String>) {
    let media = match method {
        "PATCH" => "application/merge-patch+json",
        _ => "application/fhir+json",
    };
    let request = practice
        .request(&format!("{method} /{address}"), "")
        .header("content-type", media);
    let body = axum::body::Body::from("{}");
    let answer = practice.send(request.body(body).unwrap()).await;
    let allow = answer.headers.get("allow");
    let allow = allow.map_or("", |allow| allow.to_str().unwrap()).to_owned();
    let issues = match answer.status.as_u16() {
        405 => answer.issues(),
        _ => Vec::new(),
    };
    (answer.status.as_u16(), allow, issues)
}

/// Asks each method of an address; those not offered are told which are.
async fn check(practice: &Practice, address: &str, methods: &[(&str, bool)]) {
    let mut expect: Vec<&str> = Vec::new();
    for (method, is_offered) in methods {
        match (*method, *is_offered) {
            ("GET", true) => expect.extend(["GET", "HEAD"]),
            (method, true) => expect.push(method),
            _ => {}
        }
    }
    expect.sort_unstable();
    for (method, is_offered) in methods {
        let (status, allow, issues) = asked(practice, method, address).await;
        assert_eq!(status != 405, *is_offered, "{method} {address}: {status}");
        if status == 405 {
            let mut told: Vec<&str> = allow.split([',', ' ']).filter(|m| !m.is_empty()).collect();
            told.sort_unstable();
            assert_eq!(told, expect, "{method} {address}");
            let [issue] = &issues[..] else {
                panic!("{method} {address}: {issues:?}");
            };
            assert!(
                issue.starts_with("not-supported "),
                "{method} {address}: {issue}"
            );
        }
    }
}

#[tokio::test]
async fn every_type_has_its_interactions_and_405_with_allow_for_the_others() {
    let practice = canvas().await;
    for (name, letters) in TABLE {
        let has = |letter: char| letters.contains(letter);
        check(&practice, name, &[("GET", has('s')), ("POST", has('c'))]).await;
        let of_one = [
            ("GET", has('r')),
            ("PUT", has('u')),
            ("PATCH", false),
            ("DELETE", false),
        ];
        check(&practice, &format!("{name}/none"), &of_one).await;
    }
}
