//! The index built anew beside readers and writers, by parts, across restarts.

use crate::write::{Change, Precondition};
use crate::{Error, Reindexed, Store};

use super::world::{World, everything, id, of, query};

/// An instance that can be closed and opened by another program.
pub trait Aging {
    /// Opens it, with parts of two resources, as one that keeps words.
    fn open(&self) -> World;
    /// The same as one that keeps none.
    fn open_wordless(&self) -> World;
    /// Makes it, while it is closed, what it would be if the program that wrote it had known the
    /// parameters with these codes by other rules.
    fn with_other_rules(&self, codes: &[&str]);
    /// The same as if that program had not known a parameter of patients.
    fn without(&self, code: &str);
    /// The same as when neither rules were kept nor texts of codes and types of identifiers.
    fn before_rules(&self);
    /// What is wrong with its index, while it is open: rows that are missing, or too many, and
    /// parameters that are not indexed.
    fn problems(&self) -> Vec<String>;
}

/// All checks, each of an instance of its own.
pub async fn all<A: Aging>(fresh: &impl Fn() -> A) {
    complete_before_searched(&fresh()).await;
    unknown_before(&fresh()).await;
    up_to_date(&fresh()).await;
    texts_and_types(&fresh()).await;
    words(&fresh()).await;
    super::defined::all(fresh).await;
}

fn patient(id: &str, family: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}],"generalPractitioner":[{{"reference":"Practitioner/{family}"}}]}}"#
    )
}

async fn write_five(aging: &impl Aging) {
    let world = aging.open();
    for n in 0..5 {
        world.put(&[&patient(&format!("p{n}"), "Old")]).await;
    }
}

async fn found(store: &dyn Store, url: &str) -> Result<Vec<String>, Error> {
    let page = store.search(&everything(), &query(url), None).await?;
    let ids = page.matches.iter().map(|version| version.id.to_string());
    Ok(ids.collect())
}

async fn finish(store: &dyn Store) {
    while store.reindex().await.unwrap() == Reindexed::More {}
    assert!(store.unindexed().is_empty());
}

const BY_FAMILY: &str = "Patient?family=old&_count=10";

async fn complete_before_searched(aging: &impl Aging) {
    write_five(aging).await;
    aging.with_other_rules(&["family", "general-practitioner"]);
    let world = aging.open();
    assert!(!aging.problems().is_empty());
    for refused in [
        BY_FAMILY,
        "Patient?_sort=family",
        "Patient?family:missing=true",
        "Patient?_include=Patient:general-practitioner",
        "Patient?general-practitioner=Practitioner/Old",
    ] {
        let answer = found(&*world.store, refused).await;
        assert!(matches!(answer, Err(Error::Unindexed(0))), "{refused}");
    }
    let by_name = found(&*world.store, "Patient?name=old&_count=10").await;
    assert_eq!(by_name.unwrap().len(), 5);

    // One part, and writes on both sides of the place it came to; then the program is restarted.
    assert_eq!(world.store.reindex().await.unwrap(), Reindexed::More);
    let answer = found(&*world.store, BY_FAMILY).await;
    assert!(matches!(answer, Err(Error::Unindexed(40))));
    for (id, family) in [("p0", "New"), ("p3", "New"), ("p4", "Old"), ("p9", "New")] {
        world.put(&[&patient(id, family)]).await;
    }
    drop(world);
    let world = aging.open();
    assert!(!world.store.unindexed().is_empty());
    finish(&*world.store).await;

    let mut old = found(&*world.store, BY_FAMILY).await.unwrap();
    old.sort();
    assert_eq!(old, ["p1", "p2", "p4"]);
    let of_new = "Patient?family=new&_count=10";
    assert_eq!(
        found(&*world.store, of_new).await.unwrap(),
        ["p0", "p3", "p9"]
    );
    let pointing = "Patient?general-practitioner=Practitioner/New&_count=10";
    assert_eq!(found(&*world.store, pointing).await.unwrap().len(), 3);
    assert_eq!(aging.problems(), [""; 0]);
}

async fn unknown_before(aging: &impl Aging) {
    write_five(aging).await;
    aging.without("family");
    let world = aging.open();
    world.put(&[&patient("p1", "Changed")]).await;
    finish(&*world.store).await;
    assert_eq!(found(&*world.store, BY_FAMILY).await.unwrap().len(), 4);
    let missing = found(&*world.store, "Patient?family:missing=true").await;
    assert_eq!(missing.unwrap().len(), 0);
    assert_eq!(aging.problems(), [""; 0]);
}

async fn up_to_date(aging: &impl Aging) {
    write_five(aging).await;
    let world = aging.open();
    assert!(world.store.unindexed().is_empty());
    assert_eq!(world.store.reindex().await.unwrap(), Reindexed::Done);
}

/// Texts of codes and types of identifiers are found of what was written before they were kept.
async fn texts_and_types(aging: &impl Aging) {
    let world = aging.open();
    for n in 0..3 {
        let text = format!(
            r#"{{"resourceType":"Patient","id":"p{n}","identifier":[{{"type":{{"coding":[{{"code":"MR"}}],"text":"Record"}},"value":"{n}"}}],"name":[{{"family":"Lee"}}]}}"#
        );
        world.put(&[&text]).await;
    }
    drop(world);
    aging.before_rules();
    let world = aging.open();
    let by_family = found(&*world.store, "Patient?family=lee").await;
    assert_eq!(by_family.unwrap().len(), 3);
    let by_text = "Patient?identifier:text=rec";
    let by_type = "Patient?identifier:of-type=|MR|1";
    let by_filter = "Patient?_filter=family eq lee and not (identifier eq 0 or identifier eq 2)";
    for refused in [by_text, by_type, by_filter, "Patient?identifier=1"] {
        let answer = found(&*world.store, refused).await;
        assert!(matches!(answer, Err(Error::Unindexed(_))), "{refused}");
    }
    world.put(&[&patient("p2", "Lee")]).await;
    finish(&*world.store).await;

    for (url, expect) in [
        (by_text, vec!["p0", "p1"]),
        (by_type, vec!["p1"]),
        (by_filter, vec!["p1", "p2"]),
    ] {
        let mut ids = found(&*world.store, url).await.unwrap();
        ids.sort();
        assert_eq!(ids, expect, "{url}");
    }
    assert_eq!(aging.problems(), [""; 0]);
}

/// Words are kept anew without those of resources that have none any more.
async fn words(aging: &impl Aging) {
    let told = |id: &str, narrative: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"{id}","text":{{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">{narrative}</div>"}}}}"#
        )
    };
    let world = aging.open();
    for n in 0..4 {
        world.put(&[&told(&format!("p{n}"), "Told before")]).await;
    }
    drop(world);
    aging.with_other_rules(&["_text", "_content"]);
    let world = aging.open();
    for url in ["Patient?_text=told", "Patient?_content=told"] {
        let answer = found(&*world.store, url).await;
        assert!(matches!(answer, Err(Error::Unindexed(_))), "{url}");
    }
    world.put(&[&told("p1", "Afterwards")]).await;
    world
        .put(&[r#"{"resourceType":"Patient","id":"p2"}"#])
        .await;
    finish(&*world.store).await;
    for (url, expect) in [
        ("Patient?_text=told", vec!["p0", "p3"]),
        ("Patient?_content=before", vec!["p0", "p3"]),
        ("Patient?_text=afterwards", vec!["p1"]),
    ] {
        let mut ids = found(&*world.store, url).await.unwrap();
        ids.sort();
        assert_eq!(ids, expect, "{url}");
    }
    assert_eq!(aging.problems(), [""; 0]);
    drop(world);

    // Of what is deleted while none are kept nothing comes back.
    let world = aging.open_wordless();
    let gone = Change::Delete(of("Patient"), id("p0"), Precondition::default());
    world.change(&everything(), gone).await.unwrap();
    drop(world);
    let world = aging.open();
    finish(&*world.store).await;
    for url in ["Patient?_text=told", "Patient?_content=before"] {
        let ids = found(&*world.store, url).await.unwrap();
        assert_eq!(ids, ["p3"], "{url}");
    }
    assert_eq!(aging.problems(), [""; 0]);
}
