//! When there is no room, writes are refused, reads go on, and writes recover when there is room again.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a surprise in a test is a failed test"
)]

use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::contract::world::{everything, id, of, put, query};
use cresset_store::grant::{App, AppDetails, Grants};
use cresset_store::logo::{Logo, LogoForm, Logos};
use cresset_store::store::Found;
use cresset_store::{Error, Store};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;

fn binary(name: &str) -> String {
    // Digits that do not compress, so that every resource takes room.
    let mut state = name
        .bytes()
        .fold(7_u64, |hash, byte| hash.wrapping_mul(31) + u64::from(byte));
    let data: String = (0..20_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"[usize::try_from(state >> 59).unwrap()])
        })
        .collect();
    format!(
        r#"{{"resourceType":"Binary","id":"{name}","contentType":"text/plain","data":"{data}"}}"#
    )
}

fn open(directory: &std::path::Path) -> SqliteStore {
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let options = Options {
        clock,
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_| Vec::new()),
    };
    SqliteStore::open(directory, &options, OfInstance::default()).unwrap()
}

/// A change of several small tables is whole, whatever ends the commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_leaves_no_app_with_a_picture_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    store.limit_pages(Some(400)).await.unwrap();
    let mut number = 0;
    let full = loop {
        let mut app = App {
            client_id: format!("c{number}"),
            name: "App".to_owned(),
            secret: None,
            scopes: "system/*.rs".to_owned(),
            grant_types: Vec::new(),
            patient_tokens: false,
            registered: "2026-03-01T12:00:00Z".parse().unwrap(),
            enabled: true,
            details: AppDetails::default(),
        };
        store.add_app(app.clone()).await.unwrap();
        app.details.logo = Some("a digest".to_owned());
        let picture = Logo {
            form: LogoForm::Png,
            content: vec![7; 200_000],
        };
        match store.update_app_and_logo(app, Some(picture)).await {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
        assert!(number < 1_000, "the limit is not kept");
    };
    assert!(matches!(full, Error::StorageFull), "{full:?}");
    assert!(number > 0);
    for at in 0..=number {
        let client_id = format!("c{at}");
        let app = store.lookup_app(&client_id).await.unwrap().unwrap();
        let picture = store.lookup_logo(&client_id).await.unwrap();
        assert_eq!(app.details.logo.is_some(), at < number, "{client_id}");
        assert_eq!(picture.is_some(), at < number, "{client_id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_writes_only_while_it_lasts() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    store.limit_pages(Some(400)).await.unwrap();
    let mut stored = Vec::new();
    let full = loop {
        let name = format!("b{}", stored.len());
        match store.commit(&everything(), vec![put(&binary(&name))]).await {
            Ok(_) => stored.push(name),
            Err(error) => break error,
        }
        assert!(stored.len() < 1_000, "the limit is not kept");
    };
    assert!(matches!(full, Error::StorageFull), "{full:?}");
    assert!(!stored.is_empty());
    for name in &stored {
        let found = store
            .read(&everything(), of("Binary"), &id(name))
            .await
            .unwrap();
        assert!(matches!(found, Found::Version(_)), "{name}");
    }
    let refused = id(&format!("b{}", stored.len()));
    assert_eq!(
        store
            .read(&everything(), of("Binary"), &refused)
            .await
            .unwrap(),
        Found::Absent
    );
    let again = store
        .commit(&everything(), vec![put(&binary("again"))])
        .await;
    assert!(matches!(again, Err(Error::StorageFull)), "{again:?}");
    let page = store
        .search(&everything(), &query("Binary"), None)
        .await
        .unwrap();
    assert_eq!(page.total, Some(stored.len() as u64));

    store.limit_pages(None).await.unwrap();
    store
        .commit(
            &everything(),
            vec![
                put(&binary("again")),
                put(r#"{"resourceType":"Patient","id":"p"}"#),
            ],
        )
        .await
        .unwrap();
    let page = store
        .search(&everything(), &query("Binary"), None)
        .await
        .unwrap();
    assert_eq!(page.total, Some(stored.len() as u64 + 1));
    let report = store.verify().await.unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}
