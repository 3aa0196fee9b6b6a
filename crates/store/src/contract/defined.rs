//! Search parameters that resources of the instance define.

use std::pin::Pin;

use cresset_base::{Limits, Timestamp};
use cresset_search::parse::{Context, Handling};
use cresset_search::{Concepts, Query};

use crate::write::{Change, Precondition, Refusal, Unit};
use crate::{Error, Reindexed, Store};

use super::expectations::together;
use super::reindex::Aging;
use super::world::{World, everything, id, of, put};

/// All checks, each of an instance of its own.
pub async fn all<A: Aging>(fresh: &impl Fn() -> A) {
    complete_before_searched(&fresh()).await;
    renamed_half_way(&fresh()).await;
    no_longer_followed(&fresh()).await;
    changed_and_taken_back(&fresh()).await;
    asked_in_every_way(&fresh()).await;
    of_several_types(&fresh()).await;
    one_code_once(&fresh()).await;
    with_its_unit(&fresh()).await;
    beside_writers(&fresh()).await;
}

/// A definition for patients, or for another type that the expression begins with.
fn definition(name: &str, code: &str, kind: &str, expression: &str) -> String {
    let base = expression.split('.').next().unwrap();
    format!(
        r#"{{"resourceType":"SearchParameter","id":"{name}","url":"http://example.org/{name}","name":"X","status":"active","description":"x","code":"{code}","base":["{base}"],"type":"{kind}","expression":"{expression}"}}"#
    )
}

fn patient(id: &str, language: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","communication":[{{"language":{{"coding":[{{"system":"urn:l","code":"{language}"}}]}},"preferred":true}}]}}"#
    )
}

const SPOKEN: &str = "Patient.communication.language";

/// A query as the store can answer it now.
async fn asked(store: &dyn Store, url: &str) -> Result<Query, String> {
    let (resource_type, rest) = url.split_once('?').unwrap();
    let pairs = rest.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let limits = Limits::default();
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    store.look_again().await.unwrap();
    let context = Context {
        limits: &limits,
        now,
        own: &[],
        unindexed: &store.unindexed(),
        handling: Handling::Strict,
        concepts: Concepts::NONE,
    };
    let parsed = cresset_search::parse::parse(of(resource_type), &pairs, &context);
    parsed.map(|p| p.query).map_err(|fault| fault.sentence)
}

async fn found(store: &dyn Store, url: &str) -> Vec<String> {
    let query = asked(store, url).await.unwrap();
    let page = store.search(&everything(), &query, None).await.unwrap();
    let ids = page.matches.iter().map(|version| version.id.to_string());
    let mut ids: Vec<String> = ids.collect();
    if !url.contains("_sort") {
        ids.sort();
    }
    ids
}

async fn finish(store: &dyn Store) {
    while store.reindex().await.unwrap() == Reindexed::More {}
    store.look_again().await.unwrap();
    assert!(store.unindexed().is_empty());
}

fn delete(name: &str) -> Change {
    Change::Delete(of("SearchParameter"), id(name), Precondition::default())
}

async fn complete_before_searched(aging: &impl Aging) {
    let world = aging.open();
    for n in 0..5 {
        world.put(&[&patient(&format!("p{n}"), "de")]).await;
    }
    assert!(asked(&*world.store, "Patient?spoken=de").await.is_err());
    world
        .put(&[&definition("s", "spoken", "token", SPOKEN)])
        .await;
    let refused = asked(&*world.store, "Patient?spoken=de").await.unwrap_err();
    assert!(refused.contains("0 % are done"), "{refused}");
    assert_eq!(world.store.reindex().await.unwrap(), Reindexed::More);
    let refused = asked(&*world.store, "Patient?spoken=de").await.unwrap_err();
    assert!(refused.contains("40 % are done"), "{refused}");

    // Writes on both sides of the place it came to; then the program is restarted.
    for (id, language) in [("p0", "fr"), ("p4", "fr"), ("p9", "fr")] {
        world.put(&[&patient(id, language)]).await;
    }
    drop(world);
    let world = aging.open();
    assert!(asked(&*world.store, "Patient?spoken=de").await.is_err());
    finish(&*world.store).await;
    assert_eq!(
        found(&*world.store, "Patient?spoken=de").await,
        ["p1", "p2", "p3"]
    );
    let french = found(&*world.store, "Patient?spoken=urn:l|fr").await;
    assert_eq!(french, ["p0", "p4", "p9"]);
    assert_eq!(aging.problems(), [""; 0]);
    drop(world);

    let world = aging.open();
    assert!(world.store.unindexed().is_empty());
    world.put(&[&patient("p1", "fr")]).await;
    world
        .put(&[r#"{"resourceType":"Patient","id":"p2"}"#])
        .await;
    assert_eq!(found(&*world.store, "Patient?spoken=de").await, ["p3"]);
    let without = found(&*world.store, "Patient?spoken:missing=true").await;
    assert_eq!(without, ["p2"]);
    assert_eq!(aging.problems(), [""; 0]);
}

/// What changes nothing of the values goes on with the index that is half built, and is refused as long.
async fn renamed_half_way(aging: &impl Aging) {
    let world = aging.open();
    let store = &*world.store;
    for n in 0..5 {
        world.put(&[&patient(&format!("p{n}"), "de")]).await;
    }
    let spoken = definition("s", "spoken", "token", SPOKEN);
    world.put(&[&spoken]).await;
    for n in 0..2 {
        assert_eq!(store.reindex().await.unwrap(), Reindexed::More);
        let renamed = spoken.replace("http://example.org/s", &format!("urn:{n}"));
        world.put(&[&renamed]).await;
        let refused = asked(store, "Patient?spoken=de").await.unwrap_err();
        assert!(refused.contains("% are done"), "{refused}");
    }
    finish(store).await;
    let all = found(store, "Patient?spoken=de").await;
    assert_eq!(all, ["p0", "p1", "p2", "p3", "p4"]);
    assert_eq!(aging.problems(), [""; 0]);
}

/// References that a definition gave are not followed once it is gone, though their rows are not removed yet.
async fn no_longer_followed(aging: &impl Aging) {
    let world = aging.open();
    let store = &*world.store;
    let nurse = r#"{"resourceType":"Practitioner","id":"n","name":[{"family":"n"}]}"#;
    let text = r#"{"resourceType":"Patient","id":"p","extension":[{"url":"urn:nurse","valueReference":{"reference":"Practitioner/n"}}]}"#;
    world.put(&[nurse, text]).await;
    let path = "Patient.extension.where(url='urn:nurse').value.ofType(Reference)";
    world
        .put(&[&definition("n", "nurse", "reference", path)])
        .await;
    finish(store).await;
    let everything_of = asked(store, "Patient?_include=*").await.unwrap();
    let page = store.search(&everything(), &everything_of, None).await;
    assert_eq!(page.unwrap().included.len(), 1);
    world.change(&everything(), delete("n")).await.unwrap();
    let page = store.search(&everything(), &everything_of, None).await;
    assert_eq!(page.unwrap().included.len(), 0);
}

async fn changed_and_taken_back(aging: &impl Aging) {
    let world = aging.open();
    let store = &*world.store;
    let text =
        r#"{"resourceType":"Patient","id":"p1","gender":"female","maritalStatus":{"text":"Wed"}}"#;
    world.put(&[text]).await;
    world
        .put(&[&definition("s", "thing", "string", "Patient.gender")])
        .await;
    finish(store).await;
    assert_eq!(found(store, "Patient?thing=fem").await, ["p1"]);
    let earlier = asked(store, "Patient?thing=fem").await.unwrap();

    let other = definition("s", "thing", "string", "Patient.maritalStatus");
    world.put(&[&other]).await;
    let answer = store.search(&everything(), &earlier, None).await;
    assert!(matches!(answer, Err(Error::Unindexed(_))));
    finish(store).await;
    assert_eq!(found(store, "Patient?thing=wed").await, ["p1"]);
    assert_eq!(found(store, "Patient?thing=fem").await, [""; 0]);
    let answer = store.search(&everything(), &earlier, None).await;
    assert!(matches!(answer, Err(Error::Unindexed(_))));
    assert_eq!(aging.problems(), [""; 0]);

    // What changes nothing of the values needs no new index.
    let renamed = other.replace("http://example.org/s", "http://example.org/t");
    world.put(&[&renamed]).await;
    assert_eq!(found(store, "Patient?thing=wed").await, ["p1"]);

    let retired = renamed.replace("active", "retired");
    world.put(&[&retired]).await;
    assert!(asked(store, "Patient?thing=wed").await.is_err());
    world.put(&[&renamed]).await;
    finish(store).await;
    assert_eq!(found(store, "Patient?thing=wed").await, ["p1"]);
    world.change(&everything(), delete("s")).await.unwrap();
    assert!(asked(store, "Patient?thing=wed").await.is_err());
    finish(store).await;
    assert_eq!(aging.problems(), [""; 0]);
    drop(world);
    let world = aging.open();
    assert!(world.store.unindexed().defined().is_empty());
    assert!(world.store.unindexed().is_empty());
}

/// Sorted by, followed, included, negated, and under a restriction.
async fn asked_in_every_way(aging: &impl Aging) {
    let world = aging.open();
    let store = &*world.store;
    for (name, weight) in [("o1", 3), ("o2", 1), ("o3", 2)] {
        let text = format!(
            r#"{{"resourceType":"Observation","id":"{name}","status":"final","code":{{"text":"x"}},"method":{{"text":"m"}},"extension":[{{"url":"urn:weight","valueQuantity":{{"value":{weight}}}}},{{"url":"urn:nurse","valueReference":{{"reference":"Practitioner/{name}"}}}}]}}"#
        );
        let nurse = format!(
            r#"{{"resourceType":"Practitioner","id":"{name}","name":[{{"family":"{name}"}}]}}"#
        );
        world.put(&[&nurse, &text]).await;
    }
    let extension = |url: &str, of: &str| {
        format!("Observation.extension.where(url='{url}').value.ofType({of})")
    };
    world
        .put(&[
            &definition(
                "w",
                "weight",
                "quantity",
                &extension("urn:weight", "Quantity"),
            ),
            &definition(
                "n",
                "nurse",
                "reference",
                &extension("urn:nurse", "Reference"),
            ),
        ])
        .await;
    finish(store).await;
    for (url, expect) in [
        ("Observation?weight=gt1", vec!["o1", "o3"]),
        ("Observation?_sort=weight", vec!["o2", "o3", "o1"]),
        ("Observation?_sort=-weight", vec!["o1", "o3", "o2"]),
        ("Observation?nurse=Practitioner/o2", vec!["o2"]),
        ("Observation?nurse:Practitioner.family=o3", vec!["o3"]),
        ("Practitioner?_has:Observation:nurse:weight=1", vec!["o2"]),
        (
            "Observation?_filter=weight gt 2 or nurse.family eq o2",
            vec!["o1", "o2"],
        ),
        ("Observation?weight:missing=true", vec![]),
    ] {
        assert_eq!(found(store, url).await, expect, "{url}");
    }
    for (url, expect) in [
        ("Observation?_id=o1&_include=Observation:nurse", "o1"),
        ("Observation?_id=o2&_include=*", "o2"),
        ("Practitioner?_id=o3&_revinclude=Observation:nurse", "o3"),
        ("Practitioner?_id=o3&_revinclude=*", "o3"),
    ] {
        let query = asked(store, url).await.unwrap();
        let page = store.search(&everything(), &query, None).await.unwrap();
        let ids: Vec<&str> = page.included.iter().map(|v| v.id.as_str()).collect();
        assert_eq!(ids, [expect], "{url}");
    }
    let query = asked(store, "Observation?weight=gt1&_sort=weight")
        .await
        .unwrap();
    let explained = store.explain(&everything(), &[query], None).await.unwrap();
    let told = format!("{explained:?}");
    assert!(told.contains("weight"), "{told}");
    assert_eq!(aging.problems(), [""; 0]);
}

async fn of_several_types(aging: &impl Aging) {
    let world = aging.open();
    let store = &*world.store;
    let both = definition(
        "v",
        "verified",
        "token",
        "Patient.active | Practitioner.active",
    )
    .replace(r#"["Patient"]"#, r#"["Patient","Practitioner"]"#);
    world.put(&[&both]).await;
    world
        .put(&[
            r#"{"resourceType":"Patient","id":"a","active":true}"#,
            r#"{"resourceType":"Practitioner","id":"b","active":true}"#,
        ])
        .await;
    finish(store).await;
    assert_eq!(found(store, "Patient?verified=true").await, ["a"]);
    assert_eq!(found(store, "Practitioner?verified=true").await, ["b"]);
    assert!(asked(store, "Person?verified=true").await.is_err());
    let narrowed = both.replace(r#","Practitioner"]"#, "]");
    world.put(&[&narrowed]).await;
    assert_eq!(found(store, "Patient?verified=true").await, ["a"]);
    assert!(asked(store, "Practitioner?verified=true").await.is_err());
    finish(store).await;
    assert_eq!(aging.problems(), [""; 0]);
}

async fn one_code_once(aging: &impl Aging) {
    let world = aging.open();
    let first = definition("a", "shade", "token", "Patient.gender");
    let second = definition("b", "shade", "token", "Patient.active");
    world.put(&[&first]).await;
    let refusal = world.refusal(&everything(), put(&second)).await;
    assert_eq!(refusal, Refusal::Defined);
    let read = world.read(&everything(), "SearchParameter/b").await;
    assert!(!matches!(read, crate::Found::Version(_)));
    // Of another type it is another parameter, and once the first is gone it can be defined.
    let elsewhere = definition("b", "shade", "token", "Practitioner.active");
    world.put(&[&elsewhere]).await;
    world.change(&everything(), delete("a")).await.unwrap();
    world.put(&[&second]).await;
    for n in 2..64 {
        let name = format!("n{n}");
        let text = definition(&name, &name, "token", "Patient.gender");
        world.put(&[&text]).await;
    }
    world
        .put(&[&definition("last", "last", "token", "Patient.gender")])
        .await;
    let over = definition("over", "over", "token", "Patient.gender");
    let refusal = world.refusal(&everything(), put(&over)).await;
    assert_eq!(refusal, Refusal::TooManyDefined);
    finish(&*world.store).await;
    assert_eq!(aging.problems(), [""; 0]);
}

/// A unit that is refused defines nothing, and one that is not indexes what it brings.
async fn with_its_unit(aging: &impl Aging) {
    let world = aging.open();
    let store = &*world.store;
    let spoken = definition("s", "spoken", "token", SPOKEN);
    let absent = Change::Update(
        id("nobody"),
        super::world::draft(&patient("nobody", "de")),
        Precondition {
            if_match: Some(vec![7]),
            ..Precondition::default()
        },
    );
    let changes = vec![put(&spoken), absent];
    let refused = store.commit(&everything(), changes).await;
    assert!(matches!(refused, Err(Error::Refused(1, _))));
    assert!(store.unindexed().defined().is_empty());

    let unit = Unit {
        changes: vec![
            put(&patient("p1", "de")),
            put(&spoken),
            put(&patient("p2", "de")),
        ],
        ..Unit::default()
    };
    store.commit_unit(&everything(), unit).await.unwrap();
    world.put(&[&patient("p3", "de")]).await;
    finish(store).await;
    assert_eq!(found(store, "Patient?spoken=de").await, ["p1", "p2", "p3"]);
    assert_eq!(aging.problems(), [""; 0]);
}

/// Whatever is written while definitions come and go is indexed by those that stay.
async fn beside_writers(aging: &impl Aging) {
    let world = aging.open();
    // Those are there before anything is defined, and left alone.
    for n in 0..32 {
        let language = if n % 2 == 0 { "de" } else { "fr" };
        world.put(&[&patient(&format!("early{n}"), language)]).await;
    }
    let mut all: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
    for writer in 0..4 {
        all.push(Box::pin(write_some(&world, writer)));
    }
    all.push(Box::pin(define_some(&world)));
    together(all).await;
    let store = &*world.store;
    finish(store).await;
    for code in ["spoken", "tongue"] {
        let all = found(store, &format!("Patient?{code}=de,fr&_count=100")).await;
        assert_eq!(all.len(), 64, "{code}");
    }
    assert_eq!(aging.problems(), [""; 0]);
}

async fn write_some(world: &World, writer: usize) {
    for n in 0..24 {
        let language = if n % 2 == 0 { "de" } else { "fr" };
        let name = format!("p{writer}-{}", n % 8);
        world.put(&[&patient(&name, language)]).await;
    }
}

async fn define_some(world: &World) {
    let spoken = definition("s", "spoken", "token", SPOKEN);
    let tongue = definition("t", "tongue", "token", SPOKEN);
    for n in 0..6 {
        let renamed = tongue.replace("http://example.org/t", &format!("urn:{n}"));
        world.put(&[&renamed, &spoken]).await;
        world.store.reindex().await.unwrap();
        for url in ["Patient?tongue=de,fr", "Patient?spoken=de,fr"] {
            // What is answered is complete; what is written meanwhile is beside that.
            if let Ok(query) = asked(&*world.store, &format!("{url}&_count=100")).await
                && let Ok(page) = world.store.search(&everything(), &query, None).await
            {
                let early = page
                    .matches
                    .iter()
                    .filter(|v| v.id.as_str().starts_with("early"));
                assert_eq!(early.count(), 32, "{url}");
            }
        }
        let again = tongue.replace("http://example.org/t", &format!("urn:again:{n}"));
        world.put(&[&again]).await;
        world.store.reindex().await.unwrap();
        world.change(&everything(), delete("s")).await.unwrap();
        world.store.reindex().await.unwrap();
        world.put(&[&spoken]).await;
    }
}
