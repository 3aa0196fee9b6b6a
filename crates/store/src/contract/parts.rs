//! Parameters that two others make up together, of which no rows are kept.

use super::search::observations;
use super::world::{World, put, scopes};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    found_by_parts(fresh()).await;
    sorted_by_parts(fresh()).await;
    restricted_by_parts(fresh()).await;
    changed_parts(fresh()).await;
}

fn quantity(value: &str) -> String {
    format!(
        r#""valueQuantity":{{"value":{value},"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}"#
    )
}

fn code(code: &str) -> String {
    format!(r#""code":{{"coding":[{{"system":"urn:c","code":"{code}","display":"Said {code}"}}]}}"#)
}

/// A value of its own, one within, both, none.
async fn people(world: &World) {
    let own = format!("{},{}", code("x"), quantity("120"));
    let within = format!(
        r#"{},"subject":{{"reference":"Patient/p"}},"component":[{{{},{}}},{{{}}}]"#,
        code("y"),
        code("x"),
        quantity("80"),
        code("z")
    );
    let both = format!(
        r#"{},{},"component":[{{{},{}}}]"#,
        code("z"),
        quantity("200"),
        code("w"),
        quantity("40")
    );
    let none = r#""code":{"text":"said x"}"#;
    let each = [
        ("own", own.as_str()),
        ("within", &within),
        ("both", &both),
        ("none", none),
    ];
    observations(world, &each).await;
    world.put(&[r#"{"resourceType":"Patient","id":"p"}"#]).await;
}

async fn found_by_parts(world: World) {
    people(&world).await;
    world
        .check_each(&[
            ("Observation?combo-code=x", &["own", "within"]),
            (
                "Observation?combo-code=urn:c|x,w",
                &["own", "within", "both"],
            ),
            ("Observation?combo-code=z", &["within", "both"]),
            ("Observation?combo-code=z&combo-code=y", &["within"]),
            ("Observation?code=x", &["own"]),
            ("Observation?component-code=x", &["within"]),
            ("Observation?combo-code:not=x", &["both", "none"]),
            (
                "Observation?combo-code:not=nobody",
                &["own", "within", "both", "none"],
            ),
            (
                "Observation?combo-code:text=said x",
                &["own", "within", "none"],
            ),
            ("Observation?combo-code:missing=true", &["none"]),
            (
                "Observation?combo-code:missing=false",
                &["own", "within", "both"],
            ),
            ("Observation?combo-value-quantity=gt100", &["own", "both"]),
            (
                "Observation?combo-value-quantity=lt100",
                &["within", "both"],
            ),
            (
                "Observation?combo-value-quantity=lt100||mm[Hg]",
                &["within", "both"],
            ),
            ("Observation?combo-value-quantity=lt100||kg", &[]),
            ("Observation?combo-value-quantity:missing=true", &["none"]),
            ("Observation?combo-code-value-quantity=x$lt100", &["within"]),
            (
                "Observation?combo-code-value-quantity=x$gt10",
                &["own", "within"],
            ),
            ("Observation?combo-code-value-quantity=z$gt10", &["both"]),
            (
                "Observation?_filter=combo-code eq w or combo-code eq y",
                &["within", "both"],
            ),
            (
                "Observation?subject:Patient._id=p&combo-code=z",
                &["within"],
            ),
            ("Patient?_has:Observation:patient:combo-code=z", &["p"]),
            ("Patient?_has:Observation:patient:combo-code=w", &[]),
        ])
        .await;
}

async fn sorted_by_parts(world: World) {
    people(&world).await;
    for count in [1, 2, 100] {
        for (sort, expect) in [
            ("combo-value-quantity", ["both", "within", "own", "none"]),
            ("-combo-value-quantity", ["both", "own", "within", "none"]),
            ("combo-code", ["both", "own", "within", "none"]),
            // Two have z as their last: the one that came later goes first.
            ("-combo-code", ["both", "within", "own", "none"]),
        ] {
            let url = format!("Observation?_sort={sort}&_count={count}");
            world.check_order(&url, &expect).await;
        }
    }
}

async fn restricted_by_parts(world: World) {
    people(&world).await;
    let access = scopes("system/Observation.rs?combo-code=urn:c|x", None);
    world
        .check_as(&access, "Observation", &["own", "within"])
        .await;
    world
        .check_as(&access, "Observation?combo-code=z", &["within"])
        .await;
}

async fn changed_parts(world: World) {
    people(&world).await;
    let body = |rest: &str| {
        format!(r#"{{"resourceType":"Observation","id":"within","status":"final",{rest}}}"#)
    };
    let changed = body(&format!("{},{}", code("v"), quantity("10")));
    let all = super::world::everything();
    world.change(&all, put(&changed)).await.unwrap();
    world
        .check_each(&[
            ("Observation?combo-code=x", &["own"]),
            ("Observation?combo-code=v", &["within"]),
            ("Observation?combo-value-quantity=lt20", &["within"]),
        ])
        .await;
}
