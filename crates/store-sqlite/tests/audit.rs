//! The audit trail through a crash, and under the hands of somebody with access to the disk.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::path::Path;
use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::contract::world::{everything, id, of, put};
use cresset_store::{Audit, AuditAsk, AuditRecord, Error, Secrets, Store, Unit, Whose};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;
use rusqlite::Connection;
use tempfile::TempDir;

fn open(directory: &Path) -> SqliteStore {
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let options = Options {
        clock,
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_| Vec::new()),
    };
    SqliteStore::open(directory, &options, OfInstance::default()).unwrap()
}

fn record(name: &str) -> AuditRecord {
    AuditRecord {
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        app: Some("app_1".to_owned()),
        subject: None,
        interaction: "read".to_owned(),
        resource_type: Some(of("Patient")),
        id: Some(id("p")),
        whose: Whose::default(),
        query: None,
        status: 200,
        times: 1,
        address: None,
        correlation_id: name.to_owned(),
    }
}

/// What the disk holds at this instant, as after the death of the process.
fn crashed(directory: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

async fn names(store: &SqliteStore) -> Vec<String> {
    store.settle().await.unwrap();
    let trail = store.trail(&AuditAsk::newest(100)).await.unwrap().records;
    let names = trail.into_iter().map(|r| r.record.correlation_id);
    let mut names: Vec<_> = names.collect();
    names.reverse();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_survives_the_process_as_soon_as_it_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    for round in 0..5 {
        store.record(record(&format!("{round}"))).unwrap();
        if round == 2 {
            store.settle().await.unwrap();
        }
    }
    let left = crashed(directory.path());
    assert_eq!(names(&open(left.path())).await, ["0", "1", "2", "3", "4"]);
    // Once more from the same disk: what is in a block is not taken from the journal again.
    store.settle().await.unwrap();
    let left = crashed(directory.path());
    let again = open(left.path());
    assert_eq!(names(&again).await, ["0", "1", "2", "3", "4"]);
    assert!(again.verify().await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_end_of_the_journal_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    store.settle().await.unwrap();
    store.record(record("whole")).unwrap();
    store.record(record("torn")).unwrap();
    let left = crashed(directory.path());
    for name in ["audit-a.journal", "audit-b.journal"] {
        let path = left.path().join(name);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len().saturating_sub(5)]).unwrap();
    }
    let store = open(left.path());
    assert_eq!(names(&store).await, ["whole"]);
    store.record(record("after")).unwrap();
    assert_eq!(names(&store).await, ["whole", "after"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_cannot_be_kept_is_said_so_and_the_others_stay() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    store.record(record("before")).unwrap();
    store.settle().await.unwrap();
    store.limit_pages(Some(1)).await.unwrap();
    // The database takes nothing, so records wait in the journal until that is full as well.
    let big = put(&format!(
        r#"{{"resourceType":"Patient","id":"p","name":[{{"text":"{}"}}]}}"#,
        "x".repeat(100_000)
    ));
    let mut refused = None;
    for round in 0..100_000 {
        match store.record(record(&format!("{round}"))) {
            Ok(()) => {}
            Err(error) => {
                refused = Some((round, error));
                break;
            }
        }
        if round % 10_000 == 0 {
            assert!(
                store
                    .commit(&everything(), vec![big.clone()])
                    .await
                    .is_err()
            );
        }
    }
    let (kept, error) = refused.expect("there is a bound");
    assert!(matches!(error, Error::Busy), "{error:?}");
    store.limit_pages(None).await.unwrap();
    store.settle().await.unwrap();
    let trail = store
        .trail(&AuditAsk::newest(u32::MAX))
        .await
        .unwrap()
        .records;
    assert_eq!(trail.len(), kept + 1);
    assert!(store.verify().await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_alters_the_trail_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    for round in 0..5 {
        store.record(record(&format!("{round}"))).unwrap();
        store.settle().await.unwrap();
    }
    let clean = store.verify_audit().await.unwrap();
    assert_eq!((clean.audit_records, clean.is_clean()), (5, true));
    assert!(clean.audit_seal.is_some());
    let check = async |alteration: &str, expect: &str| {
        let left = crashed(directory.path());
        let database = Connection::open(left.path().join("instance.sqlite")).unwrap();
        database.execute_batch(alteration).unwrap();
        drop(database);
        let report = open(left.path()).verify_audit().await.unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|problem| problem.contains(expect)),
            "{alteration}: {:?}",
            report.problems
        );
    };
    let other = "(SELECT records FROM audit_block WHERE last=5)";
    check(
        &format!("UPDATE audit_block SET records={other} WHERE last=3"),
        "audit records 3 to 3 are not what was sealed",
    )
    .await;
    check(
        "DELETE FROM audit_block WHERE last=2",
        "audit records 3 to 3 do not follow record 1",
    )
    .await;
    check(
        "UPDATE audit_block SET seal=zeroblob(32) WHERE last=4",
        "audit records 4 to 4 are not what was sealed",
    )
    .await;
    check(
        "UPDATE audit_block SET last_at=0 WHERE last=1",
        "audit records 1 to 1 are listed under other numbers or instants",
    )
    .await;
    check(
        "UPDATE audit_block SET records=x'00' WHERE last=1",
        "audit records 1 to 1 cannot be expanded",
    )
    .await;
    // A whole block made anew fits nowhere: the seal after it covers the one it had.
    check(
        "UPDATE audit_block SET (records,seal,previous)=(SELECT records,seal,previous FROM audit_block WHERE last=1) WHERE last=3",
        "do not follow",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_of_changes_and_of_reads_are_one_trail() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let patient = put(r#"{"resourceType":"Patient","id":"p"}"#);
    store
        .commit_unit(
            &everything(),
            Unit {
                changes: vec![patient],
                record: Some(record("change")),
                ..Unit::default()
            },
        )
        .await
        .unwrap();
    store.record(record("read")).unwrap();
    store.secret("none").await.unwrap();
    assert_eq!(names(&store).await, ["change", "read"]);
    let report = store.verify().await.unwrap();
    assert_eq!((report.audit_records, report.is_clean()), (2, true));
}
