//! The index built anew beside readers and writers, by parts, across restarts.

use crate::{Error, Reindexed, Store};

use super::world::{World, everything, query};

/// An instance that can be closed and opened by another program.
pub trait Aging {
    /// Opens it, with parts of two resources.
    fn open(&self) -> World;
    /// Makes it, while it is closed, what it would be if the program that wrote it had known the
    /// parameters with these codes by other rules.
    fn with_other_rules(&self, codes: &[&str]);
    /// The same as if that program had not known a parameter of patients.
    fn without(&self, code: &str);
    /// What is wrong with its index, while it is open: rows that are missing, or too many, and
    /// parameters that are not indexed.
    fn problems(&self) -> Vec<String>;
}

/// All checks, each of an instance of its own.
pub async fn all<A: Aging>(fresh: &impl Fn() -> A) {
    complete_before_searched(&fresh()).await;
    unknown_before(&fresh()).await;
    up_to_date(&fresh()).await;
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
