//! Resources that a List names (`_list`).

use super::world::{World, scopes};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    named(fresh()).await;
    seen(fresh()).await;
}

async fn lists(world: &World) {
    world
        .put(&[
            r#"{"resourceType":"Patient","id":"ann","gender":"female"}"#,
            r#"{"resourceType":"Patient","id":"bob","gender":"male"}"#,
            r#"{"resourceType":"Patient","id":"cem","gender":"male"}"#,
            r#"{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/ann"}}"#,
            r#"{"resourceType":"Observation","id":"b","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/bob"}}"#,
            r#"{"resourceType":"List","id":"men","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/bob"}},{"item":{"reference":"Patient/cem"}},{"item":{"reference":"Patient/gone"}},{"item":{"reference":"Observation/b"}}]}"#,
            r#"{"resourceType":"List","id":"hers","status":"current","mode":"working","subject":{"reference":"Patient/ann"},"entry":[{"item":{"reference":"Patient/ann"}},{"item":{"reference":"Observation/a"}}]}"#,
            r#"{"resourceType":"List","id":"his","status":"current","mode":"working","subject":{"reference":"Patient/bob"},"entry":[{"item":{"reference":"Observation/a"}},{"item":{"reference":"Observation/b"}}]}"#,
        ])
        .await;
}

async fn named(world: World) {
    lists(&world).await;
    world
        .check_each(&[
            ("Patient?_list=men", &["bob", "cem"]),
            ("Patient?_list=List/men", &["bob", "cem"]),
            ("Patient?_list=men,hers", &["ann", "bob", "cem"]),
            ("Patient?_list=men&gender=female", &[]),
            ("Patient?_list=none", &[]),
            ("Observation?_list=his", &["a", "b"]),
            ("Observation?_list=his&_list=men", &["b"]),
            ("Observation?subject:Patient._list=men", &["b"]),
        ])
        .await;
    world
        .check_order("Patient?_list=men&_sort=-_id&_count=1", &["cem", "bob"])
        .await;
    // What a list no longer names is no longer found by it.
    world
        .put(&[r#"{"resourceType":"List","id":"men","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/cem"}}]}"#])
        .await;
    world.check("Patient?_list=men", &["cem"]).await;
}

/// A list tells nothing to who may not see it, and shows nothing they may not see.
async fn seen(world: World) {
    lists(&world).await;
    let ann = scopes("patient/Observation.rs patient/List.rs", Some("ann"));
    world.check_as(&ann, "Observation?_list=hers", &["a"]).await;
    world.check_as(&ann, "Observation?_list=his", &[]).await;
    let bob = scopes("patient/Observation.rs patient/List.rs", Some("bob"));
    world.check_as(&bob, "Observation?_list=his", &["b"]).await;
    let blind = scopes("patient/Observation.rs", Some("bob"));
    world.check_as(&blind, "Observation?_list=his", &[]).await;
}
