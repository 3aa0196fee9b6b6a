//! Links by which developers register apps.

use cresset_base::Timestamp;

use super::world::World;
use crate::grant::{App, AppDetails, Hashed};
use crate::registration::{Along, Handle, Registration, Request, Stage};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    a_registration_is_kept_and_found(fresh()).await;
    a_step_is_taken_once(fresh()).await;
    an_app_comes_with_its_approval(fresh()).await;
    a_secret_is_given_to_an_app_that_is_there(fresh()).await;
}

const LINK: Hashed = Hashed([1; 32]);
const STATUS: Hashed = Hashed([2; 32]);

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn registration(id: &str, day: u8) -> Registration {
    let created = instant(&format!("2026-01-{day:02}T12:00:00.123Z"));
    Registration {
        id: id.to_owned(),
        note: "Ann of Beacon".to_owned(),
        created,
        created_by: "u1".to_owned(),
        expires: instant("2026-03-01T12:00:00Z"),
        request: None,
        stage: Stage::Open,
        decision: None,
        client_id: None,
    }
}

fn at(stage: Stage, before: Registration) -> Registration {
    Registration { stage, ..before }
}

fn app(secret: Option<Hashed>) -> App {
    App {
        client_id: "c1".to_owned(),
        name: "Beacon".to_owned(),
        secret,
        scopes: "system/*.rs".to_owned(),
        grant_types: vec!["client_credentials".to_owned()],
        patient_tokens: false,
        registered: instant("2026-01-02T12:00:00.123Z"),
        enabled: true,
        details: AppDetails::default(),
    }
}

async fn a_registration_is_kept_and_found(world: World) {
    let store = &world.store;
    let (first, second) = (registration("r1", 1), registration("r2", 2));
    store.add_registration(first.clone(), LINK).await.unwrap();
    let other = Hashed([9; 32]);
    store.add_registration(second.clone(), other).await.unwrap();
    assert_eq!(
        store.lookup_registration("r1").await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(store.lookup_registration("r9").await.unwrap(), None);
    let by = async |handle| store.find_registration(handle).await.unwrap();
    assert_eq!(by(Handle::Link(LINK)).await, Some(first.clone()));
    assert_eq!(by(Handle::Status(LINK)).await, None);
    let newest = store.list_registrations(1).await.unwrap();
    assert_eq!(newest, [second]);
    let asked = Registration {
        request: Some(Request {
            at: instant("2026-01-03T12:00:00Z"),
            name: "Beacon".to_owned(),
            contact: "Ann".to_owned(),
            email: "ann@beacon.example".to_owned(),
            purpose: "Reminders".to_owned(),
            scopes: "system/*.rs".to_owned(),
            grant_types: vec!["client_credentials".to_owned()],
            details: AppDetails::default(),
        }),
        ..at(Stage::Submitted, first)
    };
    let status = Along::Status(STATUS);
    assert!(
        store
            .advance_registration(Stage::Open, asked.clone(), status)
            .await
            .unwrap()
    );
    for handle in [Handle::Link(LINK), Handle::Status(STATUS)] {
        assert_eq!(by(handle).await, Some(asked.clone()));
    }
}

async fn a_step_is_taken_once(world: World) {
    let store = &world.store;
    let first = registration("r1", 1);
    store.add_registration(first.clone(), LINK).await.unwrap();
    let withdrawn = at(Stage::Withdrawn, first.clone());
    let step = |to: Registration| store.advance_registration(Stage::Open, to, Along::Nothing);
    assert!(step(withdrawn.clone()).await.unwrap());
    assert!(!step(at(Stage::Submitted, first)).await.unwrap());
    assert!(!step(registration("r9", 1)).await.unwrap());
    assert_eq!(
        store.lookup_registration("r1").await.unwrap(),
        Some(withdrawn)
    );
}

async fn an_app_comes_with_its_approval(world: World) {
    let store = &world.store;
    let first = at(Stage::Submitted, registration("r1", 1));
    store.add_registration(first.clone(), LINK).await.unwrap();
    let approved = at(Stage::Approved, first.clone());
    let along = Along::App(Box::new(app(None)));
    let late = store
        .advance_registration(Stage::Open, approved.clone(), along.clone())
        .await;
    assert!(!late.unwrap());
    assert_eq!(store.lookup_app("c1").await.unwrap(), None);
    let timely = store
        .advance_registration(Stage::Submitted, approved, along)
        .await;
    assert!(timely.unwrap());
    assert_eq!(store.lookup_app("c1").await.unwrap(), Some(app(None)));
}

async fn a_secret_is_given_to_an_app_that_is_there(world: World) {
    let store = &world.store;
    let approved = Registration {
        client_id: Some("c1".to_owned()),
        ..at(Stage::Approved, registration("r1", 1))
    };
    store
        .add_registration(approved.clone(), LINK)
        .await
        .unwrap();
    let collected = at(Stage::Collected, approved.clone());
    let collect = || {
        let along = Along::Secret(Hashed([7; 32]));
        store.advance_registration(Stage::Approved, collected.clone(), along)
    };
    assert!(!collect().await.unwrap());
    assert_eq!(
        store.lookup_registration("r1").await.unwrap(),
        Some(approved)
    );
    store.add_app(app(Some(Hashed([3; 32])))).await.unwrap();
    assert!(collect().await.unwrap());
    assert_eq!(
        store.lookup_app("c1").await.unwrap(),
        Some(app(Some(Hashed([7; 32]))))
    );
    assert!(!collect().await.unwrap());
}
