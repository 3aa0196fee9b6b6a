//! A unit commits as a whole or not at all.

use super::world::{World, body, draft, everything, found, id, of, put, query, scopes};
use crate::Error;
use crate::store::Found;
use crate::write::{Change, Expectation, Precondition, Refusal, Unit, Written};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    a_refused_change_undoes_its_unit(fresh()).await;
    changes_of_a_unit_see_each_other(fresh()).await;
    references_may_come_before_their_target(fresh()).await;
    many_updates_get_their_versions(fresh()).await;
    what_follows_from_a_change_is_not_bound_by_the_caller(fresh()).await;
}

async fn what_follows_from_a_change_is_not_bound_by_the_caller(world: World) {
    world.put(&[&patient("b")]).await;
    let caller = scopes("patient/Observation.c", Some("a"));
    let observation = |name: &str, patient: &str| {
        let body = format!(
            r#"{{"resourceType":"Observation","id":"{name}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
        );
        Change::Create(id(name), draft(&body))
    };
    let record = |name: &str| {
        let body = format!(r#"{{"resourceType":"Basic","id":"{name}","code":{{"text":"x"}}}}"#);
        Change::Create(id(name), draft(&body))
    };
    let commit = async |changes, consequences, seen: &[&str]| {
        let unit = Unit {
            changes: vec![changes],
            consequences: vec![consequences],
            expectations: vec![Expectation {
                query: query("Patient?_id=a,b"),
                found: seen.iter().map(|name| found(name, None)).collect(),
                of_rules: true,
            }],
            ..Unit::default()
        };
        world.store.commit_unit(&caller, unit).await
    };
    let written = commit(observation("o", "a"), record("r"), &["b"]).await;
    assert_eq!(written.unwrap().len(), 2);
    world.check("Basic", &["r"]).await;
    let again = commit(observation("p", "a"), record("r"), &["b"]).await;
    assert!(
        matches!(again, Err(Error::Refused(1, Refusal::Exists))),
        "{again:?}"
    );
    let others = commit(observation("p", "b"), record("s"), &["b"]).await;
    assert!(
        matches!(others, Err(Error::Refused(0, Refusal::Forbidden))),
        "{others:?}"
    );
    let unseen = commit(observation("p", "a"), record("s"), &[]).await;
    assert!(matches!(unseen, Err(Error::Outdated)), "{unseen:?}");
    let delete = Change::Delete(of("Patient"), id("b"), Precondition::default());
    let deleted = commit(observation("p", "a"), delete, &["b"]).await;
    assert!(matches!(deleted, Err(Error::Forbidden(..))), "{deleted:?}");
    world.check("Observation", &["o"]).await;
    world.check("Basic", &["r"]).await;
}

fn patient(name: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{name}","name":[{{"family":"{name}"}}]}}"#)
}

async fn a_refused_change_undoes_its_unit(world: World) {
    world.put(&[&patient("there")]).await;
    let changed = patient("there").replace("family\":\"there", "family\":\"changed");
    let unit = vec![
        put(&patient("new")),
        put(&changed),
        Change::Create(id("there"), draft(&patient("there"))),
        put(&patient("later")),
    ];
    let answer = world.store.commit(&everything(), unit).await;
    assert!(
        matches!(answer, Err(Error::Refused(2, Refusal::Exists))),
        "{answer:?}"
    );
    world.check("Patient", &["there"]).await;
    world.check("Patient?family=changed", &[]).await;
    world.check("Patient?family=there", &["there"]).await;
    assert_eq!(
        world.read(&everything(), "Patient/new").await,
        Found::Absent
    );
    assert_eq!(
        world.store.counts(&everything()).await.unwrap(),
        [(of("Patient"), 1)]
    );
    world.put(&[&patient("new")]).await;
    world.check("Patient?family=new", &["new"]).await;
}

async fn changes_of_a_unit_see_each_other(world: World) {
    let changed = patient("p").replace("family\":\"p", "family\":\"q");
    let unit = vec![
        put(&patient("p")),
        put(&changed),
        put(&patient("x")),
        Change::Delete(of("Patient"), id("x"), Precondition::default()),
    ];
    let written = world.store.commit(&everything(), unit).await.unwrap();
    assert!(
        matches!(&written[1], Written::Updated(v) if v.version == 2),
        "{written:?}"
    );
    assert!(
        matches!(&written[3], Written::Deleted(v) if v.version == 2),
        "{written:?}"
    );
    world.check("Patient?family=p", &[]).await;
    world.check("Patient?family=q", &["p"]).await;
    world.check("Patient?family=x", &[]).await;
    assert_eq!(
        world.store.counts(&everything()).await.unwrap(),
        [(of("Patient"), 1)]
    );
}

async fn references_may_come_before_their_target(world: World) {
    let observation = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}"#;
    world.put(&[observation]).await;
    assert_eq!(world.read(&everything(), "Patient/p").await, Found::Absent);
    world.check("Patient", &[]).await;
    world.check("Observation?subject=Patient/p", &["o"]).await;
    world.put(&[&patient("p")]).await;
    world.check("Patient", &["p"]).await;
    world.check("Observation?patient=p", &["o"]).await;
}

/// However many changes a unit has, each version carries its own number.
async fn many_updates_get_their_versions(world: World) {
    let patient = |n: u32, gender: &str| {
        put(&format!(
            r#"{{"resourceType":"Patient","id":"many{n}","gender":"{gender}"}}"#
        ))
    };
    let unit = |gender: &'static str, numbers: std::ops::Range<u32>| {
        numbers.map(|n| patient(n, gender)).collect::<Vec<_>>()
    };
    world
        .store
        .commit(&everything(), unit("male", 0..30))
        .await
        .unwrap();
    (world.advance)(1);
    let written = world
        .store
        .commit(&everything(), unit("female", 10..40))
        .await
        .unwrap();
    let versions: Vec<u64> = written
        .iter()
        .map(|written| match written {
            Written::Created(version) | Written::Updated(version) => version.version,
            other => panic!("expected a version, got {other:?}"),
        })
        .collect();
    assert_eq!(versions, [[2; 20].as_slice(), [1; 10].as_slice()].concat());
    let found = world.read(&everything(), "Patient/many10").await;
    assert!(body(&found).contains(r#""versionId":"2""#));
}
