//! The operations `canvas` has beside those of the standard.

use cresset_auth::user::NewUser;
use cresset_base::Limits;
use cresset_store::user::Role;
use serde_json::{Value, json};

use super::super::practice::{Answer, Practice};
use super::{canvas, read, with};

const LAB_REPORT: &str = "POST /DiagnosticReport/$create-lab-report";

fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

fn call() -> Value {
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "labReport", "resource": {
            "resourceType": "DiagnosticReport", "code": loinc("24323-8"),
            "subject": {"reference": "Patient/1"}, "effectiveDateTime": "2025-12-30T08:00:00Z",
            "presentedForm": [{"contentType": "application/pdf", "data": "JVBERi0="}]
        }},
        {"name": "labTestCollection", "part": [
            {"name": "labTest", "resource": {"resourceType": "Observation", "code": loinc("24323-8")}},
            {"name": "labValue", "resource": {
                "resourceType": "Observation", "code": loinc("2345-7"),
                "valueQuantity": {"value": 180, "unit": "mg/dL", "comparator": ">"},
                "interpretation": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "A"}]}],
                "referenceRange": [{"low": {"value": 70}, "text": "70-99"}, {"text": "other"}]
            }}
        ]}
    ]})
}

/// A token with the scopes of operations alone.
async fn operator(scopes: &str) -> (Practice, String) {
    operator_at(canvas().await, scopes).await
}

async fn operator_at(mut practice: Practice, scopes: &str) -> (Practice, String) {
    let mut app = practice.registered_app().await;
    app.scopes = format!("system/*.cruds {scopes}");
    practice.store.update_app(app, None).await.unwrap();
    let all = practice.token_for("system/*.cruds").await;
    practice.token = practice.token_for(scopes).await;
    (practice, all)
}

#[tokio::test]
async fn a_lab_report_is_stored_with_its_values() {
    let (mut practice, all) = operator("system/DiagnosticReport.create-lab-report").await;
    let answer = practice.ask(LAB_REPORT, &call().to_string()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer["resourceType"], "Parameters");
    let address = answer["parameter"][0]["valueReference"]["reference"].clone();
    let address = address.as_str().unwrap();
    practice.token = all;
    let report = read(&practice, address).await;
    assert_eq!(
        (
            &report["status"],
            &report["category"][0]["coding"][0]["code"]
        ),
        (&json!("final"), &json!("LAB"))
    );
    let url = report["presentedForm"][0]["url"].as_str().unwrap();
    assert!(
        url.ends_with(&format!("{address}/files/presentedForm")),
        "{url}"
    );
    let [value] = &report["result"].as_array().unwrap()[..] else {
        panic!("the value and not the test: {report}");
    };
    let value = read(&practice, value["reference"].as_str().unwrap()).await;
    assert_eq!(value["valueQuantity"]["value"], 180);
    assert_eq!(value["subject"], report["subject"]);
    assert_eq!(value["effectiveDateTime"], report["effectiveDateTime"]);
    assert_eq!(value["category"][0]["coding"][0]["code"], "laboratory");
    assert_eq!(value["referenceRange"], json!([{"text": "70-99"}]));
    let provenance = practice
        .ask(&format!("GET /Provenance?target={address}"), "")
        .await
        .json();
    assert_eq!(provenance["total"], 1, "{provenance}");
}

#[tokio::test]
async fn a_lab_report_is_refused_with_every_fault_in_its_place() {
    let (practice, all) = operator("system/DiagnosticReport.create-lab-report").await;
    let report = "/parameter/0/resource";
    let value = "/parameter/1/part/1/resource";
    let at = |body: &Value, pointer: String, value: Value| with(body, &pointer, value);
    let mut wrong = at(
        &call(),
        format!("{report}/presentedForm/0/contentType"),
        json!("text/plain"),
    );
    wrong = at(
        &wrong,
        format!("{report}/effectiveDateTime"),
        json!("2025-12-30"),
    );
    wrong = at(&wrong, format!("{report}/subject"), Value::Null);
    wrong = at(
        &wrong,
        format!("{value}/code/coding/0/system"),
        json!("urn:x"),
    );
    wrong = at(
        &wrong,
        format!("{value}/interpretation/0/coding/0/code"),
        json!("H"),
    );
    let answer = practice.ask(LAB_REPORT, &wrong.to_string()).await;
    for words in [
        "body -> parameter -> 0 -> resource -> presentedForm -> 0 -> contentType — must be application/pdf",
        "body -> parameter -> 0 -> resource — must have a full date and time as effectiveDateTime",
        "required body -> parameter -> 0 -> resource -> subject — Field required (type=missing)",
        "body -> parameter -> 1 -> part -> 1 -> resource -> code -> coding -> 0 -> system — must be http://loinc.org",
        "body -> parameter -> 1 -> part -> 1 -> resource -> interpretation -> 0 — must be one coding A",
    ] {
        answer.refuses(400, words);
    }
    assert_eq!(answer.issues().len(), 5, "{answer:?}");
    let mut practice = practice;
    practice.token = all;
    for name in ["DiagnosticReport", "Observation", "Provenance"] {
        let page = practice.ask(&format!("GET /{name}"), "").await.json();
        assert_eq!(page["total"], 0, "{name}");
    }
    let refused: Answer = practice.ask(LAB_REPORT, &call().to_string()).await;
    refused.refuses(
        403,
        "the operation takes the scope DiagnosticReport.create-lab-report",
    );
}

#[tokio::test]
async fn a_call_that_is_no_lab_report_is_told_what_is_missing() {
    let (practice, _) = operator("system/DiagnosticReport.create-lab-report").await;
    for (body, words) in [
        (
            json!({"resourceType": "Parameters"}),
            "body -> parameter must contain at least 1 item",
        ),
        (
            with(&call(), "/parameter/0", Value::Null),
            "body -> parameter must contain exactly 1 labReport",
        ),
        (
            with(&call(), "/parameter/1/part/0", Value::Null),
            "body -> parameter -> 1 -> part must contain exactly 1 labTest",
        ),
        (
            with(&call(), "/parameter/0/resource", Value::Null),
            "body -> parameter -> 0 -> resource must be one DiagnosticReport",
        ),
        (
            with(&call(), "/parameter/0/name", json!("report")),
            "body -> parameter -> 0 -> name must be labReport or labTestCollection",
        ),
        (
            json!({"resourceType": "Patient"}),
            "The body of an operation is a Parameters resource",
        ),
    ] {
        practice
            .ask(LAB_REPORT, &body.to_string())
            .await
            .refuses(400, words);
    }
}

#[tokio::test]
async fn a_lab_report_holds_so_many_parts_and_no_more() {
    let limits = Limits {
        bundle_entries_max: 3,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |settings| {
        "canvas".clone_into(&mut settings.rules);
    });
    let scope = "system/DiagnosticReport.create-lab-report";
    let (practice, _) = operator_at(practice.await, scope).await;
    let answer = practice.ask(LAB_REPORT, &call().to_string()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let mut longer = call();
    let value = longer["parameter"][1]["part"][1].clone();
    longer["parameter"][1]["part"]
        .as_array_mut()
        .unwrap()
        .push(value);
    practice.ask(LAB_REPORT, &longer.to_string()).await.refuses(
        413,
        "too-costly A call holds at most 3 reports, tests and values",
    );
}

#[tokio::test]
async fn operations_of_the_set_are_declared_and_no_other_set_has_them() {
    let practice = canvas().await;
    let statement = practice.stranger("GET /demo/fhir/metadata").await.json();
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    for (name, operation) in [
        ("DiagnosticReport", "create-lab-report"),
        ("Practitioner", "send-reset-password-email"),
    ] {
        let resource = resources.iter().find(|r| r["type"] == name).unwrap();
        let mut listed = resource["operation"].as_array().unwrap().iter();
        assert!(listed.any(|o| o["name"] == operation), "{name}");
    }
    let plain = Practice::open().await;
    let statement = plain.stranger("GET /demo/fhir/metadata").await;
    let statement = String::from_utf8(statement.body.to_vec()).unwrap();
    assert!(!statement.contains("create-lab-report"));
    plain
        .ask(LAB_REPORT, &call().to_string())
        .await
        .refuses(404, "This practice has no operation $create-lab-report");
}

#[tokio::test]
async fn a_practitioner_is_sent_a_link_for_a_new_password() {
    let (practice, all) = operator("system/Practitioner.send-reset-password-email").await;
    let person = NewUser {
        login: "ada".to_owned(),
        name: "Ada Bell".to_owned(),
        role: Role::Clinician,
        email: Some("ada@x.example".to_owned()),
        fhir_user: Some("Practitioner/7".to_owned()),
        patients: Vec::new(),
    };
    practice.auth().add_user(person, None).await.unwrap();
    let parameters = r#"{"resourceType":"Parameters"}"#;
    let send = |id: &str| format!("POST /Practitioner/{id}/$send-reset-password-email");
    let answer = practice.ask(&send("7"), parameters).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let letters = practice.letters(1).await;
    assert!(letters[0].contains("ada@x.example"), "{letters:?}");
    for _ in 1..5 {
        assert_eq!(practice.ask(&send("7"), parameters).await.status, 200);
    }
    let sixth = practice.ask(&send("7"), parameters).await;
    sixth.refuses(
        429,
        "throttled This practitioner was sent too many links lately",
    );
    assert!(!sixth.header("retry-after").is_empty());
    assert_eq!(practice.letters(5).await.len(), 5);
    practice
        .ask(&send("8"), parameters)
        .await
        .refuses(404, "No person signs in as this practitioner");
    let mut practice = practice;
    practice.token = all;
    practice.ask(&send("7"), parameters).await.refuses(
        403,
        "the operation takes the scope Practitioner.send-reset-password-email",
    );
}
