//! What a caller may see and do, on every way in.

use cresset_access::Access;

use super::world::{World, draft, everything, id, of, put, query, scopes};
use crate::Error;
use crate::store::{Found, HistoryAsk};
use crate::write::{Change, Precondition, Refusal, Written};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    nothing_is_forbidden_everywhere(fresh()).await;
    a_patient_sees_their_compartment_only(fresh()).await;
    granular_scopes_narrow_every_answer(fresh()).await;
    several_filters_give_their_union(fresh()).await;
    writes_stay_within_the_access(fresh()).await;
    a_refusal_tells_another_patients_from_nothing_never(fresh()).await;
    a_deletion_is_told_to_whose_it_was(fresh()).await;
    a_change_begins_from_what_may_be_updated(fresh()).await;
}

fn observation(name: &str, patient: &str, category: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{name}","status":"final","category":[{{"coding":[{{"system":"urn:cat","code":"{category}"}}]}}],"code":{{"coding":[{{"code":"x"}}]}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2023-01-01"}}"#
    )
}

async fn fill(world: &World) {
    for patient in ["a", "b"] {
        world
            .put(&[&format!(
                r#"{{"resourceType":"Patient","id":"{patient}","active":true}}"#
            )])
            .await;
        for category in ["lab", "vital"] {
            world
                .put(&[&observation(
                    &format!("{patient}-{category}"),
                    patient,
                    category,
                )])
                .await;
        }
    }
    world
        .put(&[r#"{"resourceType":"Practitioner","id":"dr","active":true}"#])
        .await;
    world.put(&[r#"{"resourceType":"Patient","id":"c","active":true,"link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]}"#]).await;
}

async fn nothing_is_forbidden_everywhere(world: World) {
    fill(&world).await;
    let none = scopes("patient/Observation.rs", None);
    let other = scopes("user/Condition.cruds", None);
    for access in [&none, &other] {
        let patient = of("Patient");
        let forbidden = |error: Option<Error>| {
            assert!(matches!(error, Some(Error::Forbidden(..))), "{error:?}");
        };
        forbidden(world.store.read(access, patient, &id("a")).await.err());
        forbidden(
            world
                .store
                .version(access, patient, &id("a"), 1)
                .await
                .err(),
        );
        forbidden(
            world
                .store
                .history(access, patient, &id("a"), HistoryAsk::default())
                .await
                .err(),
        );
        forbidden(
            world
                .store
                .search(access, &query("Patient"), None)
                .await
                .err(),
        );
        forbidden(
            world
                .store
                .commit(access, vec![put(r#"{"resourceType":"Patient","id":"a"}"#)])
                .await
                .err(),
        );
        let delete = Change::Delete(patient, id("a"), Precondition::default());
        forbidden(world.store.commit(access, vec![delete]).await.err());
        assert!(world.store.counts(access).await.unwrap().is_empty());
    }
}

async fn a_patient_sees_their_compartment_only(world: World) {
    fill(&world).await;
    let a = scopes("patient/*.rs", Some("a"));
    for url in [
        "Observation",
        "Observation?code=x",
        "Observation?status=final&_sort=-date&_count=1",
        "Observation?date=ge2020",
        "Observation?code:not=y",
        "Observation?date:missing=false",
    ] {
        world.check_as(&a, url, &["a-lab", "a-vital"]).await;
    }
    world.check_as(&a, "Observation?patient=b", &[]).await;
    world
        .check_as(&a, "Observation?_id=b-lab,a-lab", &["a-lab"])
        .await;
    world.check_as(&a, "Patient", &["a"]).await;
    world.check_as(&a, "Patient?active=true", &["a"]).await;
    world.check_as(&a, "Practitioner", &["dr"]).await;
    for (name, seen) in [
        ("Observation/a-lab", true),
        ("Observation/b-lab", false),
        ("Patient/a", true),
        ("Patient/b", false),
        ("Patient/c", false),
    ] {
        let found = world.read(&a, name).await;
        assert_eq!(matches!(found, Found::Version(_)), seen, "{name}");
        assert!(seen || found == Found::Absent, "{name}");
    }
    let counts = world.store.counts(&a).await.unwrap();
    assert_eq!(
        counts,
        [
            (of("Observation"), 2),
            (of("Patient"), 1),
            (of("Practitioner"), 1)
        ]
    );
    let stranger = scopes("patient/*.rs", Some("nobody"));
    world.check_as(&stranger, "Observation", &[]).await;
}

async fn granular_scopes_narrow_every_answer(world: World) {
    fill(&world).await;
    let labs = scopes("user/Observation.rs?category=urn:cat|lab", None);
    world
        .check_as(&labs, "Observation", &["a-lab", "b-lab"])
        .await;
    world
        .check_as(&labs, "Observation?patient=a", &["a-lab"])
        .await;
    world
        .check_as(&labs, "Observation?category=vital", &[])
        .await;
    assert_eq!(
        world.read(&labs, "Observation/a-vital").await,
        Found::Absent
    );
    assert!(matches!(
        world.read(&labs, "Observation/a-lab").await,
        Found::Version(_)
    ));
    assert_eq!(
        world.store.counts(&labs).await.unwrap(),
        [(of("Observation"), 2)]
    );
    let own = scopes("patient/Observation.rs?category=urn:cat|lab", Some("a"));
    world.check_as(&own, "Observation", &["a-lab"]).await;
    let foreign = scopes("user/Observation.rs?category=urn:other|lab", None);
    world.check_as(&foreign, "Observation", &[]).await;
}

async fn several_filters_give_their_union(world: World) {
    fill(&world).await;
    let both = scopes(
        "user/Observation.rs?category=urn:cat|lab user/Observation.rs?category=urn:cat|vital",
        None,
    );
    world
        .check_as(
            &both,
            "Observation",
            &["a-lab", "a-vital", "b-lab", "b-vital"],
        )
        .await;
    let mixed = scopes(
        "patient/Observation.rs user/Observation.rs?category=urn:cat|lab",
        Some("a"),
    );
    world
        .check_as(&mixed, "Observation", &["a-lab", "a-vital", "b-lab"])
        .await;
    world
        .check_as(&mixed, "Observation?patient=b&_sort=date", &["b-lab"])
        .await;
    let own = scopes(
        "patient/Observation.rs?category=urn:cat|lab patient/Observation.rs?category=urn:cat|vital",
        Some("a"),
    );
    world
        .check_as(&own, "Observation", &["a-lab", "a-vital"])
        .await;
}

async fn refused(world: &World, access: &Access, change: Change) -> Refusal {
    world.refusal(access, change).await
}

async fn writes_stay_within_the_access(world: World) {
    fill(&world).await;
    let a = scopes("patient/Observation.cruds", Some("a"));
    let create = |name: &str, patient: &str| {
        Change::Create(id(name), draft(&observation(name, patient, "lab")))
    };
    assert_eq!(
        refused(&world, &a, create("new", "b")).await,
        Refusal::Forbidden
    );
    assert!(matches!(
        world.change(&a, create("new", "a")).await,
        Ok(Written::Created(_))
    ));
    assert_eq!(
        refused(&world, &a, put(&observation("b-lab", "a", "lab"))).await,
        Refusal::Absent
    );
    assert_eq!(
        refused(&world, &a, put(&observation("a-lab", "b", "lab"))).await,
        Refusal::Forbidden
    );
    assert!(matches!(
        world
            .change(&a, put(&observation("a-lab", "a", "vital")))
            .await,
        Ok(Written::Updated(_))
    ));
    let delete = |name: &str| Change::Delete(of("Observation"), id(name), Precondition::default());
    assert!(matches!(
        world.change(&a, delete("b-lab")).await,
        Ok(Written::NothingToDelete)
    ));
    assert!(matches!(
        world.read(&everything(), "Observation/b-lab").await,
        Found::Version(_)
    ));
    assert!(matches!(
        world.change(&a, delete("a-vital")).await,
        Ok(Written::Deleted(_))
    ));
    let updates_only = scopes("user/Observation.u", None);
    assert_eq!(
        refused(
            &world,
            &updates_only,
            put(&observation("fresh", "a", "lab"))
        )
        .await,
        Refusal::Forbidden
    );
    world
        .check("Observation?patient=b", &["b-lab", "b-vital"])
        .await;
}

/// What is another patient's, was, and never was: one answer for all three.
async fn a_refusal_tells_another_patients_from_nothing_never(world: World) {
    fill(&world).await;
    let delete = |name: &str, precondition: Precondition| {
        Change::Delete(of("Observation"), id(name), precondition)
    };
    let gone = delete("b-vital", Precondition::default());
    world.change(&everything(), gone).await.unwrap();
    let a = scopes("patient/Observation.cruds", Some("a"));
    let meant = |if_match: Option<Vec<u64>>, may_create: bool| Precondition {
        if_match,
        may_create,
        ..Precondition::default()
    };
    let unmatched = Refusal::PreconditionFailed;
    for (patient, precondition, expect) in [
        ("a", meant(None, false), Refusal::Absent),
        ("b", meant(None, false), Refusal::Absent),
        ("a", meant(Some(vec![1]), false), unmatched),
        ("a", meant(Some(vec![7]), true), unmatched),
        ("b", meant(Some(vec![1]), true), unmatched),
        ("b", meant(None, true), Refusal::Forbidden),
    ] {
        for name in ["b-lab", "b-vital", "never"] {
            let body = draft(&observation(name, patient, "lab"));
            let change = Change::Update(id(name), body, precondition.clone());
            let refusal = refused(&world, &a, change).await;
            assert_eq!(refusal, expect, "{name} {patient} {precondition:?}");
        }
    }
    for name in ["b-lab", "b-vital", "never"] {
        let change = delete(name, meant(Some(vec![1]), false));
        assert_eq!(refused(&world, &a, change).await, unmatched, "{name}");
        let change = delete(name, meant(None, false));
        let done = world.change(&a, change).await;
        assert!(matches!(done, Ok(Written::NothingToDelete)), "{name}");
    }
    world.check("Observation?patient=b", &["b-lab"]).await;
}

/// Who could have updated a resource is told that it was deleted; whoever's it was before that is not.
async fn a_deletion_is_told_to_whose_it_was(world: World) {
    fill(&world).await;
    world.put(&[&observation("b-lab", "a", "lab")]).await;
    world.put(&[&observation("b-lab", "b", "lab")]).await;
    for name in ["a-lab", "b-lab"] {
        let gone = Change::Delete(of("Observation"), id(name), Precondition::default());
        world.change(&everything(), gone).await.unwrap();
    }
    let a = scopes("patient/Observation.cruds", Some("a"));
    let b = scopes("patient/Observation.cruds", Some("b"));
    for (access, name, patient, expect) in [
        (&a, "a-lab", "a", Refusal::Deleted),
        (&a, "b-lab", "a", Refusal::Absent),
        (&b, "a-lab", "b", Refusal::Absent),
        (&b, "b-lab", "b", Refusal::Deleted),
        (&b, "never", "b", Refusal::Absent),
    ] {
        let body = draft(&observation(name, patient, "lab"));
        let change = Change::Update(id(name), body, Precondition::default());
        assert_eq!(
            refused(&world, access, change).await,
            expect,
            "{name} {patient}"
        );
    }
    // Also where it is deleted by the same unit.
    let gone = Change::Delete(of("Observation"), id("b-vital"), Precondition::default());
    let body = draft(&observation("b-vital", "b", "lab"));
    let again = Change::Update(id("b-vital"), body, Precondition::default());
    let unit = world.store.commit(&b, vec![gone, again]).await;
    assert!(
        matches!(unit, Err(Error::Refused(1, Refusal::Deleted))),
        "{unit:?}"
    );
}

async fn a_change_begins_from_what_may_be_updated(world: World) {
    fill(&world).await;
    let a = scopes("patient/Observation.cruds", Some("a"));
    let updates_only = scopes("user/Observation.u", None);
    for (access, name, is_there) in [
        (&updates_only, "b-lab", true),
        (&a, "a-lab", true),
        (&a, "b-lab", false),
    ] {
        let basis = world
            .store
            .basis(access, of("Observation"), &id(name))
            .await;
        let found = matches!(basis.unwrap(), Found::Version(_));
        assert_eq!(found, is_there, "{name}");
    }
    let reads_only = scopes("user/Observation.rs", None);
    let basis = world
        .store
        .basis(&reads_only, of("Observation"), &id("b-lab"))
        .await;
    assert!(matches!(basis, Err(Error::Forbidden(..))), "{basis:?}");
}
