//! Versions and the history of one resource.

use super::world::{World, everything, id, of, put, scopes};
use crate::store::{Found, HistoryAsk, Method};
use crate::write::{Change, Precondition};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    every_version_stays_readable(fresh()).await;
    history_pages_newest_first(fresh()).await;
    history_shows_only_what_was_visible(fresh()).await;
}

fn patient(n: u32) -> String {
    format!(r#"{{"resourceType":"Patient","id":"p","birthDate":"19{n:02}-01-01"}}"#)
}

async fn versions(world: &World, count: u32) {
    for n in 1..=count {
        world.put(&[&patient(n)]).await;
        (world.advance)(60);
    }
}

async fn every_version_stays_readable(world: World) {
    versions(&world, 3).await;
    world
        .change(
            &everything(),
            Change::Delete(of("Patient"), id("p"), Precondition::default()),
        )
        .await
        .unwrap();
    for n in 1..=3 {
        let found = world
            .store
            .version(&everything(), of("Patient"), &id("p"), n)
            .await
            .unwrap();
        let Found::Version(version) = found else {
            panic!("{found:?}")
        };
        let text = String::from_utf8(version.body.to_vec()).unwrap();
        assert!(
            text.contains(&format!("19{n:02}-01-01"))
                && text.contains(&format!(r#""versionId":"{n}""#)),
            "{text}"
        );
    }
    let found = world
        .store
        .version(&everything(), of("Patient"), &id("p"), 4)
        .await
        .unwrap();
    assert!(matches!(found, Found::Deleted(_)), "{found:?}");
    let found = world
        .store
        .version(&everything(), of("Patient"), &id("p"), 5)
        .await
        .unwrap();
    assert_eq!(found, Found::Absent);
}

async fn history_pages_newest_first(world: World) {
    let ask = |count, at| HistoryAsk {
        count,
        since: None,
        at,
    };
    let none = world
        .store
        .history(&everything(), of("Patient"), &id("p"), ask(10, None))
        .await
        .unwrap();
    assert!(none.is_none());
    versions(&world, 5).await;
    world
        .change(
            &everything(),
            Change::Delete(of("Patient"), id("p"), Precondition::default()),
        )
        .await
        .unwrap();
    let mut seen = Vec::new();
    let mut at = None;
    loop {
        let page = world
            .store
            .history(&everything(), of("Patient"), &id("p"), ask(4, at))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(page.total, Some(6));
        seen.extend(page.versions.iter().map(|v| (v.version, v.method)));
        at = page.next;
        if at.is_none() {
            break;
        }
    }
    let expect: Vec<(u64, Method)> = [(6, Method::Delete)]
        .into_iter()
        .chain((1..=5).rev().map(|n| (n, Method::Update)))
        .collect();
    assert_eq!(seen, expect);
    let Found::Version(fourth) = world
        .store
        .version(&everything(), of("Patient"), &id("p"), 4)
        .await
        .unwrap()
    else {
        panic!("version 4 is there")
    };
    let since = HistoryAsk {
        count: 10,
        since: Some(fourth.last_updated),
        at: None,
    };
    let page = world
        .store
        .history(&everything(), of("Patient"), &id("p"), since)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        page.versions.iter().map(|v| v.version).collect::<Vec<_>>(),
        [6, 5, 4]
    );
}

/// A result that was another patient's for one version shows that version to nobody but them.
async fn history_shows_only_what_was_visible(world: World) {
    let observation = |patient: &str, code: &str| {
        put(&format!(
            r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"{code}"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
        ))
    };
    for change in [
        observation("a", "1"),
        observation("b", "2"),
        observation("a", "3"),
    ] {
        world.change(&everything(), change).await.unwrap();
    }
    let ask = || HistoryAsk {
        count: 10,
        since: None,
        at: None,
    };
    let a = scopes("patient/*.rs", Some("a"));
    let b = scopes("patient/*.rs", Some("b"));
    let seen = world
        .store
        .history(&a, of("Observation"), &id("o"), ask())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        seen.versions.iter().map(|v| v.version).collect::<Vec<_>>(),
        [3, 1]
    );
    assert_eq!(seen.total, Some(2));
    assert!(
        world
            .store
            .history(&b, of("Observation"), &id("o"), ask())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        world
            .store
            .version(&a, of("Observation"), &id("o"), 2)
            .await
            .unwrap(),
        Found::Absent
    );
    assert_eq!(world.read(&b, "Observation/o").await, Found::Absent);
    world
        .change(
            &everything(),
            Change::Delete(of("Observation"), id("o"), Precondition::default()),
        )
        .await
        .unwrap();
    assert!(matches!(
        world.read(&a, "Observation/o").await,
        Found::Deleted(_)
    ));
    assert_eq!(world.read(&b, "Observation/o").await, Found::Absent);
}
