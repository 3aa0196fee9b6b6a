//! The data directory and its instances.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use cresset_base::{InstanceName, Limits};
use cresset_store::contract::world::{everything, id, of, put, query};
use cresset_store::store::Found;
use cresset_store::{InstanceSettings, Instances, LinkStyle, Store};
use cresset_store_sqlite::{DataDirectory, DirectoryError, Options};
use cresset_testkit::ManualClock;

fn options() -> Options {
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    Options {
        clock,
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_| Vec::new()),
    }
}

fn name(text: &str) -> InstanceName {
    text.parse().unwrap()
}

fn settings() -> InstanceSettings {
    InstanceSettings::new("2026-03-01T12:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn instances_are_created_opened_listed_and_deleted() {
    let root = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(&root.path().join("data"), options()).unwrap();
    assert!(directory.open(&name("a")).await.unwrap().is_none());
    for instance in ["b", "a"] {
        directory.create(&name(instance), &settings()).unwrap();
    }
    assert!(matches!(
        directory.create(&name("a"), &settings()),
        Err(DirectoryError::Exists(_))
    ));
    assert_eq!(directory.list().await.unwrap(), [name("a"), name("b")]);
    let changed = InstanceSettings {
        links: LinkStyle::Relative,
        ..settings()
    };
    directory
        .set_instance_settings(&name("a"), &changed)
        .unwrap();
    assert_eq!(directory.settings(&name("a")).await.unwrap(), Some(changed));
    assert_eq!(directory.settings(&name("c")).await.unwrap(), None);
    directory.delete(&name("b")).unwrap();
    assert!(matches!(
        directory.delete(&name("b")),
        Err(DirectoryError::Absent(_))
    ));
    assert_eq!(directory.list().await.unwrap(), [name("a")]);
}

#[tokio::test]
async fn instances_share_nothing_and_keep_what_they_hold() {
    let root = tempfile::tempdir().unwrap();
    {
        let directory = DataDirectory::open(root.path(), options()).unwrap();
        let a = directory.create(&name("a"), &settings()).unwrap();
        let b = directory.create(&name("b"), &settings()).unwrap();
        a.commit(
            &everything(),
            vec![put(
                r#"{"resourceType":"Patient","id":"p","gender":"male"}"#,
            )],
        )
        .await
        .unwrap();
        assert_eq!(
            b.read(&everything(), of("Patient"), &id("p"))
                .await
                .unwrap(),
            Found::Absent
        );
        b.commit(
            &everything(),
            vec![put(
                r#"{"resourceType":"Patient","id":"p","gender":"female"}"#,
            )],
        )
        .await
        .unwrap();
    }
    let directory = DataDirectory::open(root.path(), options()).unwrap();
    for (instance, gender) in [("a", "male"), ("b", "female")] {
        let store = directory.open(&name(instance)).await.unwrap().unwrap();
        let page = store
            .search(
                &everything(),
                &query(&format!("Patient?gender={gender}")),
                None,
            )
            .await
            .unwrap();
        assert_eq!(page.total, Some(1), "{instance}");
    }
}

#[test]
fn a_second_owner_is_turned_away() {
    let root = tempfile::tempdir().unwrap();
    let first = DataDirectory::open(root.path(), options()).unwrap();
    let second = DataDirectory::open(root.path(), options());
    let Err(error) = second else {
        panic!("two owners")
    };
    assert!(matches!(error, DirectoryError::Locked(_)));
    assert!(
        error.to_string().contains("in use by another process"),
        "{error}"
    );
    drop(first);
    assert!(DataDirectory::open(root.path(), options()).is_ok());
}

#[test]
fn nobody_else_may_look_into_a_new_directory() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let directory = DataDirectory::open(&data, options()).unwrap();
    directory.create(&name("a"), &settings()).unwrap();
    for folder in [&data, &data.join("instances"), &data.join("instances/a")] {
        let mode = folder.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
    }
}

/// A mark leads to its instance, as long as that has it and no other does.
#[tokio::test]
async fn a_mark_leads_to_the_one_instance_that_has_it() {
    let root = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(&root.path().join("data"), options()).unwrap();
    let marked = |mark: &str| InstanceSettings {
        mark: Some(mark.to_owned()),
        ..settings()
    };
    let of = async |mark: &str| directory.marked(mark).await.unwrap();
    directory.create(&name("a"), &settings()).unwrap();
    assert_eq!(of("m").await, None);
    directory.create(&name("b"), &marked("m")).unwrap();
    assert_eq!(of("m").await, Some(name("b")));
    let set = |of: &str, settings| directory.set_instance_settings(&name(of), &settings);
    set("a", marked("n")).unwrap();
    assert_eq!(of("n").await, Some(name("a")));
    set("a", marked("m")).unwrap();
    assert_eq!((of("m").await, of("n").await), (None, None));
    directory.delete(&name("b")).unwrap();
    assert_eq!(of("m").await, Some(name("a")));
}
