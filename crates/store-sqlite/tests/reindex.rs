//! The index built anew beside readers and writers, by parts, across restarts.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::path::Path;
use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::contract::world::{World, everything, query};
use cresset_store::{Error, Reindexed, Store};
use cresset_store_sqlite::{Options, SqliteStore};
use cresset_testkit::ManualClock;
use rusqlite::Connection;

fn open(directory: &Path) -> (Arc<SqliteStore>, World) {
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let options = Options {
        clock: clock.clone(),
        limits: Arc::new(Limits {
            reindex_part_max: 2,
            ..Limits::default()
        }),
        bases: Arc::new(|_| Vec::new()),
    };
    let store = Arc::new(SqliteStore::open(directory, &options, Vec::new()).unwrap());
    let world = World {
        store: store.clone(),
        advance: Box::new(move |seconds| clock.advance_seconds(seconds)),
        keeps: Box::new(()),
    };
    (store, world)
}

fn patient(id: &str, family: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}],"generalPractitioner":[{{"reference":"Practitioner/{family}"}}]}}"#
    )
}

/// Five patients, then a program that has these parameters by other rules.
async fn with_other_rules(directory: &Path, codes: &str) {
    let (_, world) = open(directory);
    for n in 0..5 {
        world.put(&[&patient(&format!("p{n}"), "Old")]).await;
    }
    drop(world);
    let connection = Connection::open(directory.join("instance.sqlite")).unwrap();
    let text = format!("UPDATE parameter SET rule=7 WHERE code IN ({codes})");
    connection.execute(&text, ()).unwrap();
}

async fn found(store: &SqliteStore, url: &str) -> Result<Vec<String>, Error> {
    let page = store.search(&everything(), &query(url), None).await?;
    let ids = page.matches.iter().map(|version| version.id.to_string());
    Ok(ids.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_is_searched_by_once_its_index_is_complete() {
    let directory = tempfile::tempdir().unwrap();
    with_other_rules(directory.path(), "'family','general-practitioner'").await;
    let (store, world) = open(directory.path());
    assert!(!store.verify().await.unwrap().is_clean());
    let by_family = "Patient?family=old&_count=10";
    for refused in [
        by_family,
        "Patient?_sort=family",
        "Patient?family:missing=true",
        "Patient?_include=Patient:general-practitioner",
        "Patient?general-practitioner=Practitioner/Old",
    ] {
        let answer = found(&store, refused).await;
        assert!(matches!(answer, Err(Error::Unindexed(0))), "{refused}");
    }
    assert_eq!(
        found(&store, "Patient?name=old&_count=10")
            .await
            .unwrap()
            .len(),
        5
    );

    // One part, and writes on both sides of the place it came to; then the program is restarted.
    assert_eq!(store.reindex().await.unwrap(), Reindexed::More);
    assert!(matches!(
        found(&store, by_family).await,
        Err(Error::Unindexed(40))
    ));
    for (id, family) in [("p0", "New"), ("p3", "New"), ("p4", "Old"), ("p9", "New")] {
        world.put(&[&patient(id, family)]).await;
    }
    drop((store, world));
    let (store, _world) = open(directory.path());
    assert!(!store.unindexed().is_empty());
    while store.reindex().await.unwrap() == Reindexed::More {}

    assert!(store.unindexed().is_empty());
    assert_eq!(found(&store, by_family).await.unwrap(), ["p1", "p2", "p4"]);
    assert_eq!(
        found(&store, "Patient?family=new&_count=10").await.unwrap(),
        ["p0", "p3", "p9"]
    );
    let pointing = "Patient?general-practitioner=Practitioner/New&_count=10";
    assert_eq!(found(&store, pointing).await.unwrap().len(), 3);
    let report = store.verify().await.unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_no_program_knew_finds_what_was_written_before() {
    let directory = tempfile::tempdir().unwrap();
    with_other_rules(directory.path(), "''").await;
    let connection = Connection::open(directory.path().join("instance.sqlite")).unwrap();
    let number = "SELECT number FROM parameter WHERE code='family' AND type=?";
    let of = cresset_definitions::ResourceType::parse("Patient")
        .unwrap()
        .code();
    let number: i64 = connection
        .query_row(number, [of], |row| row.get(0))
        .unwrap();
    // As if it had never been there.
    for text in [
        "DELETE FROM parameter WHERE number=?1",
        "DELETE FROM str WHERE p>>3=128+?1",
        "DELETE FROM str_r WHERE p>>3=128+?1",
    ] {
        connection.execute(text, [number]).unwrap();
    }
    drop(connection);
    let (store, world) = open(directory.path());
    world.put(&[&patient("p1", "Changed")]).await;
    while store.reindex().await.unwrap() == Reindexed::More {}
    assert_eq!(
        found(&store, "Patient?family=old&_count=10")
            .await
            .unwrap()
            .len(),
        4
    );
    assert_eq!(
        found(&store, "Patient?family:missing=true")
            .await
            .unwrap()
            .len(),
        0
    );
    let report = store.verify().await.unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_up_to_date_has_nothing_to_do() {
    let directory = tempfile::tempdir().unwrap();
    with_other_rules(directory.path(), "''").await;
    let (store, _world) = open(directory.path());
    assert!(store.unindexed().is_empty());
    assert_eq!(store.reindex().await.unwrap(), Reindexed::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_and_types_of_what_was_written_before_they_were_kept_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let (_, world) = open(directory.path());
    for n in 0..3 {
        let text = format!(
            r#"{{"resourceType":"Patient","id":"p{n}","identifier":[{{"type":{{"coding":[{{"code":"MR"}}],"text":"Record"}},"value":"{n}"}}],"name":[{{"family":"Lee"}}]}}"#
        );
        world.put(&[&text]).await;
    }
    drop(world);
    let connection = Connection::open(directory.path().join("instance.sqlite")).unwrap();
    // As instances were when neither such rows nor rules were kept.
    for text in [
        "DELETE FROM idx WHERE p>=1024 AND p&7 IN (4,5)",
        "UPDATE parameter SET rule=0,state=1",
    ] {
        assert!(connection.execute(text, ()).unwrap() > 0);
    }
    drop(connection);
    let (store, world) = open(directory.path());
    assert_eq!(found(&store, "Patient?family=lee").await.unwrap().len(), 3);
    let by_text = "Patient?identifier:text=rec";
    let by_type = "Patient?identifier:of-type=|MR|1";
    let by_filter = "Patient?_filter=family eq lee and not (identifier eq 0 or identifier eq 2)";
    for refused in [by_text, by_type, by_filter, "Patient?identifier=1"] {
        let answer = found(&store, refused).await;
        assert!(matches!(answer, Err(Error::Unindexed(_))), "{refused}");
    }
    world.put(&[&patient("p2", "Lee")]).await;
    while store.reindex().await.unwrap() == Reindexed::More {}

    assert_eq!(found(&store, by_text).await.unwrap(), ["p0", "p1"]);
    assert_eq!(found(&store, by_type).await.unwrap(), ["p1"]);
    assert_eq!(found(&store, by_filter).await.unwrap(), ["p1", "p2"]);
    let report = store.verify().await.unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}
