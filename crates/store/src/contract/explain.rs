//! How a search is answered.

use cresset_access::Access;

use super::world::{World, everything, query, scopes};
use crate::explain::Explanation;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    told(fresh()).await;
}

async fn explained(world: &World, access: &Access, url: &str) -> Explanation {
    let query = query(url);
    world.store.explain(access, &[query], None).await.unwrap()
}

fn observation(n: usize) -> String {
    let patient = if n.is_multiple_of(50) { "ann" } else { "bob" };
    format!(
        r#"{{"resourceType":"Observation","id":"o{n}","status":"final","code":{{"coding":[{{"system":"urn:s","code":"pulse"}}]}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2023-05-{:02}"}}"#,
        n % 28 + 1
    )
}

async fn told(world: World) {
    let bodies: Vec<String> = (0..200).map(observation).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    for some in bodies.chunks(50) {
        world.put(some).await;
    }
    world
        .put(&[r#"{"resourceType":"Patient","id":"ann","name":[{"family":"Secretive"}]}"#])
        .await;
    let all = everything();
    // The rarer of two criteria brings the candidates, and the other is asked of them.
    let url = "Observation?code=pulse&subject=Patient/ann&_total=accurate";
    let told = explained(&world, &all, url).await;
    let plan = &told.plans[0];
    assert_eq!(told.plans.len(), 1);
    assert_eq!(plan.resource_type, "Observation");
    assert_eq!(plan.driver, "those by subject", "{plan:?}");
    assert_eq!(plan.checks, ["code"]);
    assert_eq!((told.matches, told.total), (4, Some(4)));
    assert!(told.rows_visited >= 4, "{told:?}");
    assert!(!told.database.is_empty());
    // A page that fills early does not look at everything.
    let told = explained(&world, &all, "Observation?_sort=-date&_count=5").await;
    let plan = &told.plans[0];
    assert_eq!(plan.driver, "every Observation, along the values of -date");
    assert_eq!(plan.order, "in the order of -date as the index has it");
    assert_eq!(told.matches, 5);
    assert!(told.rows_visited >= 5, "{told:?}");
    // What a caller is restricted to is part of the plan.
    let of_ann = scopes("patient/Observation.rs", Some("ann"));
    let told = explained(&world, &of_ann, "Observation?code=pulse").await;
    let plan = &told.plans[0];
    let named = format!("{} {:?}", plan.driver, plan.checks);
    assert!(named.contains("the compartment of a patient"), "{named}");
    assert_eq!(told.matches, 4);
    // Names of parameters, along references too, and no value.
    let url = "Observation?subject:Patient.family=secretive&_lastUpdated=gt2001";
    let told = explained(&world, &all, url).await;
    assert_eq!(told.matches, 4);
    let text = serde_json::to_string(&told).unwrap();
    for name in ["subject", "family", "_lastUpdated"] {
        assert!(text.contains(name), "{text}");
    }
    assert!(!text.to_lowercase().contains("secretive"), "{text}");
    // What cannot match is not looked for.
    let told = explained(&world, &all, "Observation?code=unheard").await;
    assert_eq!((told.plans.len(), told.rows_visited), (0, 0));
}
