//! Walking a result page by page while it changes.

use super::world::{World, everything, id, names, of, put};
use crate::Cursor;
use crate::write::{Change, Precondition};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    pages_go_forward_and_back(fresh()).await;
    a_walk_sees_what_stays_exactly_once(fresh()).await;
    counts_alone_have_no_matches(fresh()).await;
    a_foreign_cursor_is_refused(fresh()).await;
    many_matches_are_walked_in_order(fresh()).await;
    long_and_short_ranges_are_walked_together(fresh()).await;
}

fn observation(n: u32) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o{n:04}","status":"final","code":{{"coding":[{{"code":"c{}"}}]}},"effectiveDateTime":"{}-{:02}-{:02}","valueQuantity":{{"value":{}}}}}"#,
        n % 3,
        2000 + n % 20,
        n % 12 + 1,
        n % 28 + 1,
        n % 100,
    )
}

async fn fill(world: &World, numbers: std::ops::Range<u32>) {
    let unit: Vec<Change> = numbers.map(|n| put(&observation(n))).collect();
    world.store.commit(&everything(), unit).await.unwrap();
}

async fn pages_go_forward_and_back(world: World) {
    fill(&world, 0..23).await;
    for url in [
        "Observation?_count=5",
        "Observation?code=c1&_count=3",
        "Observation?code=c1,c2&_count=4",
        "Observation?_sort=date&_count=5",
        "Observation?_sort=-date&_count=4",
        "Observation?_sort=-_lastUpdated&_count=7",
        "Observation?date=ge2005&_count=4",
        "Observation?date=ge2005&_sort=date&_count=4",
    ] {
        let mut pages = vec![world.page(&everything(), url, None).await];
        assert!(
            pages[0].previous.is_none(),
            "{url}: the first page has a previous one"
        );
        while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
            pages.push(world.page(&everything(), url, Some(&next)).await);
        }
        assert!(pages.len() > 2, "{url}");
        let mut back = pages.last().unwrap().previous.clone();
        for expect in pages.iter().rev().skip(1) {
            let page = world
                .page(
                    &everything(),
                    url,
                    Some(&back.expect("there is a page before")),
                )
                .await;
            assert_eq!(names(&page), names(expect), "{url}");
            assert!(
                page.next.is_some(),
                "{url}: a page reached from behind has a next one"
            );
            let again = world.page(&everything(), url, page.next.as_ref()).await;
            assert!(!again.matches.is_empty(), "{url}");
            back = page.previous;
        }
        assert!(back.is_none(), "{url}: nothing lies before the first page");
    }
}

async fn a_walk_sees_what_stays_exactly_once(world: World) {
    let urls = [
        "Observation?_count=6",
        "Observation?_sort=-date&_count=6",
        "Observation?status=final&_sort=date&_count=6",
    ];
    for (url, first_new) in urls.into_iter().zip([1000, 2000, 3000]) {
        fill(&world, 0..40).await;
        let mut seen = Vec::new();
        let mut at: Option<Cursor> = None;
        for round in 0.. {
            let page = world.page(&everything(), url, at.as_ref()).await;
            seen.extend(names(&page));
            fill(&world, first_new + round * 5..first_new + 5 + round * 5).await;
            for n in [round, 39 - round] {
                let name = id(&format!("o{n:04}"));
                let gone = Change::Delete(of("Observation"), name, Precondition::default());
                world.change(&everything(), gone).await.unwrap();
            }
            at = page.next;
            if at.is_none() {
                break;
            }
        }
        let rounds = u32::try_from(seen.len().div_ceil(6)).unwrap();
        for n in 0..40 {
            let times = seen
                .iter()
                .filter(|name| **name == format!("o{n:04}"))
                .count();
            let stays = n > rounds && n < 39 - rounds;
            assert!(
                if stays { times == 1 } else { times <= 1 },
                "{url}: o{n:04} was seen {times} times"
            );
        }
        assert!(
            !seen.iter().any(|name| name.as_str() >= "o1000"),
            "{url}: what was created later was seen"
        );
        for n in (0..40).chain(first_new..first_new + 100) {
            let name = id(&format!("o{n:04}"));
            let gone = Change::Delete(of("Observation"), name, Precondition::default());
            world.change(&everything(), gone).await.unwrap();
        }
        world.check("Observation", &[]).await;
    }
}

async fn counts_alone_have_no_matches(world: World) {
    fill(&world, 0..9).await;
    for url in [
        "Observation?_summary=count",
        "Observation?_count=0",
        "Observation?code=c1&_count=0",
    ] {
        let page = world.page(&everything(), url, None).await;
        assert!(
            page.matches.is_empty() && page.next.is_none() && page.previous.is_none(),
            "{url}"
        );
        assert_eq!(
            page.total,
            Some(if url.contains("code") { 3 } else { 9 }),
            "{url}"
        );
    }
    let none = world
        .page(&everything(), "Observation?_total=none", None)
        .await;
    assert_eq!((none.matches.len(), none.total), (9, None));
    let exact = world
        .page(&everything(), "Observation?_total=accurate&_count=2", None)
        .await;
    assert_eq!((exact.matches.len(), exact.total), (2, Some(9)));
}

async fn a_foreign_cursor_is_refused(world: World) {
    fill(&world, 0..3).await;
    let query = super::world::query("Observation");
    for bytes in [vec![], vec![255; 40], b"cursor".to_vec()] {
        let answer = world
            .store
            .search(&everything(), &query, Some(&Cursor(bytes)))
            .await;
        assert!(matches!(answer, Err(crate::Error::BadCursor)), "{answer:?}");
    }
}

/// More candidates than are sorted at once: the result is walked along the index instead, and must
/// be the same.
async fn many_matches_are_walked_in_order(world: World) {
    for start in (0..6_000).step_by(1_000) {
        fill(&world, start..start + 1_000).await;
    }
    let year = |body: &[u8]| {
        let text = String::from_utf8(body.to_vec()).unwrap();
        text.split("effectiveDateTime\":\"").nth(1).unwrap()[..10].to_owned()
    };
    for (url, expect, descending) in [
        ("Observation?_sort=date&_count=700", 6_000, false),
        ("Observation?_sort=-date&_count=700", 6_000, true),
        (
            "Observation?status=final&_sort=-date&_count=700",
            6_000,
            true,
        ),
        (
            "Observation?date=ge2010&_sort=date&_count=700",
            3_000,
            false,
        ),
        ("Observation?date=ge2010&_count=700", 3_000, false),
        (
            "Observation?code-value-quantity=c0$ge0&_count=700",
            2_000,
            false,
        ),
        (
            "Observation?code-value-quantity=c0$ge0&code-value-quantity=c0$lt50&_count=700",
            1_000,
            false,
        ),
        ("Observation?value-quantity=ge50&_count=700", 3_000, false),
        (
            "Observation?code=c0,c1&date=ge2005&_count=700",
            3_000,
            false,
        ),
    ] {
        let mut page = world.page(&everything(), url, None).await;
        assert_eq!(page.total, Some(expect), "{url}");
        let mut ids = names(&page);
        let mut dates: Vec<String> = page.matches.iter().map(|m| year(&m.body)).collect();
        while let Some(next) = page.next {
            page = world.page(&everything(), url, Some(&next)).await;
            ids.extend(names(&page));
            dates.extend(page.matches.iter().map(|m| year(&m.body)));
        }
        if url.contains("_sort") {
            let sorted = if descending {
                dates.iter().rev().is_sorted()
            } else {
                dates.is_sorted()
            };
            assert!(sorted, "{url}: not in order");
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len() as u64, expect, "{url}");
    }
}

/// Whether a result is collected and sorted or walked along its own values, it is the same.
async fn long_and_short_ranges_are_walked_together(world: World) {
    fill(&world, 0..150).await;
    let periods = (0..30).map(|n| {
        let (from, to) = (1990 + n, 1990 + n + n % 3);
        put(&format!(
            r#"{{"resourceType":"Observation","id":"p{n}","status":"final","effectivePeriod":{{"start":"{from}-03-01","end":"{to}-04-01"}}}}"#
        ))
    });
    world
        .store
        .commit(&everything(), periods.collect())
        .await
        .unwrap();
    for date in [
        "ge2005-06",
        "le2005-06",
        "gt2010",
        "lt2010",
        "sa2003",
        "eb2003",
        "2005",
        "ne2005",
    ] {
        let (mut walked, total) = world
            .walk(&everything(), &format!("Observation?date={date}&_count=40"))
            .await;
        let url = format!("Observation?date={date}&_sort=_id&_count=100");
        let (mut collected, same) = world.walk(&everything(), &url).await;
        walked.sort();
        collected.sort();
        assert_eq!(walked, collected, "{date}");
        assert_eq!((total, total), (same, Some(walked.len() as u64)), "{date}");
    }
}
