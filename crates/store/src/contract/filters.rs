//! Expressions of tests (`_filter`), and the modifiers that look behind a code.

use super::search::observations;
use super::world::{World, scopes};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    expressions(fresh()).await;
    references_in_expressions(fresh()).await;
    operators(fresh()).await;
    texts_of_codes(fresh()).await;
    types_of_identifiers(fresh()).await;
}

async fn people(world: &World) {
    world
        .put(&[
            r#"{"resourceType":"Patient","id":"ann","active":true,"gender":"female","birthDate":"1980-02-03","name":[{"family":"Lee","given":["Ann"]}]}"#,
            r#"{"resourceType":"Patient","id":"bob","gender":"male","birthDate":"1990-05-06","name":[{"family":"Lee","given":["Bob"]}]}"#,
            r#"{"resourceType":"Patient","id":"cem","gender":"male","birthDate":"2001","name":[{"family":"Özleem"}]}"#,
        ])
        .await;
}

async fn expressions(world: World) {
    people(&world).await;
    world
        .check_each(&[
            ("Patient?_filter=gender eq male", &["bob", "cem"]),
            ("Patient?_filter=gender eq male and name eq lee", &["bob"]),
            (
                "Patient?_filter=gender eq female or name eq özleem",
                &["ann", "cem"],
            ),
            ("Patient?_filter=not (gender eq male)", &["ann"]),
            (
                "Patient?_filter=not (gender eq male and name eq bob)",
                &["ann", "cem"],
            ),
            (
                "Patient?_filter=not (not (gender eq male))",
                &["bob", "cem"],
            ),
            (
                "Patient?_filter=name eq nobody or birthdate lt 1985",
                &["ann"],
            ),
            // From left to right, and otherwise in parentheses.
            (
                "Patient?_filter=name eq ann or name eq bob and gender eq male",
                &["bob"],
            ),
            (
                "Patient?_filter=name eq ann or (name eq bob and gender eq male)",
                &["ann", "bob"],
            ),
            (
                "Patient?_filter=active pr true or birthdate eq 2001",
                &["ann", "cem"],
            ),
            ("Patient?_filter=name eq nobody and gender eq male", &[]),
            ("Patient?_filter=gender eq male&birthdate=gt1995", &["cem"]),
        ])
        .await;
    world
        .check_order(
            "Patient?_filter=name co lee&_sort=-birthdate&_count=1",
            &["cem", "bob", "ann"],
        )
        .await;
}

async fn references_in_expressions(world: World) {
    people(&world).await;
    observations(
        &world,
        &[
            (
                "a",
                r#""code":{"text":"x"},"subject":{"reference":"Patient/ann"}"#,
            ),
            (
                "b",
                r#""code":{"text":"x"},"subject":{"reference":"Patient/bob"}"#,
            ),
            (
                "c",
                r#""code":{"text":"x"},"subject":{"reference":"Patient/cem"}"#,
            ),
            ("n", r#""code":{"text":"x"}"#),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Observation?_filter=subject.name eq lee", &["a", "b"]),
            (
                "Observation?_filter=subject[gender eq male].name eq lee",
                &["b"],
            ),
            ("Observation?_filter=not (subject.name eq lee)", &["c", "n"]),
            (
                "Observation?_filter=subject re Patient/ann or subject pr false",
                &["a", "n"],
            ),
            (
                "Observation?patient._filter=gender eq male and name co lee",
                &["b", "c"],
            ),
        ])
        .await;
    // Nothing is told of patients whom the caller may not see.
    let one = scopes("patient/Observation.rs patient/Patient.rs", Some("bob"));
    world
        .check_as(&one, "Observation?_filter=subject.name eq lee", &["b"])
        .await;
    world
        .check_as(&one, "Observation?_filter=not (subject.name eq lee)", &[])
        .await;
    world
        .check_as(
            &one,
            "Observation?_filter=status eq final or subject.name eq ann",
            &["b"],
        )
        .await;
}

async fn operators(world: World) {
    people(&world).await;
    world
        .check_each(&[
            ("Patient?_filter=family eq lee", &["ann", "bob"]),
            ("Patient?_filter=family eq le", &[]),
            ("Patient?_filter=family ne lee", &["cem"]),
            ("Patient?_filter=family sw LE", &["ann", "bob"]),
            ("Patient?_filter=family co lee", &["ann", "bob", "cem"]),
            ("Patient?_filter=family ew ee", &["ann", "bob"]),
            ("Patient?_filter=family ew özleemx", &[]),
            ("Patient?_filter=family ew longer-than-any-name", &[]),
            ("Patient?_filter=given eq \"ann\"", &["ann"]),
            ("Patient?_filter=active ne false", &["ann"]),
            ("Patient?_filter=birthdate ne 1990-05-06", &["ann", "cem"]),
            ("Patient?_filter=birthdate sa 1985", &["bob", "cem"]),
            ("Patient?_filter=birthdate eb 1985", &["ann"]),
            ("Patient?_filter=birthdate po 2001-07", &["cem"]),
            ("Patient?_filter=birthdate eq 2001-07", &[]),
            ("Patient?_filter=active pr false", &["bob", "cem"]),
        ])
        .await;
}

async fn texts_of_codes(world: World) {
    observations(
        &world,
        &[
            (
                "a",
                r#""code":{"coding":[{"code":"1","display":"Heart rate"}],"text":"Pulse"}"#,
            ),
            ("b", r#""code":{"text":"pulsé oximetry"}"#),
            ("c", r#""code":{"coding":[{"code":"pulse"}]}"#),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Observation?code:text=pulse", &["a", "b"]),
            ("Observation?code:text=HEART", &["a"]),
            ("Observation?code:text=rate", &[]),
            ("Observation?code:text=pulse ox,heart", &["a", "b"]),
            ("Observation?code=pulse", &["c"]),
            ("Observation?code:missing=true", &[]),
        ])
        .await;
    // What is no longer said is no longer found.
    observations(&world, &[("a", r#""code":{"coding":[{"code":"1"}]}"#)]).await;
    world.check("Observation?code:text=heart", &[]).await;
}

async fn types_of_identifiers(world: World) {
    world
        .put(&[
            r#"{"resourceType":"Patient","id":"a","identifier":[{"type":{"coding":[{"system":"urn:v2","code":"MR"}]},"system":"urn:x","value":"7"},{"type":{"coding":[{"system":"urn:v2","code":"SS"}]},"value":"8"}]}"#,
            r#"{"resourceType":"Patient","id":"b","identifier":[{"type":{"coding":[{"code":"MR"}]},"value":"7"}]}"#,
            r#"{"resourceType":"Patient","id":"c","identifier":[{"system":"urn:x","value":"7"}]}"#,
        ])
        .await;
    world
        .check_each(&[
            ("Patient?identifier=7", &["a", "b", "c"]),
            ("Patient?identifier:of-type=urn:v2|MR|7", &["a"]),
            ("Patient?identifier:of-type=urn:v2|MR|8", &[]),
            ("Patient?identifier:of-type=urn:v2|SS|8,|MR|7", &["a", "b"]),
            ("Patient?identifier:of-type=urn:v3|MR|7", &[]),
        ])
        .await;
}
