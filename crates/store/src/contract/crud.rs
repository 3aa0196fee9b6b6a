//! Create, read, update, delete, and what may be asked of the version they meet.

use super::world::{World, body, draft, everything, id, of, put};
use crate::store::{Found, Method};
use crate::write::{Change, Precondition, Refusal, Written};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    a_created_resource_reads_back_stamped(fresh()).await;
    an_identical_update_makes_no_version(fresh()).await;
    deletion_hides_and_recreation_goes_on(fresh()).await;
    preconditions_are_kept(fresh()).await;
    names_tell_resources_apart(fresh()).await;
    bodies_come_back_byte_for_byte(fresh()).await;
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","active":true}"#;

async fn a_created_resource_reads_back_stamped(world: World) {
    let created = world
        .change(&everything(), Change::Create(id("p"), draft(PATIENT)))
        .await
        .unwrap();
    let Written::Created(version) = created else {
        panic!("{created:?}")
    };
    assert_eq!((version.version, version.method), (1, Method::Create));
    let found = world.read(&everything(), "Patient/p").await;
    assert_eq!(found, Found::Version(version.clone()));
    let text = body(&found);
    assert!(
        text.starts_with(
            r#"{"resourceType":"Patient","id":"p","meta":{"versionId":"1","lastUpdated":""#
        ),
        "{text}"
    );
    assert!(text.ends_with(r#""active":true}"#), "{text}");
    assert_eq!(world.read(&everything(), "Patient/q").await, Found::Absent);
    assert_eq!(
        world.read(&everything(), "Observation/p").await,
        Found::Absent
    );
    let again = world
        .refusal(&everything(), Change::Create(id("p"), draft(PATIENT)))
        .await;
    assert_eq!(again, Refusal::Exists);
}

async fn an_identical_update_makes_no_version(world: World) {
    world.put(&[PATIENT]).await;
    (world.advance)(1);
    let same = world.change(&everything(), put(PATIENT)).await.unwrap();
    assert!(
        matches!(&same, Written::Unchanged(v) if v.version == 1),
        "{same:?}"
    );
    let other = PATIENT.replace("true", "false");
    let changed = world.change(&everything(), put(&other)).await.unwrap();
    let Written::Updated(version) = changed else {
        panic!("{changed:?}")
    };
    assert_eq!((version.version, version.method), (2, Method::Update));
    assert!(body(&world.read(&everything(), "Patient/p").await).contains(r#""versionId":"2""#));
    world.check("Patient?active=false", &["p"]).await;
    world.check("Patient?active=true", &[]).await;
}

async fn deletion_hides_and_recreation_goes_on(world: World) {
    let delete = || Change::Delete(of("Patient"), id("p"), Precondition::default());
    let nothing = world.change(&everything(), delete()).await.unwrap();
    assert!(matches!(nothing, Written::NothingToDelete), "{nothing:?}");
    world.put(&[PATIENT]).await;
    let deleted = world.change(&everything(), delete()).await.unwrap();
    assert!(
        matches!(&deleted, Written::Deleted(v) if v.version == 2),
        "{deleted:?}"
    );
    let found = world.read(&everything(), "Patient/p").await;
    assert!(
        matches!(&found, Found::Deleted(v) if v.version == 2 && v.method == Method::Delete),
        "{found:?}"
    );
    world.check("Patient", &[]).await;
    world.check("Patient?active=true", &[]).await;
    assert!(world.store.counts(&everything()).await.unwrap().is_empty());
    let again = world.change(&everything(), delete()).await.unwrap();
    assert!(matches!(again, Written::NothingToDelete), "{again:?}");
    let strict = Change::Update(id("p"), draft(PATIENT), Precondition::default());
    assert_eq!(world.refusal(&everything(), strict).await, Refusal::Deleted);
    let back = world.change(&everything(), put(PATIENT)).await.unwrap();
    assert!(
        matches!(&back, Written::Created(v) if v.version == 3),
        "{back:?}"
    );
    world.check("Patient?active=true", &["p"]).await;
    assert_eq!(
        world.store.counts(&everything()).await.unwrap(),
        [(of("Patient"), 1)]
    );
}

async fn preconditions_are_kept(world: World) {
    let update =
        |body: &str, precondition: Precondition| Change::Update(id("p"), draft(body), precondition);
    let matching = |versions: Vec<u64>| Precondition {
        if_match: Some(versions),
        ..Precondition::default()
    };
    let absent = world
        .refusal(&everything(), update(PATIENT, Precondition::default()))
        .await;
    assert_eq!(absent, Refusal::Absent);
    let unmatched = world
        .refusal(&everything(), update(PATIENT, matching(vec![1])))
        .await;
    assert_eq!(unmatched, Refusal::PreconditionFailed);
    world.put(&[PATIENT]).await;
    let other = PATIENT.replace("true", "false");
    for wrong in [vec![], vec![2], vec![7, 9]] {
        let refusal = world
            .refusal(&everything(), update(&other, matching(wrong)))
            .await;
        assert_eq!(refusal, Refusal::PreconditionFailed);
    }
    let only_new = Precondition {
        if_absent: true,
        may_create: true,
        ..Precondition::default()
    };
    assert_eq!(
        world.refusal(&everything(), update(&other, only_new)).await,
        Refusal::PreconditionFailed
    );
    let Found::Version(first) = world.read(&everything(), "Patient/p").await else {
        panic!("it is there")
    };
    let since = |seconds: i64| Precondition {
        if_unmodified_since: jiff::Timestamp::from_second(first.last_updated.as_second() + seconds)
            .ok(),
        ..Precondition::default()
    };
    assert_eq!(
        world
            .refusal(&everything(), update(&other, since(-1)))
            .await,
        Refusal::PreconditionFailed
    );
    world
        .change(&everything(), update(&other, since(0)))
        .await
        .unwrap();
    world
        .change(&everything(), update(PATIENT, matching(vec![1, 2])))
        .await
        .unwrap();
    let stale = Change::Delete(of("Patient"), id("p"), matching(vec![2]));
    assert_eq!(
        world.refusal(&everything(), stale).await,
        Refusal::PreconditionFailed
    );
    world
        .change(
            &everything(),
            Change::Delete(of("Patient"), id("p"), matching(vec![3])),
        )
        .await
        .unwrap();
}

/// A UUID is stored as its bytes; another spelling of it is another id.
async fn names_tell_resources_apart(world: World) {
    let lower = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    let upper = lower.to_uppercase();
    for (name, active) in [(lower, true), (upper.as_str(), false)] {
        let body = format!(r#"{{"resourceType":"Patient","id":"{name}","active":{active}}}"#);
        world.put(&[&body]).await;
    }
    world.check(&format!("Patient?_id={lower}"), &[lower]).await;
    world
        .check(&format!("Patient?_id={upper},{lower},x"), &[lower, &upper])
        .await;
    assert!(body(&world.read(&everything(), &format!("Patient/{upper}")).await).contains("false"));
}

async fn bodies_come_back_byte_for_byte(world: World) {
    let rest = r#""valueQuantity":{"value":1.00,"unit":"\u00b5g/\"q\"","extension":[{"url":"x","valueDecimal":0.1234567890123456789012345678901234567890}]}}"#;
    let observation = format!(
        r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"é 漢字 😀"}},{rest}"#
    );
    world.put(&[&observation]).await;
    let text = body(&world.read(&everything(), "Observation/o").await);
    assert!(
        text.contains("0.1234567890123456789012345678901234567890")
            && text.contains("1.00")
            && text.contains("漢字 😀"),
        "{text}"
    );
}
