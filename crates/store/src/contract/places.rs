//! Locations by where they are (`near`).

use super::world::{World, scopes};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    circles(fresh()).await;
    edges(fresh()).await;
}

fn location(id: &str, latitude: &str, longitude: &str) -> String {
    format!(
        r#"{{"resourceType":"Location","id":"{id}","status":"active","position":{{"latitude":{latitude},"longitude":{longitude}}}}}"#
    )
}

async fn put(world: &World, each: &[(&str, &str, &str)]) {
    for (id, latitude, longitude) in each {
        world.put(&[&location(id, latitude, longitude)]).await;
    }
}

async fn circles(world: World) {
    // Ann Arbor, Ypsilanti (10 km), Detroit (57 km), and one nobody knows where.
    put(
        &world,
        &[
            ("ann-arbor", "42.2808", "-83.7430"),
            ("ypsilanti", "42.2411", "-83.6130"),
            ("detroit", "42.3314", "-83.0458"),
        ],
    )
    .await;
    world
        .put(&[r#"{"resourceType":"Location","id":"nowhere","status":"active"}"#])
        .await;
    let centre = "42.2808|-83.7430";
    for (rest, expect) in [
        ("|5|km", vec!["ann-arbor"]),
        ("|13", vec!["ann-arbor", "ypsilanti"]),
        ("|13000|m", vec!["ann-arbor", "ypsilanti"]),
        ("|8|[mi_i]", vec!["ann-arbor", "ypsilanti"]),
        ("|60|km", vec!["ann-arbor", "detroit", "ypsilanti"]),
        ("|56|km", vec!["ann-arbor", "ypsilanti"]),
        ("", vec!["ann-arbor"]),
    ] {
        world
            .check(&format!("Location?near={centre}{rest}"), &expect)
            .await;
    }
    world
        .check_each(&[
            (
                "Location?near=42.2411|-83.6130|1,42.3314|-83.0458|1",
                &["detroit", "ypsilanti"],
            ),
            ("Location?near:missing=true", &["nowhere"]),
            (
                "Location?near=42.2808|-83.7430|60&_id=detroit",
                &["detroit"],
            ),
            ("Location?near=-42.2808|96.2570|60", &[]),
        ])
        .await;
    world
        .check_order(
            "Location?near=42.2808|-83.7430|60&_sort=-_id&_count=2",
            &["detroit", "ypsilanti", "ann-arbor"],
        )
        .await;
    let narrowed = scopes("user/Location.rs?status=inactive", None);
    world
        .check_as(&narrowed, "Location?near=42.2808|-83.7430|60", &[])
        .await;
    // What has moved is no longer found where it was.
    put(&world, &[("ypsilanti", "0", "0")]).await;
    world
        .check_each(&[
            ("Location?near=42.2411|-83.6130|5", &[]),
            ("Location?near=0.01|-0.01|5", &["ypsilanti"]),
        ])
        .await;
}

/// Where degrees end.
async fn edges(world: World) {
    put(
        &world,
        &[
            ("east", "-17.0", "179.9"),
            ("west", "-17.0", "-179.9"),
            ("pole", "90", "0"),
            ("beyond", "89.9", "170"),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Location?near=-17.0|179.95|50", &["east", "west"]),
            ("Location?near=-17.0|-179.95|50", &["east", "west"]),
            ("Location?near=89.9|-10|50", &["beyond", "pole"]),
            ("Location?near=90|100|50", &["beyond", "pole"]),
            (
                "Location?near=0|0|99999",
                &["beyond", "east", "pole", "west"],
            ),
        ])
        .await;
}
