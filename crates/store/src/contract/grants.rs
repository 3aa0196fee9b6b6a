//! Apps, tokens and keys.

use cresset_access::{Access, ScopeSet};
use cresset_base::{Limits, Secret, Timestamp};

use super::world::{World, draft, everything, id, of};
use crate::grant::{App, AppDetails, Hashed, Token};
use crate::logo::{Logo, LogoForm};
use crate::write::{Change, Precondition};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    apps_are_kept(fresh()).await;
    tokens_are_kept_and_revoked(fresh()).await;
    ended_tokens_are_dropped_a_day_later(fresh()).await;
    a_picture_goes_with_its_app(fresh()).await;
    patients_are_known_as_far_as_they_are_seen(fresh()).await;
    an_assertion_is_used_once(fresh()).await;
    keys_are_given_once(fresh()).await;
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn app(client_id: &str) -> App {
    App {
        client_id: client_id.to_owned(),
        name: "Zoë's app".to_owned(),
        secret: Some(Hashed([7; 32])),
        scopes: "system/*.rs".to_owned(),
        grant_types: vec!["client_credentials".to_owned()],
        patient_tokens: true,
        registered: instant("2026-01-02T03:04:05.678Z"),
        enabled: true,
        details: AppDetails {
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            refresh_days: Some(0),
            ..AppDetails::default()
        },
    }
}

async fn apps_are_kept(world: World) {
    let app = app("c1");
    world.store.add_app(app.clone()).await.unwrap();
    assert!(
        world.store.add_app(app.clone()).await.is_err(),
        "the client_id is taken"
    );
    assert_eq!(
        world.store.lookup_app("c1").await.unwrap(),
        Some(app.clone())
    );
    assert_eq!(world.store.lookup_app("c2").await.unwrap(), None);
    let public = App {
        client_id: "c0".to_owned(),
        name: "A".to_owned(),
        secret: None,
        ..app.clone()
    };
    world.store.add_app(public.clone()).await.unwrap();
    let disabled = App {
        enabled: false,
        patient_tokens: false,
        secret: Some(Hashed([8; 32])),
        ..app
    };
    world
        .store
        .update_app(disabled.clone(), None)
        .await
        .unwrap();
    assert_eq!(
        world.store.list_apps().await.unwrap(),
        [public.clone(), disabled]
    );
    assert!(
        world
            .store
            .update_app(
                App {
                    client_id: "c9".to_owned(),
                    ..public.clone()
                },
                None
            )
            .await
            .is_err()
    );
    assert_eq!(world.store.count_self_registered().await.unwrap(), 0);
    let mut by_itself = App {
        client_id: "c5".to_owned(),
        ..public.clone()
    };
    by_itself.details.registration_token = Some("token".to_owned());
    world.store.add_app(by_itself).await.unwrap();
    assert_eq!(world.store.count_self_registered().await.unwrap(), 1);
    assert!(world.store.remove_app("c1").await.unwrap());
    assert!(!world.store.remove_app("c1").await.unwrap());
    assert_eq!(world.store.lookup_app("c1").await.unwrap(), None);
}

async fn a_picture_goes_with_its_app(world: World) {
    let store = &world.store;
    let logo = |form, byte: u8| Logo {
        form,
        content: vec![0, byte, 255],
    };
    let shown = |client_id: &str, of: Option<&str>| {
        let mut app = app(client_id);
        app.details.logo = of.map(str::to_owned);
        app
    };
    let check = async |app: App, logo: Option<Logo>| {
        let client_id = app.client_id.clone();
        let changed = store.update_app_and_logo(app.clone(), logo.clone()).await;
        changed.unwrap();
        assert_eq!(store.lookup_logo(&client_id).await.unwrap(), logo);
        assert_eq!(store.lookup_app(&client_id).await.unwrap(), Some(app));
    };
    for client_id in ["c1", "c2"] {
        store.add_app(app(client_id)).await.unwrap();
        check(
            shown(client_id, Some("first")),
            Some(logo(LogoForm::Png, 1)),
        )
        .await;
    }
    check(shown("c1", Some("second")), Some(logo(LogoForm::Jpeg, 2))).await;
    check(shown("c1", None), None).await;
    store.remove_app("c2").await.unwrap();
    assert_eq!(store.lookup_logo("c2").await.unwrap(), None);
    let nobodys = store.update_app_and_logo(app("c3"), Some(logo(LogoForm::Png, 3)));
    assert!(nobodys.await.is_err());
    assert_eq!(
        store.lookup_logo("c3").await.unwrap(),
        None,
        "a picture is kept with its app or not at all"
    );
}

async fn tokens_are_kept_and_revoked(world: World) {
    let token = Token {
        hash: Hashed([1; 32]),
        client_id: "c1".to_owned(),
        scopes: "patient/*.rs".to_owned(),
        patient: Some("p".to_owned()),
        consent: Some("k".to_owned()),
        issued: instant("2026-01-02T03:04:05Z"),
        expires: instant("2026-01-02T13:04:05Z"),
        key: Some(Hashed([7; 32])),
    };
    world.store.add_token(token.clone()).await.unwrap();
    assert_eq!(
        world.store.lookup_token(Hashed([1; 32])).await.unwrap(),
        Some(token)
    );
    assert_eq!(
        world.store.lookup_token(Hashed([2; 32])).await.unwrap(),
        None
    );
    assert!(world.store.revoke_token(Hashed([1; 32])).await.unwrap());
    assert!(!world.store.revoke_token(Hashed([1; 32])).await.unwrap());
    assert_eq!(
        world.store.lookup_token(Hashed([1; 32])).await.unwrap(),
        None
    );
}

async fn ended_tokens_are_dropped_a_day_later(world: World) {
    let token = |number: u8, issued: &str, expires: &str| Token {
        hash: Hashed([number; 32]),
        client_id: "c1".to_owned(),
        scopes: "system/*.rs".to_owned(),
        patient: None,
        consent: None,
        issued: instant(issued),
        expires: instant(expires),
        key: None,
    };
    let known = async |number: u8| {
        let found = world.store.lookup_token(Hashed([number; 32])).await;
        found.unwrap().is_some()
    };
    let first = token(1, "2026-01-02T00:00:00Z", "2026-01-02T10:00:00Z");
    let same_day = token(2, "2026-01-03T09:00:00Z", "2026-01-03T19:00:00Z");
    let later = token(3, "2026-01-03T11:00:00Z", "2026-01-03T21:00:00Z");
    world.store.add_token(first).await.unwrap();
    world.store.add_token(same_day).await.unwrap();
    assert!(known(1).await, "ended less than a day ago");
    world.store.add_token(later).await.unwrap();
    assert!(!known(1).await, "ended more than a day ago");
    assert!(known(2).await && known(3).await);
}

async fn patients_are_known_as_far_as_they_are_seen(world: World) {
    let create = |name: &str| {
        let body = format!(r#"{{"resourceType":"Patient","id":"{name}"}}"#);
        Change::Create(id(name), draft(&body))
    };
    let changes = vec![create("a"), create("gone")];
    world.store.commit(&everything(), changes).await.unwrap();
    let delete = Change::Delete(of("Patient"), id("gone"), Precondition::default());
    let deleted = world.store.commit(&everything(), vec![delete]).await;
    deleted.unwrap();
    let own = ScopeSet::parse("patient/Patient.r", &Limits::default()).unwrap();
    let own = Access::from_scopes(&own, Some(id("a")));
    for (access, name, expect) in [
        (everything(), "a", true),
        (everything(), "b", false),
        (everything(), "gone", false),
        (own.clone(), "a", true),
        (own, "gone", false),
    ] {
        let known = world.store.knows_patient(&access, &id(name)).await;
        assert_eq!(known.unwrap(), expect, "{name} {access:?}");
    }
    let nothing = ScopeSet::parse("patient/Patient.r", &Limits::default()).unwrap();
    let nothing = Access::from_scopes(&nothing, None);
    assert!(!world.store.knows_patient(&nothing, &id("a")).await.unwrap());
}

async fn an_assertion_is_used_once(world: World) {
    let at = |minute: u8| instant(&format!("2026-01-02T03:{minute:02}:00Z"));
    let use_it = async |app: &str, id: u8, ends| {
        let used = world.store.consume_assertion(app, Hashed([id; 32]), ends);
        used.await.unwrap()
    };
    assert!(use_it("c1", 1, at(5)).await);
    assert!(!use_it("c1", 1, at(5)).await);
    assert!(!use_it("c1", 1, at(9)).await, "another end is no other id");
    assert!(use_it("c2", 1, at(5)).await, "ids are each app's own");
    assert!(use_it("c1", 2, at(5)).await);
    // Long ended ones are dropped on the way; those of the last hour stay.
    assert!(use_it("c1", 4, instant("2026-01-02T04:04:59Z")).await);
    assert!(!use_it("c1", 1, at(5)).await);
    assert!(use_it("c1", 5, instant("2026-01-02T05:00:00Z")).await);
    assert!(use_it("c1", 1, at(5)).await);
}

async fn keys_are_given_once(world: World) {
    assert!(world.store.secret("page-links").await.unwrap().is_none());
    let first = world
        .store
        .add_secret("page-links", Secret::new(vec![1, 2, 3]))
        .await
        .unwrap();
    let second = world
        .store
        .add_secret("page-links", Secret::new(vec![9]))
        .await
        .unwrap();
    assert_eq!(
        (first.expose(), second.expose()),
        (&vec![1, 2, 3], &vec![1, 2, 3])
    );
    assert_eq!(
        world
            .store
            .secret("page-links")
            .await
            .unwrap()
            .unwrap()
            .expose(),
        &[1, 2, 3]
    );
}
