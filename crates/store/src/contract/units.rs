//! Quantities in whatever unit they were written in.

use super::search::observations;
use super::world::World;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    commensurable(fresh()).await;
    parts_of_composites(fresh()).await;
}

fn ucum(value: &str, code: &str) -> String {
    format!(
        r#"{{"value":{value},"unit":"{code}","system":"http://unitsofmeasure.org","code":"{code}"}}"#
    )
}

fn value(value: &str, code: &str) -> String {
    format!(
        r#""code":{{"text":"x"}},"valueQuantity":{}"#,
        ucum(value, code)
    )
}

async fn commensurable(world: World) {
    let elsewhere =
        r#""code":{"text":"x"},"valueQuantity":{"value":5400,"system":"urn:units","code":"ug"}"#;
    observations(
        &world,
        &[
            ("mg", &value("5.4", "mg")),
            ("ug", &value("5400", "ug")),
            ("g", &value("0.02", "g")),
            ("volume", &value("5.4", "mL")),
            ("warm", &value("98.6", "[degF]")),
            ("cold", &value("35.5", "Cel")),
            ("odd", &value("5.4", "no-unit")),
            ("elsewhere", elsewhere),
        ],
    )
    .await;
    let ucum = "http://unitsofmeasure.org";
    for (asked, expect) in [
        (format!("5.4|{ucum}|mg"), vec!["mg", "ug"]),
        (format!("5400|{ucum}|ug"), vec!["mg", "ug"]),
        (format!("gt5.4|{ucum}|mg"), vec!["g"]),
        (format!("ge0.0054|{ucum}|g"), vec!["g", "mg", "ug"]),
        (format!("lt10|{ucum}|mg"), vec!["mg", "ug"]),
        (format!("ne5.4|{ucum}|mg"), vec!["g"]),
        (format!("ap19|{ucum}|mg"), vec!["g"]),
        (format!("37.0|{ucum}|Cel"), vec!["warm"]),
        (format!("lt36|{ucum}|Cel"), vec!["cold"]),
        (format!("5.4|{ucum}|no-unit"), vec!["odd"]),
        // Without its system a code is compared as it was written.
        ("5400||ug".to_owned(), vec!["elsewhere", "ug"]),
        ("5400|urn:units|ug".to_owned(), vec!["elsewhere"]),
    ] {
        let url = format!("Observation?value-quantity={asked}");
        world.check(&url, &expect).await;
    }
    world
        .check_order(
            &format!("Observation?value-quantity=gt1|{ucum}|mg&_sort=-_lastUpdated&_count=1"),
            &["g", "ug", "mg"],
        )
        .await;
    // A unit that comes later is asked in as well.
    observations(&world, &[("later", &value("0.0000054", "kg"))]).await;
    let url = format!("Observation?value-quantity=5.4|{ucum}|mg");
    world.check(&url, &["later", "mg", "ug"]).await;
}

async fn parts_of_composites(world: World) {
    let of = |code: &str, quantity: String| {
        format!(
            r#""code":{{"coding":[{{"system":"urn:x","code":"{code}"}}]}},"valueQuantity":{quantity}"#
        )
    };
    observations(
        &world,
        &[
            ("a", &of("weight", ucum("70", "kg"))),
            ("b", &of("weight", ucum("70000", "g"))),
            ("c", &of("height", ucum("70", "kg"))),
            ("d", &of("weight", ucum("80", "kg"))),
        ],
    )
    .await;
    let asked = |value: &str| {
        format!("Observation?code-value-quantity=urn:x|weight${value}|http://unitsofmeasure.org|kg")
    };
    world.check(&asked("70"), &["a", "b"]).await;
    world.check(&asked("gt75"), &["d"]).await;
    world.check(&asked("le80"), &["a", "b", "d"]).await;
}
