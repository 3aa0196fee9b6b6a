//! Batch bundles: each entry as if it had been sent alone.

use base64::Engine;
use cresset_store::AuditAsk;
use serde_json::{Value, json};

use super::practice::Practice;

fn entry(method: &str, url: &str, resource: Value) -> Value {
    let mut entry = json!({ "request": { "method": method, "url": url } });
    if !resource.is_null() {
        entry["resource"] = resource;
    }
    entry
}

fn bundle(bundle_type: &str, entries: &[Value]) -> String {
    json!({ "resourceType": "Bundle", "type": bundle_type, "entry": entries }).to_string()
}

fn statuses(answer: &Value) -> Vec<String> {
    let entries = answer["entry"].as_array().unwrap().iter();
    entries
        .map(|entry| entry["response"]["status"].as_str().unwrap().to_owned())
        .collect()
}

fn patient(id: &str, mrn: &str) -> Value {
    json!({ "resourceType": "Patient", "id": id, "identifier": [{ "system": "urn:mrn", "value": mrn }] })
}

fn binary(patch: &str) -> Value {
    let data = base64::engine::general_purpose::STANDARD.encode(patch);
    json!({ "resourceType": "Binary", "contentType": "application/json-patch+json", "data": data })
}

fn of_every_method() -> [Value; 13] {
    let mut conditional = entry("POST", "Patient", patient("", "1"));
    conditional["resource"]
        .as_object_mut()
        .unwrap()
        .remove("id");
    conditional["request"]["ifNoneExist"] = json!("identifier=urn:mrn|1");
    let mut stale = entry("PUT", "Patient/a", patient("a", "1"));
    stale["request"]["ifMatch"] = json!("W/\"7\"");
    [
        entry("GET", "Patient/a", Value::Null),
        entry(
            "GET",
            "Patient?identifier=urn:mrn|1&_summary=count",
            Value::Null,
        ),
        entry("PUT", "Patient/a", patient("a", "1")),
        conditional,
        entry(
            "POST",
            "Patient",
            json!({ "resourceType": "Patient", "birthDate": "x" }),
        ),
        stale,
        entry(
            "PATCH",
            "Patient?identifier=urn:mrn|1",
            binary(r#"[{"op":"add","path":"/active","value":true}]"#),
        ),
        entry("DELETE", "Patient/gone", Value::Null),
        entry("GET", "Patient/gone", Value::Null),
        entry("GET", "Nonsense/1", Value::Null),
        entry("HEAD", "Patient/a", Value::Null),
        entry("SPIN", "Patient/a", Value::Null),
        json!({}),
    ]
}

#[tokio::test]
async fn every_method_works_and_a_failure_stays_alone() {
    let practice = Practice::open().await;
    practice
        .ask("PUT /Patient/gone", &patient("gone", "9").to_string())
        .await;
    let entries = of_every_method();
    let answer = practice.ask("POST /", &bundle("batch", &entries)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer["type"], "batch-response");
    let patched = statuses(&answer).remove(6);
    assert!(
        patched.starts_with("200") || patched.starts_with("412"),
        "{patched}"
    );
    let mut told = statuses(&answer);
    told.remove(6);
    assert_eq!(
        told,
        [
            "200 OK",
            "200 OK",
            "201 Created",
            "201 Created",
            "400 Bad Request",
            "412 Precondition Failed",
            "204 No Content",
            "410 Gone",
            "404 Not Found",
            "200 OK",
            "400 Bad Request",
            "400 Bad Request",
        ]
    );
    assert_eq!(answer["entry"][0]["resource"]["id"], "a");
    assert_eq!(answer["entry"][1]["resource"]["total"], 2);
    let outcome = &answer["entry"][4]["response"]["outcome"]["issue"][0];
    assert_eq!(
        outcome["expression"][0],
        "Bundle.entry[4].resource.birthDate"
    );
    assert!(
        answer["entry"][10]["resource"].is_null(),
        "HEAD has no body"
    );
}

#[tokio::test]
async fn rights_are_asked_entry_by_entry_in_a_batch_and_of_all_in_a_transaction() {
    let mut practice = Practice::open().await;
    practice.token = practice
        .token_for("system/Patient.cu system/Group.rs")
        .await;
    let entries = [
        entry("PUT", "Patient/a", patient("a", "1")),
        entry("DELETE", "Patient/a", Value::Null),
        entry("GET", "Patient/a", Value::Null),
        entry("GET", "Group", Value::Null),
    ];
    let answer = practice
        .ask("POST /", &bundle("batch", &entries))
        .await
        .json();
    assert_eq!(
        statuses(&answer),
        ["201 Created", "403 Forbidden", "403 Forbidden", "200 OK"]
    );
    for forbidden in [1, 2] {
        let entries = [
            entry("PUT", "Patient/b", patient("b", "2")),
            entries[forbidden].clone(),
        ];
        let refused = practice
            .ask("POST /", &bundle("transaction", &entries))
            .await;
        refused.refuses(403, "do not allow");
        assert_eq!(
            refused.json()["issue"][0]["expression"][0],
            "Bundle.entry[1]"
        );
    }
    practice.token = practice.token_for("system/*.cruds").await;
    assert_eq!(practice.ask("GET /Patient/b", "").await.status, 404);
}

#[tokio::test]
async fn a_batch_leaves_a_record_for_each_entry() {
    let practice = Practice::open().await;
    let entries = [
        entry("PUT", "Patient/a", patient("a", "1")),
        entry("GET", "Patient/a", Value::Null),
        entry("GET", "Patient/b", Value::Null),
        entry("PUT", "Patient/b", json!({ "resourceType": "Patient" })),
    ];
    practice.ask("POST /", &bundle("batch", &entries)).await;
    practice
        .ask("PUT /Patient/c", &patient("c", "3").to_string())
        .await;
    let trail = practice
        .store
        .trail(&AuditAsk::newest(100))
        .await
        .unwrap()
        .records;
    let told = trail.iter().map(|recorded| &recorded.record);
    let mut told: Vec<String> = told
        .map(|record| format!("{} {}", record.interaction, record.status))
        .collect();
    told.sort();
    let expect = [
        "batch 200",
        "read 200",
        "read 404",
        "update 200",
        "update 200",
        "update 400",
    ];
    assert_eq!(told, expect);
}

/// Five thousand entries, each referring to the first and the next: a circle.
#[tokio::test]
async fn a_transaction_of_five_thousand_entries_is_one() {
    let practice = Practice::open().await;
    let name = |n: usize| format!("urn:uuid:00000000-0000-4000-8000-{:012x}", n % 5_000);
    let entries: Vec<Value> = (0..5_000)
        .map(|n| {
            let mut entry = entry(
                "POST",
                "Patient",
                json!({ "resourceType": "Patient", "link": [{ "type": "seealso", "other": { "reference": name(n + 1) } }] }),
            );
            entry["fullUrl"] = json!(name(n));
            entry
        })
        .collect();
    let answer = practice
        .ask("POST /", &bundle("transaction", &entries))
        .await;
    assert_eq!(answer.status, 200, "{:?}", answer.issues());
    let count = practice
        .ask("GET /Patient?link:missing=false&_summary=count", "")
        .await;
    assert_eq!(count.json()["total"], 5_000);
    let one = entries[0].clone();
    let more: Vec<Value> = std::iter::repeat_n(one, 5_001).collect();
    practice
        .ask("POST /", &bundle("batch", &more))
        .await
        .refuses(413, "at most 5000");
}
