//! What a check of an instance notices.

use std::sync::Arc;

use cresset_store::contract::world::{everything, put};
use cresset_store::{Store, Unit};
use cresset_testkit::{ManualClock, postgres};

use crate::instance::{Instance, options, record};

const RESOURCES: [&str; 4] = [
    r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Reed"}],"birthDate":"1950","identifier":[{"system":"urn:s","value":"1"}]}"#,
    r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Moss"}],"birthDate":"1950","identifier":[{"system":"urn:s","value":"1"}]}"#,
    r#"{"resourceType":"Patient","id":"p2","name":[{"family":"Fern"}]}"#,
    r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}"#,
];

/// What is found after a change of the tables.
async fn problems(damage: &str) -> Vec<String> {
    let instance = Instance::create(postgres::server().url()).await;
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let directory = tempfile::tempdir().unwrap();
    let store = instance
        .open_with(options("one", directory.path(), clock))
        .await;
    for body in RESOURCES {
        let unit = Unit {
            changes: vec![put(body)],
            record: Some(record("update", "c")),
            ..Unit::default()
        };
        store.commit_unit(&everything(), unit).await.unwrap();
    }
    let tables = instance.tables().await;
    tables.batch_execute(damage).await.unwrap();
    let report = store.verify().await.unwrap();
    assert_eq!((report.resources, report.versions), (3, 4), "{damage}");
    assert_eq!(report.audit_records, 4);
    let audit = store.verify_audit().await.unwrap();
    assert_eq!(audit.audit_seal, report.audit_seal);
    report.problems
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_wrong_with_what_was_only_written() {
    assert_eq!(problems("SELECT 1").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_damage_is_told() {
    for (damage, expected) in [
        (
            "DELETE FROM idx WHERE f",
            "Observation 1: a key is missing in idx",
        ),
        (
            "UPDATE idx SET f=false",
            "Observation 1: a key is missing in idx",
        ),
        (
            "DELETE FROM str WHERE s='fern'",
            "Patient 2: a key is missing in str",
        ),
        (
            "UPDATE rng SET v=v+1 WHERE p=(SELECT min(p) FROM rng)",
            "a key is missing in rng",
        ),
        (
            "INSERT INTO str(r,h,p,s,rest) SELECT r,h,p,'more',rest FROM str LIMIT 1",
            "str holds 1 keys no resource has",
        ),
        (
            "UPDATE content SET words=words || 'more'",
            "Patient 1: a key is missing in content",
        ),
        (
            "INSERT INTO narrative SELECT r,words FROM content LIMIT 1",
            "narrative holds 1 keys no resource has",
        ),
        (
            "UPDATE resource SET shape=shape+1000 WHERE r=(SELECT max(r) FROM resource)",
            "its set of parameters is another",
        ),
        (
            "UPDATE history SET version=7",
            "Patient 1: its history has gaps",
        ),
        (
            "UPDATE tally SET live=live+1",
            "Observation: 2 are counted, 1 are there",
        ),
        (
            "UPDATE tally SET next=1",
            "the next number was given already",
        ),
        (
            "UPDATE resource SET body='\\x00' WHERE method=2 OR r=(SELECT max(r) FROM resource)",
            "a body has no length",
        ),
        (
            "UPDATE audit_block SET seal=previous WHERE last=2",
            "audit records 2 to 2 are not what was sealed",
        ),
        (
            "UPDATE audit_block SET previous='\\x01' WHERE last=3",
            "audit records 3 to 3 do not follow record 2",
        ),
        (
            "UPDATE parameter SET state=0 WHERE code='family'; UPDATE writer SET indexing=indexing+1",
            "search parameters are not indexed yet",
        ),
    ] {
        let found = problems(damage).await;
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{damage}: {found:?}"
        );
    }
}
