//! A record of an interaction names the patients whose records it showed or changed, also where
//! neither the address nor the token names one.

use cresset_base::Limits;
use cresset_store::AuditRecord;

use super::audit::records;
use super::practice::Practice;

fn observation(id: &str, of: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"coding":[{{"system":"urn:x","code":"c"}}]}},
        "subject":{{"reference":"Patient/{of}"}}{more}}}"#
    )
}

/// A practice with three patients and an observation of the first two; its records so far are told.
async fn practice(limits: Limits) -> (Practice, usize) {
    let practice = Practice::with(limits, |_| {}).await;
    for name in ["a", "b", "c"] {
        let body = format!(r#"{{"resourceType":"Patient","id":"{name}"}}"#);
        practice.ask(&format!("PUT /Patient/{name}"), &body).await;
    }
    for name in ["a", "b"] {
        let line = format!("PUT /Observation/of-{name}");
        let body = observation(&format!("of-{name}"), name, "");
        let answer = practice.ask(&line, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let written = settled(&practice).await.len();
    (practice, written)
}

async fn settled(practice: &Practice) -> Vec<AuditRecord> {
    practice.store.settle().await.unwrap();
    records(practice).await
}

/// What the records that a request leaves say: interaction, and who is named.
async fn left(practice: &Practice, line: &str, body: &str) -> Vec<String> {
    let before = settled(practice).await.len();
    let answer = practice.ask(line, body).await;
    assert!(answer.status.is_success(), "{line}: {answer:?}");
    let records = settled(practice).await.split_off(before);
    records
        .iter()
        .map(|record| {
            let named = record.whose.named();
            let named: Vec<_> = named.map(cresset_base::ResourceId::as_str).collect();
            format!("{} {}", record.interaction, named.join(" "))
        })
        .collect()
}

#[tokio::test]
async fn what_is_shown_names_its_patients() {
    let (practice, _) = practice(Limits::default()).await;
    for (line, expect) in [
        ("GET /Observation/of-a", "read a"),
        ("HEAD /Observation/of-a", "read a"),
        ("GET /Observation/of-a?_elements=code", "read a"),
        ("GET /Observation/of-a/_history/1", "vread a"),
        ("GET /Observation/of-a/_history", "history-instance a"),
        ("GET /Observation/_history", "history-type a b"),
        ("GET /_history", "history-system a b c"),
        ("GET /Observation", "search-type a b"),
        ("GET /Observation?_elements=code", "search-type a b"),
        ("GET /Observation?patient=b", "search-type b"),
        ("GET /Observation?patient=c", "search-type "),
        ("GET /Observation?_summary=count", "search-type "),
        ("GET /?_type=Observation,Patient", "search-system a b c"),
        ("GET /Patient?_id=c", "search-type c"),
        ("GET /Patient/a/Observation", "search-type a"),
        ("GET /Patient/b/$everything", "operation b"),
        ("GET /Observation/$lastn?patient=a&code=c", "operation a"),
        ("GET /Observation/of-b/$meta", "operation b"),
        (
            "GET /$graphql?query=%7BObservationList%7Bid%7D%7D",
            "operation a b",
        ),
        (
            "GET /Observation/of-a/$graphql?query=%7Bsubject%7Bresource%7Bid%7D%7D%7D",
            "operation a",
        ),
    ] {
        assert_eq!(left(&practice, line, "").await, [expect], "{line}");
    }
}

#[tokio::test]
async fn who_is_only_mentioned_is_not_named() {
    let (practice, _) = practice(Limits::default()).await;
    let body = observation("m", "a", r#","focus":[{"reference":"Patient/c"}]"#);
    let changed = left(&practice, "PUT /Observation/m", &body).await;
    assert_eq!(changed, ["update a"]);
    let read = left(&practice, "GET /Observation/m", "").await;
    assert_eq!(read, ["read a"]);
    let group = r#"{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/c"}}]}"#;
    let changed = left(&practice, "PUT /Group/g", group).await;
    assert_eq!(changed, ["update "]);
}

#[tokio::test]
async fn a_change_names_who_it_was_and_who_it_is_of() {
    let (practice, _) = practice(Limits::default()).await;
    let moved = observation("of-a", "c", "");
    let changed = left(&practice, "PUT /Observation/of-a", &moved).await;
    assert_eq!(changed, ["update a c"]);
    let created = left(&practice, "POST /Observation", &observation("x", "b", "")).await;
    assert_eq!(created, ["create b"]);
    let deleted = left(&practice, "DELETE /Observation/of-b", "").await;
    assert_eq!(deleted, ["delete b"]);
    let deleted = left(&practice, "DELETE /Observation/of-b", "").await;
    assert_eq!(deleted, ["delete "]);
}

#[tokio::test]
async fn each_entry_of_a_bundle_names_its_own() {
    let (practice, _) = practice(Limits::default()).await;
    let get = |url: &str| format!(r#"{{"request":{{"method":"GET","url":"{url}"}}}}"#);
    let put = format!(
        r#"{{"resource":{},"request":{{"method":"PUT","url":"Observation/n"}}}}"#,
        observation("n", "c", "")
    );
    let bundle = |kind: &str, entries: &[String]| {
        let entries = entries.join(",");
        format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#)
    };
    let entries = [get("Observation/of-a"), get("Observation?patient=b"), put];
    let mut told = left(&practice, "POST /", &bundle("batch", &entries)).await;
    told.sort();
    assert_eq!(told, ["batch ", "read a", "search-type b", "update c"]);
    let entries = [get("Observation/of-b"), entries[2].clone()];
    let mut told = left(&practice, "POST /", &bundle("transaction", &entries)).await;
    told.sort();
    assert_eq!(told, ["read b", "transaction c"]);
}

#[tokio::test]
async fn a_record_names_no_more_than_the_bound_and_says_so() {
    let limits = Limits {
        audit_patients_max: 2,
        ..Limits::default()
    };
    let (practice, written) = practice(limits).await;
    practice.ask("GET /Patient", "").await;
    let records = settled(&practice).await;
    let whose = &records[written].whose;
    assert_eq!((whose.named().len(), whose.unnamed()), (2, 1));
}
