//! What a write leaves behind under `canvas`: who did it.

use serde_json::{Value, json};

use super::super::practice::Practice;
use super::{canvas, patient, read, stored, updated, with};

const PRACTICE: &str = "Organization/00000000-0000-0000-0002-000000000000";

/// The records of a resource, oldest first.
async fn records(practice: &Practice, address: &str) -> Vec<Value> {
    let search = format!("GET /Provenance?target={address}&_sort=_lastUpdated");
    let page = practice.ask(&search, "").await.json();
    let entries = page["entry"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

#[tokio::test]
async fn each_write_leaves_a_provenance() {
    let practice = canvas().await;
    let body: Value = serde_json::from_str(&patient("")).unwrap();
    let first = stored(&practice, &body).await;
    let address = format!("Patient/{}", first["id"].as_str().unwrap());
    let [created] = &records(&practice, &address).await[..] else {
        panic!("one record");
    };
    assert_eq!(
        created["target"],
        json!([{"reference": address, "type": "Patient"}])
    );
    assert_eq!(created["activity"]["coding"][0]["code"], "CREATE");
    let agent = &created["agent"][0];
    assert_eq!(agent["type"]["coding"][0]["code"], "composer");
    assert_eq!(agent["who"]["reference"], PRACTICE);
    assert_eq!(agent["onBehalfOf"]["reference"], PRACTICE);
    assert_eq!(
        read(&practice, PRACTICE).await["resourceType"],
        "Organization"
    );
    assert_eq!(
        created["location"]["extension"][0]["valueCode"],
        "unsupported"
    );
    updated(
        &practice,
        &first["id"],
        &with(&body, "/gender", json!("male")),
    )
    .await;
    let all = records(&practice, &address).await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[1]["activity"]["coding"][0]["code"], "UPDATE");
    let page = practice
        .ask(&format!("GET /{address}?_pretty=true"), "")
        .await
        .json();
    updated(&practice, &first["id"], &page).await;
    assert_eq!(
        records(&practice, &address).await.len(),
        2,
        "nothing was changed"
    );
}

#[tokio::test]
async fn a_provenance_names_the_author_and_the_patient() {
    let practice = canvas().await;
    let condition = json!({
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "problem-list-item"}]}],
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R05"}]},
        "subject": {"reference": "Patient/1"}, "recorder": {"reference": "Practitioner/7"}
    });
    let stored = stored(&practice, &condition).await;
    let address = format!("Condition/{}", stored["id"].as_str().unwrap());
    let [record] = &records(&practice, &address).await[..] else {
        panic!("one record");
    };
    let agent = &record["agent"][0];
    assert_eq!(agent["type"]["coding"][0]["code"], "author");
    assert_eq!(agent["who"]["reference"], "Practitioner/7");
    let own = practice.ask("GET /Patient/1/Provenance", "").await.json();
    assert_eq!(own["total"], 1, "{own}");
    let page = format!(
        "GET /Condition?_id={}&_revinclude=Provenance:target",
        stored["id"].as_str().unwrap()
    );
    let page = practice.ask(&page, "").await.json();
    assert_eq!(page["entry"].as_array().unwrap().len(), 2, "{page}");
}

#[tokio::test]
async fn who_may_only_create_leaves_a_provenance_and_a_refused_write_leaves_none() {
    let mut practice = canvas().await;
    let all = std::mem::take(&mut practice.token);
    practice.token = practice.token_for("system/Patient.c").await;
    let created = practice.ask("POST /Patient", &patient("")).await;
    assert_eq!(created.status, 201, "{created:?}");
    practice
        .ask("POST /Patient", r#"{"resourceType":"Patient"}"#)
        .await
        .refuses(400, "Field required");
    practice
        .ask("GET /Provenance", "")
        .await
        .refuses(403, "do not allow search on Provenance");
    practice.token = all;
    let page = practice.ask("GET /Provenance", "").await.json();
    assert_eq!(page["total"], 1, "{page}");
    let task = json!({
        "resourceType": "Task", "status": "requested", "intent": "unknown", "description": "x",
        "requester": {"reference": "Practitioner/1"}
    });
    stored(&practice, &task).await;
    let page = practice.ask("GET /Provenance", "").await.json();
    assert_eq!(page["total"], 1, "not of every type: {page}");
}
