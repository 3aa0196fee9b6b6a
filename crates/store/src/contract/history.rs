//! Versions and the history of one resource.

use super::world::{World, everything, id, of, put, scopes};
use crate::Error;
use crate::store::{Found, HistoryAsk, Method};
use crate::write::{Change, Precondition, Written};
use cresset_access::Access;
use cresset_definitions::ResourceType;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    every_version_stays_readable(fresh()).await;
    history_pages_newest_first(fresh()).await;
    history_shows_only_what_was_visible(fresh()).await;
    history_pages_past_what_is_not_visible(fresh()).await;
    history_of_types_is_one_order_of_time(fresh()).await;
    history_of_types_shows_only_what_was_visible(fresh()).await;
    history_knows_what_was_current(fresh()).await;
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
        during: None,
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
        during: None,
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
        during: None,
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
    // It was b's for a while: who lost the resource has lost that version too.
    for access in [&a, &b] {
        let (of, id) = (of("Observation"), id("o"));
        let second = world.store.version(access, of, &id, 2).await;
        assert_eq!(second.unwrap(), Found::Absent);
    }
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

/// Versions of somebody else and deletions lie between those of a caller, wherever a page ends.
async fn history_pages_past_what_is_not_visible(world: World) {
    let observation = |patient: &str, n: u32| {
        put(&format!(
            r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"{n}"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
        ))
    };
    let delete = || Change::Delete(of("Observation"), id("o"), Precondition::default());
    let mut fourth = None;
    for change in [
        observation("a", 1),
        delete(),
        observation("b", 3),
        observation("a", 4),
        observation("b", 5),
        delete(),
        observation("b", 7),
        observation("a", 8),
        observation("a", 9),
        delete(),
        observation("a", 11),
    ] {
        (world.advance)(60);
        let written = world.change(&everything(), change).await.unwrap();
        if let Written::Updated(version) = written
            && version.version == 4
        {
            fourth = Some(version.last_updated);
        }
    }
    let a = scopes("patient/*.rs", Some("a"));
    for (since, during, expect) in [
        (None, None, vec![11, 10, 9, 8, 4, 2, 1]),
        (fourth, None, vec![11, 10, 9, 8, 4]),
        (None, fourth.map(|at| (at, at)), vec![4]),
    ] {
        for count in 1..=8 {
            let ask = HistoryAsk {
                count,
                since,
                during,
                at: None,
            };
            let mut seen = Vec::new();
            let mut at = None;
            loop {
                let ask = HistoryAsk { at, ..ask.clone() };
                let page = world
                    .store
                    .history(&a, of("Observation"), &id("o"), ask)
                    .await;
                let page = page.unwrap().unwrap();
                assert!(page.versions.len() <= count as usize);
                assert!(page.total.is_none_or(|total| total == expect.len() as u64));
                seen.extend(page.versions.iter().map(|v| v.version));
                at = page.next;
                if at.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expect, "{count} on a page");
        }
    }
}

/// `Type/id/version` of each version, page by page.
async fn told(world: &World, access: &Access, types: &[&str], ask: &HistoryAsk) -> Vec<String> {
    let types: Vec<ResourceType> = types.iter().map(|name| of(name)).collect();
    let mut told = Vec::new();
    let mut at = None;
    loop {
        let ask = HistoryAsk { at, ..ask.clone() };
        let page = world.store.history_of(access, &types, ask).await.unwrap();
        told.extend(
            page.versions
                .iter()
                .map(|v| format!("{}/{}/{}", v.resource_type, v.id, v.version)),
        );
        assert!(told.len() < 100, "the walk does not end: {told:?}");
        at = page.next;
        if at.is_none() {
            return told;
        }
    }
}

fn by(count: u32) -> HistoryAsk {
    HistoryAsk {
        count,
        ..HistoryAsk::default()
    }
}

async fn delete(world: &World, name: &str, logical: &str) {
    let change = Change::Delete(of(name), id(logical), Precondition::default());
    world.change(&everything(), change).await.unwrap();
    (world.advance)(60);
}

async fn history_of_types_is_one_order_of_time(world: World) {
    versions(&world, 2).await;
    world
        .put(&[r#"{"resourceType":"Group","id":"g","type":"person","actual":true}"#])
        .await;
    (world.advance)(60);
    delete(&world, "Patient", "p").await;
    versions(&world, 1).await;
    delete(&world, "Group", "g").await;
    for count in [1, 2, 50] {
        let all = told(
            &world,
            &everything(),
            &["Patient", "Group", "Observation"],
            &by(count),
        )
        .await;
        assert_eq!(
            all,
            [
                "Group/g/2",
                "Patient/p/4",
                "Patient/p/3",
                "Group/g/1",
                "Patient/p/2",
                "Patient/p/1"
            ]
        );
        let patients = told(&world, &everything(), &["Patient"], &by(count)).await;
        assert_eq!(
            patients,
            ["Patient/p/4", "Patient/p/3", "Patient/p/2", "Patient/p/1"]
        );
    }
    let Found::Version(second) = world
        .store
        .version(&everything(), of("Patient"), &id("p"), 2)
        .await
        .unwrap()
    else {
        panic!("version 2 is there")
    };
    let since = HistoryAsk {
        since: Some(second.last_updated),
        ..by(2)
    };
    let recent = told(&world, &everything(), &["Patient"], &since).await;
    assert_eq!(recent, ["Patient/p/4", "Patient/p/3", "Patient/p/2"]);
    let during = HistoryAsk {
        during: Some((second.last_updated, second.last_updated)),
        ..by(2)
    };
    let then = told(&world, &everything(), &["Patient", "Group"], &during).await;
    assert_eq!(then, ["Patient/p/2"]);
}

async fn history_of_types_shows_only_what_was_visible(world: World) {
    let observation = |name: &str, patient: &str, code: &str| {
        put(&format!(
            r#"{{"resourceType":"Observation","id":"{name}","status":"final","code":{{"text":"{code}"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
        ))
    };
    for change in [
        observation("o", "a", "1"),
        observation("o", "b", "2"),
        observation("o", "a", "3"),
        observation("moved", "a", "1"),
        observation("moved", "b", "2"),
        observation("gone", "a", "1"),
        observation("theirs", "b", "1"),
    ] {
        world.change(&everything(), change).await.unwrap();
        (world.advance)(60);
    }
    delete(&world, "Observation", "gone").await;
    delete(&world, "Observation", "theirs").await;
    let a = scopes("patient/*.rs", Some("a"));
    for count in [1, 50] {
        let seen = told(&world, &a, &["Observation"], &by(count)).await;
        let expect = ["gone/2", "gone/1", "o/3", "o/1"].map(|name| format!("Observation/{name}"));
        assert_eq!(seen, expect);
    }
    let reads_only = scopes("user/Observation.r", None);
    let refused = world
        .store
        .history_of(&reads_only, &[of("Observation")], by(5))
        .await;
    assert!(matches!(refused, Err(Error::Forbidden(..))), "{refused:?}");
}

async fn history_knows_what_was_current(world: World) {
    versions(&world, 3).await;
    delete(&world, "Patient", "p").await;
    let written = async |n: u64| {
        let found = world
            .store
            .version(&everything(), of("Patient"), &id("p"), n)
            .await;
        match found.unwrap() {
            Found::Version(version) | Found::Deleted(version) => version.last_updated,
            Found::Absent => panic!("version {n} is there"),
        }
    };
    let check = async |during, expect: &[u64]| {
        let ask = HistoryAsk {
            during: Some(during),
            ..by(10)
        };
        let page = world
            .store
            .history(&everything(), of("Patient"), &id("p"), ask)
            .await;
        let page = page.unwrap().unwrap();
        let seen: Vec<u64> = page.versions.iter().map(|v| v.version).collect();
        assert_eq!(seen, expect);
    };
    let second = written(2).await;
    check((second, second), &[2]).await;
    check((second, written(3).await), &[3, 2]).await;
    check((written(4).await, written(4).await), &[4]).await;
    let long_before = second - jiff::SignedDuration::from_hours(5);
    check((long_before, long_before), &[]).await;
}
