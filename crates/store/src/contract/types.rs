//! Searches of several types at once.

use super::world::{World, everything, id, names, of, query, scopes};
use crate::write::{Change, Precondition};
use crate::{Cursor, SearchPage};
use cresset_access::Access;
use cresset_search::Query;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    types_come_one_after_the_other(fresh()).await;
    a_common_order_merges_them(fresh()).await;
    a_walk_sees_what_was_there_when_it_began(fresh()).await;
    each_type_has_its_own_restriction(fresh()).await;
}

/// `Patient,Observation?…`, the types in order of their codes.
fn queries(url: &str) -> Vec<Query> {
    let (types, rest) = url.split_once('?').unwrap();
    let mut types: Vec<_> = types.split(',').map(of).collect();
    types.sort_unstable();
    types
        .into_iter()
        .map(|of| query(&format!("{of}?{rest}")))
        .collect()
}

/// Every page there and back; gives the ids in order.
async fn walk(world: &World, access: &Access, url: &str) -> (Vec<String>, Option<u64>) {
    let queries = queries(url);
    let ask = async |at: Option<Cursor>| {
        let page = world.store.search_types(access, &queries, at.as_ref());
        page.await.unwrap()
    };
    let mut page: SearchPage = ask(None).await;
    let total = page.total;
    let mut pages = vec![names(&page)];
    while let Some(next) = page.next {
        page = ask(Some(next)).await;
        assert_eq!(page.total, total, "{url}");
        pages.push(names(&page));
        assert!(pages.len() < 100, "{url}: the walk does not end");
    }
    let there = pages.clone();
    let mut back = vec![pages.pop().unwrap()];
    while let Some(previous) = page.previous {
        page = ask(Some(previous)).await;
        back.insert(0, names(&page));
        assert!(back.len() < 100, "{url}: the walk back does not end");
    }
    assert_eq!(back, there, "{url}: back as there");
    (there.concat(), total)
}

async fn fill(world: &World) {
    for n in 0..3 {
        for body in [
            format!(r#"{{"resourceType":"Patient","id":"p{n}","active":true}}"#),
            format!(
                r#"{{"resourceType":"Observation","id":"o{n}","status":"final","code":{{"coding":[{{"code":"x"}}]}},"subject":{{"reference":"Patient/p{n}"}}}}"#
            ),
            format!(
                r#"{{"resourceType":"Condition","id":"c{n}","code":{{"coding":[{{"code":"x"}}]}},"subject":{{"reference":"Patient/p{n}"}}}}"#
            ),
        ] {
            world.put(&[&body]).await;
            (world.advance)(1);
        }
    }
}

async fn types_come_one_after_the_other(world: World) {
    fill(&world).await;
    for (url, expect) in [
        (
            "Observation,Condition,Patient?_count=2",
            "c0 c1 c2 o0 o1 o2 p0 p1 p2",
        ),
        ("Observation,Condition?_count=1&code=x", "c0 c1 c2 o0 o1 o2"),
        ("Observation,Condition?_count=4&patient=p1", "c1 o1"),
        ("Observation,Condition?code=y", ""),
        ("Device,Observation,Encounter?_count=2", "o0 o1 o2"),
    ] {
        let (ids, total) = walk(&world, &everything(), url).await;
        assert_eq!(ids.join(" "), expect, "{url}");
        assert_eq!(total, Some(ids.len() as u64), "{url}");
    }
}

async fn a_common_order_merges_them(world: World) {
    fill(&world).await;
    for (url, expect) in [
        (
            "Observation,Condition,Patient?_count=2&_sort=_lastUpdated",
            "p0 o0 c0 p1 o1 c1 p2 o2 c2",
        ),
        (
            "Observation,Condition?_count=1&_sort=-_lastUpdated",
            "c2 o2 c1 o1 c0 o0",
        ),
        (
            "Observation,Condition?_count=2&_sort=-patient,_lastUpdated",
            "o2 c2 o1 c1 o0 c0",
        ),
    ] {
        let (ids, _) = walk(&world, &everything(), url).await;
        assert_eq!(ids.join(" "), expect, "{url}");
    }
}

async fn a_walk_sees_what_was_there_when_it_began(world: World) {
    fill(&world).await;
    for sort in ["", "&_sort=_lastUpdated"] {
        let queries = queries(&format!("Observation,Condition,Encounter?_count=2{sort}"));
        let mut page = world
            .store
            .search_types(&everything(), &queries, None)
            .await
            .unwrap();
        let mut seen = names(&page);
        let mut n = 0;
        while let Some(next) = page.next {
            n += 1;
            for body in [
                format!(
                    r#"{{"resourceType":"Condition","id":"later{n}{}","subject":{{"reference":"Patient/p1"}}}}"#,
                    sort.len()
                ),
                format!(
                    r#"{{"resourceType":"Encounter","id":"later{n}{}","status":"finished","class":{{"code":"AMB"}}}}"#,
                    sort.len()
                ),
            ] {
                world.put(&[&body]).await;
            }
            page = world
                .store
                .search_types(&everything(), &queries, Some(&next))
                .await
                .unwrap();
            seen.extend(names(&page));
        }
        seen.sort();
        assert_eq!(seen.join(" "), "c0 c1 c2 o0 o1 o2", "{sort}");
        for kind in ["Condition", "Encounter"] {
            for at in 1..=n {
                let change = Change::Delete(
                    of(kind),
                    id(&format!("later{at}{}", sort.len())),
                    Precondition::default(),
                );
                world.change(&everything(), change).await.unwrap();
            }
        }
    }
}

async fn each_type_has_its_own_restriction(world: World) {
    fill(&world).await;
    let one = scopes("patient/*.rs", Some("p1"));
    let (ids, total) = walk(&world, &one, "Observation,Condition,Patient?_count=2").await;
    assert_eq!((ids.join(" ").as_str(), total), ("c1 o1 p1", Some(3)));
    let some = scopes("patient/Observation.rs user/Condition.rs", Some("p1"));
    let (ids, _) = walk(&world, &some, "Observation,Condition,Patient?_count=2").await;
    assert_eq!(ids.join(" "), "c0 c1 c2 o1");
}
