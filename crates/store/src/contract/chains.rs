//! References followed: chains and `_has`, and what may be found at their other end.

use super::world::{World, everything, put, query, scopes};
use crate::write::{Change, Precondition};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    chains_follow_references(fresh()).await;
    reverse_chains_ask_who_refers_here(fresh()).await;
    many_candidates_give_the_same_as_few(fresh()).await;
    what_is_deleted_is_not_found(fresh()).await;
    no_hop_reveals_another_patient(fresh()).await;
    long_lists_are_one_question(fresh()).await;
}

fn patient(id: &str, family: &str, doctor: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","active":true,"name":[{{"family":"{family}"}}],"birthDate":"1980-01-01","generalPractitioner":[{{"reference":"Practitioner/{doctor}"}}]}}"#
    )
}

fn observation(id: &str, subject: &str, code: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"coding":[{{"code":"{code}"}}]}},"subject":{{"reference":"{subject}"}},"effectiveDateTime":"2023-01-01"}}"#
    )
}

async fn fill(world: &World) {
    for (id, family) in [("house", "House"), ("grey", "Grey")] {
        world
            .put(&[&format!(
                r#"{{"resourceType":"Practitioner","id":"{id}","active":true,"name":[{{"family":"{family}"}}]}}"#
            )])
            .await;
    }
    for body in [
        patient("a", "Smith", "house"),
        patient("b", "Jones", "grey"),
        r#"{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/b"}}]}"#.to_owned(),
        observation("a1", "Patient/a", "x"),
        observation("a2", "Patient/a", "y"),
        observation("b1", "Patient/b", "x"),
        observation("g1", "Group/g", "x"),
        observation("gone", "Patient/nobody", "x"),
        r#"{"resourceType":"CareTeam","id":"t","subject":{"reference":"Patient/a"},"participant":[{"member":{"reference":"Practitioner/grey"}}]}"#.to_owned(),
        r#"{"resourceType":"Provenance","id":"p","target":[{"reference":"Observation/a1"}],"recorded":"2023-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/house"}}]}"#.to_owned(),
    ] {
        world.put(&[&body]).await;
    }
}

const CHAINS: &[(&str, &[&str])] = &[
    ("Observation?subject:Patient.family=smith", &["a1", "a2"]),
    (
        "Observation?subject.family=smith,jones",
        &["a1", "a2", "b1"],
    ),
    ("Observation?patient.family=jo", &["b1"]),
    ("Observation?patient.family:exact=jones", &[]),
    ("Observation?patient.family=smith&code=x", &["a1"]),
    ("Observation?patient.family=smith&patient.family=jones", &[]),
    ("Observation?patient.birthdate=1980&code=x", &["a1", "b1"]),
    ("Observation?patient._id=a", &["a1", "a2"]),
    (
        "Observation?patient.gender:missing=true",
        &["a1", "a2", "b1"],
    ),
    ("Observation?patient.active:not=false", &["a1", "a2", "b1"]),
    (
        "Observation?patient.general-practitioner=Practitioner/grey",
        &["b1"],
    ),
    (
        "Observation?patient.general-practitioner:Practitioner.family=house",
        &["a1", "a2"],
    ),
    (
        "Observation?patient.general-practitioner:Practitioner.family=house&_sort=-date",
        &["a1", "a2"],
    ),
    (
        "Observation?subject:Group.member:Patient.family=jones",
        &["g1"],
    ),
    ("Observation?subject:Group.type=person", &["g1"]),
    ("Observation?patient.family=nobody", &[]),
];

async fn chains_follow_references(world: World) {
    fill(&world).await;
    world.check_each(CHAINS).await;
}

const REVERSE: &[(&str, &[&str])] = &[
    ("Patient?_has:Observation:patient:code=y", &["a"]),
    ("Patient?_has:Observation:patient:code=x", &["a", "b"]),
    ("Patient?_has:Observation:subject:code=x", &["a", "b"]),
    (
        "Patient?_has:Observation:patient:code=x&_has:Observation:patient:code=y",
        &["a"],
    ),
    (
        "Patient?_has:Observation:patient:code=x&family=jones",
        &["b"],
    ),
    (
        "Patient?_has:CareTeam:subject:participant=Practitioner/grey",
        &["a"],
    ),
    (
        "Patient?_has:Observation:patient:_has:Provenance:target:agent=house",
        &["a"],
    ),
    (
        "Patient?_has:Observation:patient:_has:Provenance:target:agent:Practitioner.family=grey",
        &[],
    ),
    (
        "Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=y",
        &["house"],
    ),
    (
        "Practitioner?_has:CareTeam:participant:patient.family=smith",
        &["grey"],
    ),
    (
        "Observation?patient._has:CareTeam:subject:participant=Practitioner/grey",
        &["a1", "a2"],
    ),
    ("Patient?_has:Observation:patient:_id=b1", &["b"]),
    ("Patient?_has:Observation:patient:code:not=x", &["a"]),
    ("Patient?_has:Condition:patient:code=x", &[]),
];

async fn reverse_chains_ask_who_refers_here(world: World) {
    fill(&world).await;
    world.check_each(REVERSE).await;
}

/// With many resources at either end another driver is chosen.
async fn many_candidates_give_the_same_as_few(world: World) {
    fill(&world).await;
    let mut changes = Vec::new();
    for n in 0..10_000 {
        changes.push(put(&observation(&format!("n{n}"), "Patient/c", "z")));
    }
    changes.push(put(&patient("c", "Many", "nobody")));
    world.store.commit(&everything(), changes).await.unwrap();
    for (url, expect) in CHAINS {
        if !url.contains(":not") && !url.contains("missing") {
            world.check(url, expect).await;
        }
    }
    world.check_each(REVERSE.get(..10).unwrap()).await;
    for (url, expect) in [
        ("Observation?patient.family=many&code=x", 0),
        ("Observation?patient.family=many&_count=100", 10_000),
        ("Observation?patient.active=true&code=z&_sort=-date", 10_000),
        ("Patient?_has:Observation:patient:code=z", 1),
        (
            "Patient?_has:Observation:patient:status=final&_sort=family",
            3,
        ),
        (
            "Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:status=final",
            2,
        ),
    ] {
        let page = world.page(&everything(), url, None).await;
        assert_eq!(page.total, Some(expect), "{url}");
        let shown = query(url).count.min(u32::try_from(expect).unwrap());
        assert_eq!(page.matches.len(), shown as usize, "{url}");
    }
}

async fn what_is_deleted_is_not_found(world: World) {
    fill(&world).await;
    let delete = |name: &str| {
        let (of, id) = name.split_once('/').unwrap();
        Change::Delete(
            super::world::of(of),
            super::world::id(id),
            Precondition::default(),
        )
    };
    world
        .change(&everything(), delete("Patient/a"))
        .await
        .unwrap();
    world
        .check_each(&[
            ("Observation?patient.family=smith", &[]),
            ("Observation?patient.active:not=false", &["b1"]),
            ("Observation?patient._id=a", &[]),
            ("Patient?_has:Observation:patient:code=y", &[]),
            (
                "Practitioner?_has:Patient:general-practitioner:active=true",
                &["grey"],
            ),
        ])
        .await;
    world
        .change(&everything(), delete("Observation/b1"))
        .await
        .unwrap();
    world
        .check_each(&[
            ("Patient?_has:Observation:patient:code=x", &[]),
            ("Observation?patient.family=jones", &[]),
        ])
        .await;
}

async fn no_hop_reveals_another_patient(world: World) {
    fill(&world).await;
    world
        .put(&[
            // Lies in the compartments of both, so that either may ask about the other.
            r#"{"resourceType":"Appointment","id":"both","status":"booked","participant":[{"actor":{"reference":"Patient/a"},"status":"accepted"},{"actor":{"reference":"Patient/b"},"status":"accepted"}]}"#,
        ])
        .await;
    let a = scopes("patient/*.rs", Some("a"));
    for (url, expect) in [
        ("Observation?patient.family=smith", &["a1", "a2"][..]),
        ("Observation?patient.family=jones", &[]),
        ("Appointment?patient.family=smith", &["both"]),
        ("Appointment?patient.family=jones", &[]),
        ("Appointment?patient.active:not=false", &["both"]),
        (
            "Appointment?actor:Patient._has:Observation:patient:code=y",
            &["both"],
        ),
        ("Patient?_has:Observation:patient:code=x", &["a"]),
        (
            "Practitioner?_has:Patient:general-practitioner:family=jones",
            &[],
        ),
        (
            "Practitioner?_has:Patient:general-practitioner:family=smith",
            &["house"],
        ),
        (
            "Practitioner?_has:Patient:general-practitioner:active:not=false",
            &["house"],
        ),
    ] {
        world.check_as(&a, url, expect).await;
        world
            .check_as(&a, &format!("{url}&_sort=-_lastUpdated"), expect)
            .await;
    }
    let only_labels = scopes("user/Observation.rs", None);
    world
        .check_as(&only_labels, "Observation?patient.family=smith", &[])
        .await;
    world
        .check_as(
            &only_labels,
            "Observation?_has:Provenance:target:agent=house",
            &[],
        )
        .await;
    let granular = scopes("user/Patient.rs user/Observation.rs?code=y", None);
    world
        .check_as(
            &granular,
            "Patient?_has:Observation:patient:status=final",
            &["a"],
        )
        .await;
    world
        .check("Patient?_has:Observation:patient:status=final", &["a", "b"])
        .await;
}

async fn long_lists_are_one_question(world: World) {
    fill(&world).await;
    let list =
        |value: &dyn Fn(usize) -> String| (0..2_000).map(value).collect::<Vec<_>>().join(",");
    let ids = list(&|n| format!("n{n}"));
    for (url, expect) in [
        (
            format!("Observation?code=x,{ids}"),
            &["a1", "b1", "g1", "gone"][..],
        ),
        (format!("Observation?code:not=x,{ids}"), &["a2"]),
        (format!("Observation?_id=a2,{ids}"), &["a2"]),
        (format!("Observation?patient=a,{ids}"), &["a1", "a2"]),
        (
            format!("Observation?patient.family=smith,{ids}"),
            &["a1", "a2"],
        ),
        (format!("Observation?patient._id=a,{ids}"), &["a1", "a2"]),
        (format!("Patient?family=smith,{ids}"), &["a"]),
    ] {
        world.check(&url, expect).await;
    }
}
