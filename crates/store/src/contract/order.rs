//! Sorted results.

use super::search::observations;
use super::world::World;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    order(fresh()).await;
    order_by_text(fresh()).await;
}

async fn order(world: World) {
    observations(
        &world,
        &[
            (
                "mid",
                r#""code":{"coding":[{"code":"x"}]},"effectiveDateTime":"2023-05-10""#,
            ),
            ("none", r#""code":{"coding":[{"code":"y"}]}"#),
            (
                "new",
                r#""code":{"coding":[{"code":"x"}]},"effectiveDateTime":"2024-05-10""#,
            ),
            (
                "old",
                r#""code":{"coding":[{"code":"y"}]},"effectiveDateTime":"2020-05-10""#,
            ),
            (
                "tie",
                r#""code":{"coding":[{"code":"w"}]},"effectiveDateTime":"2023-05-10""#,
            ),
        ],
    )
    .await;
    for count in ["1", "2", "3", "100"] {
        let check = |url: String, expect: &'static [&'static str]| {
            let world = &world;
            async move { world.check_order(&url, expect).await }
        };
        check(
            format!("Observation?_count={count}"),
            &["mid", "none", "new", "old", "tie"],
        )
        .await;
        check(
            format!("Observation?_sort=date&_count={count}"),
            &["old", "mid", "tie", "new", "none"],
        )
        .await;
        check(
            format!("Observation?_sort=-date&_count={count}"),
            &["new", "tie", "mid", "old", "none"],
        )
        .await;
        check(
            format!("Observation?code=x,y&_sort=-date&_count={count}"),
            &["new", "mid", "old", "none"],
        )
        .await;
        check(
            format!("Observation?_sort=code,-date&_count={count}"),
            &["tie", "new", "mid", "old", "none"],
        )
        .await;
        check(
            format!("Observation?date=ge2023&_sort=-date&_count={count}"),
            &["new", "tie", "mid"],
        )
        .await;
    }
}

/// Several values: the lowest counts ascending, the highest descending.
async fn order_by_text(world: World) {
    for (id, family) in [("p", "Zed"), ("q", "adams"), ("r", "Brown")] {
        let body = format!(
            r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}","given":["X"]}},{{"family":"Zz{family}"}}]}}"#
        );
        world.put(&[&body]).await;
    }
    world.put(&[r#"{"resourceType":"Patient","id":"s"}"#]).await;
    world
        .check_order("Patient?_sort=family&_count=2", &["q", "r", "p", "s"])
        .await;
    world
        .check_order("Patient?_sort=-family&_count=2", &["p", "r", "q", "s"])
        .await;
}
