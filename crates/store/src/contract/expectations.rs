//! Changes that rest on a search.

use cresset_access::Access;

use super::world::{World, draft, everything, found, id, put, query, scopes};
use crate::write::{Change, Expectation, Unit, Written};
use crate::{Error, Found};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    a_change_happens_only_while_its_search_finds_the_same(fresh()).await;
    a_change_may_rest_on_the_version_that_was_found(fresh()).await;
    a_search_of_an_expectation_is_the_callers_own(fresh()).await;
    units_of_one_commit_see_each_other(fresh()).await;
}

fn patient(name: &str, active: bool) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{name}","active":{active}}}"#)
}

async fn commit(
    world: &World,
    access: &Access,
    change: Change,
    (url, seen): (&str, &[&str]),
) -> Result<Vec<Written>, Error> {
    let unit = Unit {
        changes: vec![change],
        expectations: vec![Expectation {
            of_rules: false,
            query: query(url),
            found: seen.iter().map(|name| found(name, None)).collect(),
        }],
        ..Unit::default()
    };
    world.store.commit_unit(access, unit).await
}

async fn a_change_happens_only_while_its_search_finds_the_same(world: World) {
    world
        .put(&[&patient("a", true), &patient("b", false)])
        .await;
    let search = "Patient?active=true&_sort=-_lastUpdated&_count=1";
    for (at, (url, found, holds)) in [
        (search, &["a"][..], true),
        (search, &[], false),
        (search, &["b"], false),
        (search, &["a", "b"], false),
        (search, &["never-was"], false),
        ("Patient?_id=none", &[], true),
        ("Patient?active=false", &["b"], true),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Group/{at}");
        let body =
            format!(r#"{{"resourceType":"Group","id":"{at}","type":"person","actual":true}}"#);
        let answer = commit(&world, &everything(), put(&body), (url, found)).await;
        assert_eq!(answer.is_ok(), holds, "{url} {found:?}: {answer:?}");
        assert!(
            holds || matches!(answer, Err(Error::Outdated)),
            "{answer:?}"
        );
        let is_there = world.read(&everything(), &name).await != Found::Absent;
        assert_eq!(is_there, holds, "{url} {found:?}");
    }
}

async fn a_change_may_rest_on_the_version_that_was_found(world: World) {
    world.put(&[&patient("a", true), &patient("b", true)]).await;
    let commit = async |name: &str, versions: [Option<u64>; 2]| {
        let body =
            format!(r#"{{"resourceType":"Group","id":"{name}","type":"person","actual":true}}"#);
        let [a, b] = versions;
        let unit = Unit {
            changes: vec![put(&body)],
            expectations: vec![Expectation {
                of_rules: true,
                query: query("Patient?active=true"),
                found: vec![found("a", a), found("b", b)],
            }],
            ..Unit::default()
        };
        world.store.commit_unit(&everything(), unit).await
    };
    commit("1", [Some(1), Some(1)]).await.unwrap();
    let renamed = r#"{"resourceType":"Patient","id":"a","active":true,"name":[{"text":"A"}]}"#;
    world.put(&[renamed]).await;
    let outdated = commit("2", [Some(1), Some(1)]).await;
    assert!(matches!(outdated, Err(Error::Outdated)), "{outdated:?}");
    let outdated = commit("2", [Some(1), None]).await;
    assert!(matches!(outdated, Err(Error::Outdated)), "{outdated:?}");
    assert_eq!(world.read(&everything(), "Group/2").await, Found::Absent);
    commit("2", [Some(2), Some(1)]).await.unwrap();
    commit("3", [None, Some(1)]).await.unwrap();
}

async fn a_search_of_an_expectation_is_the_callers_own(world: World) {
    let observation = |name: &str, patient: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{name}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
        )
    };
    world.put(&[&observation("o", "b")]).await;
    let a = scopes("patient/Observation.cruds", Some("a"));
    let change = || Change::Create(id("new"), draft(&observation("new", "a")));
    let search = "Observation?status=final";
    let seen = commit(&world, &a, change(), (search, &["o"])).await;
    assert!(matches!(seen, Err(Error::Outdated)), "{seen:?}");
    commit(&world, &a, change(), (search, &[])).await.unwrap();
    let blind = scopes("patient/Observation.c", Some("a"));
    let refused = commit(&world, &blind, change(), (search, &[])).await;
    assert!(matches!(refused, Err(Error::Forbidden(..))), "{refused:?}");
}

/// Many at once share a commit; exactly one finds nothing.
async fn units_of_one_commit_see_each_other(world: World) {
    let answers = (0..8).map(|at| {
        let name = format!("p{at}");
        let change = put(&patient(&name, true));
        let world = &world;
        Box::pin(
            async move { commit(world, &everything(), change, ("Patient?active=true", &[])).await },
        )
    });
    let answers = together(answers.collect()).await;
    let created = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(created, 1, "{answers:?}");
}

/// Polls all at once until all have ended.
pub(super) async fn together<T>(
    mut futures: Vec<std::pin::Pin<Box<impl Future<Output = T> + ?Sized>>>,
) -> Vec<T> {
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}
