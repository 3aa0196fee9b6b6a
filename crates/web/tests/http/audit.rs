//! Each interaction leaves exactly one record.

use std::net::IpAddr;

use axum::body::Body;
use cresset_base::Limits;
use cresset_store::user::Role;
use cresset_store::{AuditAsk, AuditRecord, AuditSync, InstanceSettings};
use cresset_web::extract::Peer;

use super::practice::Practice;

#[tokio::test]
async fn one_record_for_each_interaction() {
    let practice = Practice::open().await;
    let body = r#"{"resourceType":"Patient","id":"a","active":true}"#;
    let other = body.replace("true", "false");
    let transaction = r#"{"resourceType":"Bundle","type":"transaction","entry":[]}"#;
    let asked = [
        ("GET /metadata", ""),
        ("GET /Patient/a", ""),
        ("PUT /Patient/a", body),
        ("PUT /Patient/a", "{}"),
        ("GET /Patient/a", ""),
        ("HEAD /Patient/a", ""),
        ("GET /Patient/a/_history", ""),
        ("GET /Patient/a/_history/1", ""),
        ("GET /Patient?active=true", ""),
        ("GET /Patient?nam=x", ""),
        ("PATCH /Patient/a", ""),
        ("POST /", transaction),
        ("PUT /Patient/a", &other),
        ("DELETE /Patient/a", ""),
        ("DELETE /Patient/a", ""),
        ("POST /Patient", body),
    ];
    let mut last = String::new();
    for (line, body) in asked {
        let answer = practice.ask(line, body).await;
        last = answer.header("fumage-correlation-id").to_owned();
    }
    practice.stranger("GET /demo/fhir/Patient/a").await;
    practice.create("Patient", body).await;

    practice.store.settle().await.unwrap();
    let trail = records(&practice).await;
    let told = trail.iter().map(|record| {
        let id = record.id.as_ref().map_or("-", |id| id.as_str());
        let id = if id.len() == 36 { "new" } else { id };
        format!("{} {id} {}", record.interaction, record.status)
    });
    // Within one commit changes are recorded before reads.
    let mut told: Vec<_> = told.collect();
    told.sort();
    let expect = [
        "create new 201",
        "create new 201",
        "delete a 204",
        "delete a 204",
        "history-instance a 200",
        "patch a 415",
        "read a 200",
        "read a 200",
        "read a 401",
        "read a 404",
        "search-type - 200",
        "search-type - 400",
        "transaction - 200",
        "update a 200",
        "update a 200",
        "update a 400",
        "vread a 200",
    ];
    assert_eq!(told, expect);
    assert!(trail.iter().any(|record| record.correlation_id == last));
    assert!(
        trail
            .iter()
            .filter(|record| record.status != 401)
            .all(|record| record.app.as_ref() == Some(&practice.client_id))
    );
}

/// The trail's records, oldest first.
pub(crate) async fn records(practice: &Practice) -> Vec<AuditRecord> {
    let trail = practice
        .store
        .trail(&AuditAsk::newest(1_000))
        .await
        .unwrap()
        .records;
    trail.into_iter().rev().map(|r| r.record).collect()
}

#[tokio::test]
async fn a_record_says_whose_data_it_was() {
    let practice = Practice::open().await;
    let body = r#"{"resourceType":"Patient","id":"a"}"#;
    practice.ask("PUT /Patient/a", body).await;
    practice.ask("GET /Patient/a", "").await;
    practice.ask("GET /Observation", "").await;
    practice.store.settle().await.unwrap();
    let patients = records(&practice).await;
    let patients: Vec<_> = patients
        .iter()
        .map(|r| r.whose.named().next().map(ToString::to_string))
        .collect();
    let a = Some("a".to_owned());
    assert_eq!(patients, [a.clone(), a, None]);
}

#[tokio::test]
async fn with_each_record_synced_it_is_in_the_database_before_the_answer() {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.audit_sync = AuditSync::Each;
    })
    .await;
    for count in 1..4 {
        practice.ask("GET /Patient", "").await;
        assert_eq!(records(&practice).await.len(), count);
    }
}

/// Pages, OAuth endpoints and strangers leave records that are no less durable.
#[tokio::test]
async fn with_each_record_synced_so_are_those_of_pages_and_tokens() {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.audit_sync = AuditSync::Each;
    })
    .await;
    practice.person(Role::Administrator, "boss", "1").await;
    let count = async || records(&practice).await.len();
    let credentials = format!(
        "grant_type=client_credentials&client_id={}&client_secret=",
        practice.client_id
    );
    let granted = format!("{credentials}{}", practice.client_secret);
    for (status, form) in [(200, granted), (401, format!("{credentials}crs_wrong"))] {
        let before = count().await;
        let answer = practice.form("/demo/auth/token/", &form).await;
        assert_eq!(answer.status, status);
        assert_eq!(count().await, before + 1, "{status}");
    }
    let before = count().await;
    practice.stranger("GET /demo/fhir/Patient/a").await;
    assert_eq!(count().await, before + 1, "a stranger");
    let before = count().await;
    let mut boss = practice.browser_of("boss").await;
    assert_eq!(count().await, before + 1, "a sign-in");
    let page = boss.get("/demo/auth/registrations/").await;
    let token = page.field("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("note", "a developer"),
        ("days", "14"),
    ];
    let before = count().await;
    let made = boss.post("/demo/auth/registrations/", &fields).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(count().await, before + 1, "a page");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_answered() {
    let limits = Limits {
        audit_waiting_max: 0,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |_| {}).await;
    let answer = practice.ask("GET /Patient", "").await;
    answer.refuses(503, "");
    assert!(!String::from_utf8_lossy(&answer.body).contains("searchset"));
}

#[tokio::test]
async fn old_records_are_dropped_once_a_day() {
    let settings = |settings: &mut InstanceSettings| settings.audit_days = 1;
    let mut practice = Practice::with(Limits::default(), settings).await;
    practice.ask("GET /Patient", "").await;
    practice.store.settle().await.unwrap();
    practice.clock.advance_seconds(3 * 24 * 60 * 60);
    practice.token = practice.token_for("system/*.rs").await;
    practice.ask("GET /Observation", "").await;
    practice.store.settle().await.unwrap();
    practice.app.instances().drop_old_records().await;
    let kept = records(&practice).await;
    let kept: Vec<_> = kept
        .iter()
        .map(|r| r.resource_type.unwrap().name())
        .collect();
    assert_eq!(kept, ["Observation"]);
}

/// What changed something and what only read, from an address that the connection has.
#[tokio::test]
async fn a_record_says_from_where() {
    let practice = Practice::open().await;
    let address: IpAddr = "192.0.2.7".parse().unwrap();
    for (line, body) in [
        ("PUT /Patient/a", r#"{"resourceType":"Patient","id":"a"}"#),
        ("GET /Patient/a", ""),
    ] {
        let request = practice.request(line, body).extension(Peer(address));
        let request = request.body(Body::from(body)).unwrap();
        assert!(practice.send(request).await.status.is_success(), "{line}");
    }
    practice.store.settle().await.unwrap();
    let trail = practice
        .store
        .trail(&AuditAsk::newest(2))
        .await
        .unwrap()
        .records;
    let from: Vec<_> = trail.iter().map(|r| r.record.address).collect();
    assert_eq!(from, [Some(address); 2]);
}
