//! The audit trail.

use cresset_base::Timestamp;

use super::grants::app;
use super::world::{World, draft, everything, id, of};
use crate::audit::{AuditAsk, Recorded};
use crate::note::{Note, deciding};
use crate::write::{Change, Precondition, Unit};
use crate::{AuditRecord, Error, Whose};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    every_record_is_kept_whole_and_in_order(fresh()).await;
    a_refused_change_leaves_no_record(fresh()).await;
    a_change_names_whose_record_it_changed(fresh()).await;
    a_record_goes_with_the_change_it_tells_of(fresh()).await;
    what_is_asked_for_is_found(fresh()).await;
    old_records_are_dropped_and_the_rest_verifies(fresh()).await;
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read_of(name: &str) -> AuditRecord {
    AuditRecord {
        at: instant("2026-01-02T03:04:05.678Z"),
        app: None,
        subject: None,
        interaction: "read".to_owned(),
        resource_type: Some(of("Observation")),
        id: Some(id(name)),
        whose: Whose::default(),
        query: None,
        status: 200,
        times: 1,
        address: None,
        correlation_id: name.to_owned(),
    }
}

async fn trail(world: &World, ask: &AuditAsk) -> Vec<Recorded> {
    world.store.settle().await.unwrap();
    world.store.trail(ask).await.unwrap().records
}

/// The ids of the records asked for, with their numbers.
async fn found(world: &World, ask: &AuditAsk) -> Vec<String> {
    let trail = trail(world, ask).await;
    let shown = trail
        .into_iter()
        .map(|r| format!("{} {}", r.number, r.record.correlation_id));
    shown.collect()
}

async fn every_record_is_kept_whole_and_in_order(world: World) {
    let full = AuditRecord {
        app: Some("app_\"1\"".to_owned()),
        subject: Some("Zoë\n".to_owned()),
        whose: Whose::kept([id("p1")], 0),
        query: Some([255, 2, 3, 4, 5, 6, 7, 8]),
        status: 404,
        times: 12,
        address: Some("2001:db8::1".parse().unwrap()),
        ..read_of("one")
    };
    let bare = AuditRecord {
        resource_type: None,
        id: None,
        whose: Whose::kept([id("p1"), id("p2"), id("p3")], 7),
        ..read_of("two")
    };
    world.store.record(full.clone()).unwrap();
    world.store.record(bare.clone()).unwrap();
    let expect = [(2, bare), (1, full)].map(|(number, record)| Recorded { number, record });
    assert_eq!(trail(&world, &AuditAsk::newest(10)).await, expect);
    // Settling again adds nothing, and a later block goes on counting.
    world.store.record(read_of("three")).unwrap();
    assert_eq!(
        found(&world, &AuditAsk::newest(2)).await,
        ["3 three", "2 two"]
    );
}

async fn a_refused_change_leaves_no_record(world: World) {
    let create = || Change::Create(id("p"), draft(r#"{"resourceType":"Patient","id":"p"}"#));
    let commit = async |name: &str| {
        let (access, record) = (everything(), read_of(name));
        let changes = vec![create()];
        let unit = Unit {
            changes,
            record: Some(record),
            ..Unit::default()
        };
        world.store.commit_unit(&access, unit).await
    };
    commit("one").await.unwrap();
    assert!(matches!(commit("two").await, Err(Error::Refused(..))));
    assert_eq!(found(&world, &AuditAsk::newest(10)).await, ["1 one"]);
}

async fn a_change_names_whose_record_it_changed(world: World) {
    let observation = |subject: &str| {
        draft(&format!(
            r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"c"}},"subject":{{"reference":"Patient/{subject}"}}}}"#
        ))
    };
    let patient = |name: &str| {
        let body = format!(r#"{{"resourceType":"Patient","id":"{name}"}}"#);
        Change::Create(id(name), draft(&body))
    };
    let put = |subject: &str| {
        let precondition = Precondition {
            may_create: true,
            ..Precondition::default()
        };
        Change::Update(id("o"), observation(subject), precondition)
    };
    let delete = || Change::Delete(of("Observation"), id("o"), Precondition::default());
    let units = [
        vec![patient("a"), patient("b"), patient("c")],
        vec![put("a")],
        vec![put("a")],
        vec![put("b")],
        vec![delete()],
        vec![delete()],
    ];
    for changes in units {
        let unit = Unit {
            changes,
            record: Some(read_of("change")),
            ..Unit::default()
        };
        world.store.commit_unit(&everything(), unit).await.unwrap();
    }
    let trail = trail(&world, &AuditAsk::newest(10)).await;
    let named: Vec<Vec<String>> = trail
        .into_iter()
        .rev()
        .map(|r| r.record.whose.named().map(ToString::to_string).collect())
        .collect();
    let expect: [&[&str]; 6] = [&["a", "b", "c"], &["a"], &["a"], &["a", "b"], &["b"], &[]];
    assert_eq!(named, expect);
}

async fn a_record_goes_with_the_change_it_tells_of(world: World) {
    let store = &world.store;
    let note = |name: &'static str| Note::new(move || read_of(name));
    let one = note("one");
    one.along(deciding(store.add_app(app("c1")))).await.unwrap();
    assert!(one.is_kept());
    let refused = note("refused");
    let again = refused.along(deciding(store.add_app(app("c1"))));
    again.await.unwrap_err();
    let unknown = refused.along(deciding(store.remove_app("c9")));
    assert!(!unknown.await.unwrap());
    let beside = refused.along(store.update_app(app("c1"), None));
    beside.await.unwrap();
    assert!(!refused.is_kept(), "it did not happen, or decides nothing");
    let two = note("two");
    let both = async {
        deciding(store.update_app(app("c1"), None)).await?;
        deciding(store.remove_app("c1")).await
    };
    assert!(two.along(both).await.unwrap());
    assert_eq!(
        found(&world, &AuditAsk::newest(10)).await,
        ["2 two", "1 one"]
    );
}

async fn what_is_asked_for_is_found(world: World) {
    for hour in 0..6 {
        let record = AuditRecord {
            at: instant(&format!("2026-01-02T0{hour}:00:00Z")),
            app: Some(format!("app{}", hour % 2)),
            subject: (hour > 3).then(|| "user".to_owned()),
            whose: Whose::kept((hour == 1).then(|| id("p1")), 0),
            ..read_of(&format!("r{hour}"))
        };
        world.store.record(record).unwrap();
        if hour % 2 == 0 {
            world.store.settle().await.unwrap();
        }
    }
    let own = AuditRecord {
        resource_type: Some(of("Patient")),
        ..read_of("p1")
    };
    world.store.record(own).unwrap();
    let check = async |ask: AuditAsk, expect: &[&str]| {
        assert_eq!(found(&world, &ask).await, expect, "{ask:?}");
    };
    let all = || AuditAsk::newest(100);
    let patient = Some(id("p1"));
    check(AuditAsk { patient, ..all() }, &["7 p1", "2 r1"]).await;
    let app = Some("app1".to_owned());
    check(AuditAsk { app, ..all() }, &["6 r5", "4 r3", "2 r1"]).await;
    let subject = Some("user".to_owned());
    check(AuditAsk { subject, ..all() }, &["6 r5", "5 r4"]).await;
    let (from, until) = (
        instant("2026-01-02T01:00:00Z"),
        instant("2026-01-02T03:00:00Z"),
    );
    let between = AuditAsk {
        from: Some(from),
        until: Some(until),
        ..all()
    };
    check(between, &["3 r2", "2 r1"]).await;
    let before = AuditAsk {
        before: Some(4),
        ..AuditAsk::newest(2)
    };
    check(before, &["3 r2", "2 r1"]).await;
    check(AuditAsk::newest(0), &[]).await;
}

async fn old_records_are_dropped_and_the_rest_verifies(world: World) {
    for day in 1..=4 {
        let record = AuditRecord {
            at: instant(&format!("2026-01-0{day}T00:00:00Z")),
            ..read_of(&format!("d{day}"))
        };
        world.store.record(record).unwrap();
        world.store.settle().await.unwrap();
    }
    let drop = async |before: &str| world.store.drop_records(instant(before)).await.unwrap();
    assert_eq!(drop("2026-01-01T00:00:00Z").await, 0);
    assert_eq!(drop("2026-01-03T00:00:00Z").await, 2);
    assert_eq!(found(&world, &AuditAsk::newest(10)).await, ["4 d4", "3 d3"]);
    // The newest block stays, so that the numbers go on.
    assert_eq!(drop("2027-01-01T00:00:00Z").await, 1);
    world.store.record(read_of("later")).unwrap();
    assert_eq!(
        found(&world, &AuditAsk::newest(10)).await,
        ["5 later", "4 d4"]
    );
}
