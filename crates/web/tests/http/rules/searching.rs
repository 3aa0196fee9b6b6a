//! The searches the EHR's apps make.

use serde_json::json;

use super::canvas;

/// What each type is searched by, as apps write it.
const SEARCHES: [(&str, &[&str]); 39] = [
    ("AllergyIntolerance", &["_id=1", "patient=Patient/1"]),
    (
        "Appointment",
        &[
            "_id=1",
            "appointment-type=http://snomed.info/sct|308335008",
            "identifier=1",
            "location=Location/1",
            "patient=1",
            "practitioner=Practitioner/1",
            "date=ge2026-01-01&date=le2026-02-01",
            "status=proposed",
        ],
    ),
    (
        "CarePlan",
        &[
            "_id=1",
            "category=http://snomed.info/sct|734163000",
            "patient=1&_revinclude=Provenance:target",
        ],
    ),
    (
        "CareTeam",
        &[
            "participant=Practitioner/1",
            "patient=1",
            "status=active",
            "patient=1&_revinclude=Provenance:target",
        ],
    ),
    ("Claim", &["_id=1", "patient=1"]),
    (
        "Communication",
        &[
            "_id=1",
            "patient=1",
            "recipient=Patient/1",
            "sender=Practitioner/1",
        ],
    ),
    (
        "Condition",
        &[
            "_id=1",
            "clinical-status=active",
            "patient=1",
            "verification-status=entered-in-error",
            "category=problem-list-item",
        ],
    ),
    ("Consent", &["_id=1", "patient=1", "period=ge2026-01-01"]),
    (
        "Coverage",
        &[
            "_id=1",
            "patient=1",
            "identifier=1",
            "subscriberid=1",
            "status=active",
        ],
    ),
    (
        "CoverageEligibilityResponse",
        &["_id=1", "patient=1", "request=CoverageEligibilityRequest/1"],
    ),
    (
        "DetectedIssue",
        &[
            "_id=1",
            "patient=1",
            "status=registered",
            "identified=gt2026-01-01",
        ],
    ),
    ("Device", &["_id=1", "patient=1"]),
    (
        "DiagnosticReport",
        &[
            "_id=1",
            "category=http://terminology.hl7.org/CodeSystem/v2-0074|LAB",
            "code=http://loinc.org|1",
            "date=lt2026-01-01",
            "patient=1",
        ],
    ),
    (
        "DocumentReference",
        &[
            "_id=1",
            "category=clinical-note",
            "date=eq2026-01-01",
            "patient=1",
            "status=current",
            "subject=Patient/1",
            "type=34109-9",
        ],
    ),
    (
        "Encounter",
        &[
            "_id=1",
            "appointment=Appointment/1",
            "date=2026",
            "patient=1",
            "subject=Patient/1",
        ],
    ),
    ("Goal", &["_id=1", "patient=1"]),
    ("Group", &["_id=1", "type=practitioner"]),
    ("Immunization", &["_id=1", "patient=1"]),
    ("Location", &["_id=1"]),
    ("Media", &["_id=1", "patient=1"]),
    (
        "Medication",
        &[
            "code=http://www.nlm.nih.gov/research/umls/rxnorm|1191",
            "_text=aspirin",
        ],
    ),
    (
        "MedicationDispense",
        &["_id=1", "patient=1&_revinclude=Provenance:target"],
    ),
    (
        "MedicationRequest",
        &[
            "_id=1",
            "intent=filler-order",
            "patient=1",
            "requester=Practitioner/1",
            "status=stopped",
            "_include=MedicationRequest:medication",
        ],
    ),
    ("MedicationStatement", &["_id=1", "patient=1"]),
    (
        "Observation",
        &[
            "_id=1",
            "category=vital-signs",
            "code=http://loinc.org|29463-7",
            "date=ge2026-01-01",
            "derived-from=QuestionnaireResponse/1",
            "patient=1",
        ],
    ),
    (
        "Organization",
        &["_id=1", "address=x", "name=x", "type=pay"],
    ),
    (
        "Patient",
        &[
            "_has:CareTeam:participant:member=Practitioner/1",
            "_id=1",
            "_revinclude=Provenance:target",
            "active=true",
            "birthdate=1985-12-10",
            "email=a@x.example",
            "family=x",
            "gender=female",
            "given=x",
            "identifier=urn:x|1",
            "identifier=urn:x|",
            "identifier=|1",
            "name=x",
            "nickname=x",
            "phone=5550100",
        ],
    ),
    ("PaymentNotice", &["_id=1", "request=Patient/1"]),
    (
        "Practitioner",
        &[
            "_id=1",
            "include-non-schedulable-practitioners=true",
            "active=true",
            "name=x",
            "email=a@x.example",
            "npi-number=1234567893",
        ],
    ),
    ("Procedure", &["_id=1", "patient=1"]),
    (
        "Provenance",
        &[
            "_id=1",
            "agent=Practitioner/1",
            "patient=1",
            "target=Patient/1",
        ],
    ),
    (
        "Questionnaire",
        &[
            "_id=1",
            "code=1",
            "name=x",
            "questionnaire-code=1",
            "status=retired",
        ],
    ),
    (
        "QuestionnaireResponse",
        &[
            "_id=1",
            "authored=ge2026-01-01",
            "patient=1",
            "questionnaire=Questionnaire/1",
            "questionnaire.code=http://loinc.org|69725-0",
            "questionnaire.item.code=http://loinc.org|69725-0",
        ],
    ),
    ("RelatedPerson", &["_id=1", "patient=1"]),
    ("Schedule", &[""]),
    (
        "ServiceRequest",
        &[
            "_id=1",
            "patient=1",
            "authored=le2026-01-01",
            "category=http://snomed.info/sct|108252007",
            "code=1",
        ],
    ),
    (
        "Slot",
        &[
            "schedule=Schedule/1&duration=20",
            "schedule=Schedule/1&end=2026-01-01",
            "schedule=Schedule/1",
            "schedule=Schedule/1&start=2026-01-01",
            "schedule=Schedule/1&appointment-type=1",
        ],
    ),
    ("Specimen", &["_id=1", "patient=1"]),
    (
        "Task",
        &[
            "_id=1",
            "description=Netcare",
            "due=le2026-01-01",
            "label=example_label",
            "modified=ge2026-01-01",
            "owner=Practitioner/1",
            "patient=1",
            "priority=stat",
            "requester=Practitioner/1",
            "status=requested",
        ],
    ),
];

#[tokio::test]
async fn every_search_parameter_of_every_type_is_answered() {
    let practice = canvas().await;
    for (name, searches) in SEARCHES {
        for search in searches {
            let answer = practice.ask(&format!("GET /{name}?{search}"), "").await;
            assert_eq!(answer.status, 200, "{name}?{search} {answer:?}");
        }
    }
}

#[tokio::test]
async fn every_sort_key_orders_in_both_directions() {
    let practice = canvas().await;
    for (name, keys) in [
        ("Appointment", &["date", "patient", "practitioner"][..]),
        ("Patient", &["_id", "birthdate", "family", "given"]),
        ("QuestionnaireResponse", &["_id", "authored"]),
        ("Task", &["_id", "due-date"]),
    ] {
        for key in keys
            .iter()
            .flat_map(|key| [(*key).to_owned(), format!("-{key}")])
        {
            let answer = practice.ask(&format!("GET /{name}?_sort={key}"), "").await;
            assert_eq!(answer.status, 200, "{name} {key} {answer:?}");
        }
    }
    let task = |id: &str, due: &str| {
        json!({"resourceType": "Task", "id": id, "status": "requested", "intent": "unknown", "restriction": {"period": {"end": due}}}).to_string()
    };
    let tasks = [task("a", "2026-03-01"), task("b", "2026-01-01")];
    practice
        .import(&tasks.each_ref().map(String::as_bytes))
        .await;
    for (key, first) in [("due-date", "b"), ("-due-date", "a")] {
        let page = practice.ask(&format!("GET /Task?_sort={key}"), "").await;
        assert_eq!(page.json()["entry"][0]["resource"]["id"], first, "{key}");
    }
}

#[tokio::test]
async fn reports_come_in_the_order_of_their_dates_unless_another_is_asked_for() {
    let practice = canvas().await;
    let report = |id: &str, date: &str| {
        json!({"resourceType": "DiagnosticReport", "id": id, "status": "final", "code": {"text": "x"}, "effectiveDateTime": date}).to_string()
    };
    let reports = [
        report("late", "2026-03-01"),
        report("early", "2026-01-01"),
        report("later", "2026-04-01"),
    ];
    practice
        .import(&reports.each_ref().map(String::as_bytes))
        .await;
    let ids = async |query: &str| -> Vec<String> {
        let answer = practice
            .ask(&format!("GET /DiagnosticReport{query}"), "")
            .await;
        let page = answer.json();
        let entries = page["entry"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids("").await, ["early", "late", "later"]);
    assert_eq!(ids("?_sort=-date").await, ["later", "late", "early"]);
}

#[tokio::test]
async fn a_page_holds_ten_or_what_is_asked_for_up_to_a_hundred() {
    let practice = canvas().await;
    let task = |n: usize| {
        format!(r#"{{"resourceType":"Task","id":"t{n}","status":"requested","intent":"unknown"}}"#)
    };
    let tasks: Vec<String> = (0..120).map(task).collect();
    let tasks: Vec<&[u8]> = tasks.iter().map(String::as_bytes).collect();
    practice.import(&tasks).await;
    for (query, expect) in [("", 10), ("?_count=25", 25), ("?_count=500", 100)] {
        let page = practice.ask(&format!("GET /Task{query}"), "").await.json();
        assert_eq!(page["entry"].as_array().unwrap().len(), expect, "{query}");
        let relations: Vec<_> = page["link"]
            .as_array()
            .unwrap()
            .iter()
            .map(|link| link["relation"].as_str().unwrap())
            .collect();
        assert_eq!(relations, ["self", "first", "next"], "{query}");
    }
    let none = practice.ask("GET /Task?_id=nowhere", "").await.json();
    assert_eq!((none.get("link"), &none["total"]), (None, &json!(0)));
}
