//! People, their browsers, and what they allowed apps.

use cresset_base::Timestamp;

use super::world::World;
use crate::consent::{Code, Consent, Consumed, InContext, Redeemed, RefreshToken, Ticket};
use crate::grant::{Hashed, Token};
use crate::session::{Proof, Session};
use crate::user::{Ending, Role, SecondFactor, User};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    people_are_kept(fresh()).await;
    sessions_are_kept_and_ended(fresh()).await;
    a_consent_is_kept_and_revoked(fresh()).await;
    a_code_is_used_once(fresh()).await;
    a_refresh_token_is_exchanged_once(fresh()).await;
    ending_a_person_ends_what_they_began(fresh()).await;
    ending_the_sessions_of_a_person_leaves_what_they_allowed(fresh()).await;
    nothing_outlives_its_person(fresh()).await;
    tickets_are_kept_and_taken_once(fresh()).await;
}

pub(super) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    instant("2026-01-02T12:00:00.123Z")
}

pub(super) fn user(id: &str, login: &str) -> User {
    User {
        id: id.to_owned(),
        login: login.to_owned(),
        name: "Zoë Bell".to_owned(),
        role: Role::Patient,
        email: Some("zoe@example.org".to_owned()),
        password: Some("$argon2id$".to_owned()),
        fhir_user: Some("Patient/p".to_owned()),
        patients: vec!["p".to_owned()],
        enabled: true,
        created: noon(),
        revision: 0,
        second_factor: None,
    }
}

/// These people, each signed in under the hash of their place.
async fn signed_in(world: &World, people: &[&str]) {
    for (number, id) in (1..).zip(people) {
        assert!(world.store.add_user(user(id, id)).await.unwrap());
        assert!(begin(world, session(number, id)).await);
    }
}

async fn begin(world: &World, session: Session) -> bool {
    let long_ago = instant("2025-01-01T00:00:00Z");
    let begun = world.store.add_session(session, 0, long_ago).await;
    begun.unwrap()
}

/// Adds a consent of somebody who is signed in under this number.
async fn allow(world: &World, consent: Consent, code: Code, number: u8) -> bool {
    let session = Hashed([number; 32]);
    let added = world.store.add_consent(consent, code, session).await;
    added.unwrap()
}

fn consent(id: &str, user: &str) -> Consent {
    Consent {
        id: id.to_owned(),
        user: user.to_owned(),
        client_id: "c1".to_owned(),
        scopes: "patient/*.rs".to_owned(),
        context: InContext {
            patient: Some("p".to_owned()),
            need_patient_banner: Some(true),
            ..InContext::default()
        },
        authenticated: noon(),
        proof: Some(Proof::Passkey),
        granted: noon(),
        last_used: None,
        revoked: None,
    }
}

fn code(number: u8, consent: &str) -> Code {
    Code {
        hash: Hashed([number; 32]),
        consent: consent.to_owned(),
        redirect_uri: "https://app.example/cb".to_owned(),
        challenge: Some("challenge".to_owned()),
        nonce: None,
        key: Some("thumbprint".to_owned()),
        expires: instant("2026-01-02T12:01:00.123Z"),
    }
}

fn session(number: u8, user: &str) -> Session {
    Session {
        hash: Hashed([number; 32]),
        user: user.to_owned(),
        authenticated: noon(),
        proof: (number == 1).then_some(Proof::PasswordAndPasskey),
        last_used: noon(),
    }
}

fn token(number: u8, consent: &str, issued: Timestamp) -> Token {
    Token {
        hash: Hashed([number; 32]),
        client_id: "c1".to_owned(),
        scopes: "patient/*.rs".to_owned(),
        patient: Some("p".to_owned()),
        consent: Some(consent.to_owned()),
        issued,
        expires: instant("2026-01-02T13:00:00Z"),
        key: None,
    }
}

fn refresh(number: u8, consent: &str) -> RefreshToken {
    RefreshToken {
        hash: Hashed([number; 32]),
        consent: consent.to_owned(),
        scopes: "patient/*.rs".to_owned(),
        issued: noon(),
        expires: None,
        used: None,
        key: Some(Hashed([7; 32])),
    }
}

async fn people_are_kept(world: World) {
    let store = &world.store;
    let zoe = user("u1", "zoe");
    assert!(store.add_user(zoe.clone()).await.unwrap());
    for taken in [user("u1", "other"), user("u2", "zoe")] {
        assert!(!store.add_user(taken).await.unwrap());
    }
    assert!(store.add_user(user("u2", "ann")).await.unwrap());
    assert_eq!(store.lookup_user("u1").await.unwrap(), Some(zoe.clone()));
    assert_eq!(store.find_user("zoe").await.unwrap(), Some(zoe.clone()));
    assert_eq!(store.find_user("u1").await.unwrap(), None);
    let changed = User {
        name: "Zoe".to_owned(),
        enabled: false,
        second_factor: Some(SecondFactor {
            salt: Some("salt".to_owned()),
            since: noon(),
            recovery: vec!["one".to_owned(), "two".to_owned()],
            passkeys: Vec::new(),
        }),
        ..zoe.clone()
    };
    assert!(
        store
            .update_user(changed.clone(), Ending::Nothing, None)
            .await
            .unwrap()
    );
    assert_eq!(
        store.list_users().await.unwrap(),
        [user("u2", "ann"), changed.clone()]
    );
    let taken = User {
        login: "ann".to_owned(),
        ..changed
    };
    for refused in [taken, user("u9", "nobody")] {
        assert!(
            !store
                .update_user(refused, Ending::Nothing, None)
                .await
                .unwrap()
        );
    }
}

async fn sessions_are_kept_and_ended(world: World) {
    let store = &world.store;
    for id in ["u1", "u2", "u3"] {
        store.add_user(user(id, id)).await.unwrap();
    }
    for number in 1..=4 {
        assert!(begin(&world, session(number, "u1")).await);
    }
    assert!(begin(&world, session(9, "u2")).await);
    let later = instant("2026-01-02T12:10:00Z");
    store.touch_session(Hashed([1; 32]), later).await.unwrap();
    let touched = Session {
        last_used: later,
        ..session(1, "u1")
    };
    assert_eq!(
        store.lookup_session(Hashed([1; 32])).await.unwrap(),
        Some(touched)
    );
    assert!(store.end_session(Hashed([2; 32])).await.unwrap());
    assert!(!store.end_session(Hashed([2; 32])).await.unwrap());
    let ended = store.end_sessions("u1", Some(Hashed([1; 32]))).await;
    assert_eq!(ended.unwrap(), 2);
    let is_there = async |number: u8| {
        let found = store.lookup_session(Hashed([number; 32])).await;
        found.unwrap().is_some()
    };
    assert!(is_there(1).await && is_there(9).await);
    assert!(!is_there(2).await && !is_there(3).await && !is_there(4).await);
    let next_day = instant("2026-01-03T12:00:00Z");
    let begun = store.add_session(session(5, "u3"), 0, next_day).await;
    assert!(begun.unwrap());
    assert!(!is_there(1).await && !is_there(9).await && is_there(5).await);
}

async fn a_consent_is_kept_and_revoked(world: World) {
    let store = &world.store;
    signed_in(&world, &["u1", "u2"]).await;
    let (first, later) = (consent("k1", "u1"), instant("2026-01-02T13:00:00Z"));
    let second = Consent {
        granted: later,
        ..consent("k2", "u1")
    };
    assert!(allow(&world, first.clone(), code(1, "k1"), 1).await);
    assert!(allow(&world, second.clone(), code(2, "k2"), 1).await);
    assert!(allow(&world, consent("k3", "u2"), code(3, "k3"), 2).await);
    assert_eq!(
        store.lookup_consent("k1").await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(store.lookup_consent("k9").await.unwrap(), None);
    assert_eq!(
        store.list_consents("u1").await.unwrap(),
        [second.clone(), first.clone()]
    );
    assert!(store.revoke_consent("k1", later).await.unwrap());
    assert!(!store.revoke_consent("k1", later).await.unwrap());
    assert!(!store.revoke_consent("k9", later).await.unwrap());
    let revoked = Consent {
        revoked: Some(later),
        ..first
    };
    assert_eq!(store.lookup_consent("k1").await.unwrap(), Some(revoked));
    assert_eq!(store.list_consents("u1").await.unwrap(), [second]);
}

async fn a_code_is_used_once(world: World) {
    let store = &world.store;
    signed_in(&world, &["u1"]).await;
    assert!(allow(&world, consent("k1", "u1"), code(1, "k1"), 1).await);
    let consume = async |number: u8| {
        let consumed = store.consume_code(Hashed([number; 32]), noon()).await;
        consumed.unwrap()
    };
    let redeemed = |consent| Redeemed {
        code: code(1, "k1"),
        consent: Some(consent),
    };
    let alive = consent("k1", "u1");
    assert_eq!(consume(1).await, Consumed::First(redeemed(alive.clone())));
    assert!(store.revoke_consent("k1", noon()).await.unwrap());
    let ended = Consent {
        revoked: Some(noon()),
        ..alive
    };
    assert_eq!(consume(1).await, Consumed::Again(redeemed(ended)));
    assert_eq!(consume(2).await, Consumed::Unknown);
    // A day later it is forgotten.
    let later = Consent {
        granted: instant("2026-01-03T13:00:00Z"),
        ..consent("k2", "u1")
    };
    assert!(allow(&world, later, code(3, "k2"), 1).await);
    assert_eq!(consume(1).await, Consumed::Unknown);
}

async fn a_refresh_token_is_exchanged_once(world: World) {
    let store = &world.store;
    signed_in(&world, &["u1"]).await;
    assert!(allow(&world, consent("k1", "u1"), code(1, "k1"), 1).await);
    let first = token(1, "k1", noon());
    store
        .add_tokens(first.clone(), Some(refresh(2, "k1")))
        .await
        .unwrap();
    assert_eq!(store.lookup_token(first.hash).await.unwrap(), Some(first));
    let known = store.lookup_refresh_token(Hashed([2; 32])).await;
    assert_eq!(known.unwrap(), Some(refresh(2, "k1")));
    let later = instant("2026-01-02T12:30:00Z");
    let expiring = RefreshToken {
        expires: Some(later),
        ..refresh(4, "k1")
    };
    let rotate = async |used: u8, token: Token, refresh: RefreshToken| {
        let rotated = store.rotate_refresh_token(Hashed([used; 32]), token, refresh);
        rotated.await.unwrap()
    };
    assert!(rotate(2, token(3, "k1", later), expiring.clone()).await);
    assert!(!rotate(2, token(5, "k1", later), refresh(6, "k1")).await);
    assert!(!rotate(9, token(5, "k1", later), refresh(6, "k1")).await);
    assert_eq!(store.lookup_token(Hashed([5; 32])).await.unwrap(), None);
    let lookup = async |number: u8| {
        let found = store.lookup_refresh_token(Hashed([number; 32])).await;
        found.unwrap()
    };
    assert_eq!(lookup(6).await, None);
    assert_eq!(lookup(2).await.unwrap().used, Some(later));
    assert_eq!(lookup(4).await, Some(expiring));
    let touched = store.lookup_consent("k1").await.unwrap().unwrap();
    assert_eq!(touched.last_used, Some(later));
}

async fn ending_a_person_ends_what_they_began(world: World) {
    let store = &world.store;
    signed_in(&world, &["u1", "u2"]).await;
    for (number, person) in [(1, "u1"), (2, "u2")] {
        let consent = consent(&format!("k{number}"), person);
        let code = code(number, &consent.id);
        assert!(allow(&world, consent, code, number).await);
    }
    let everything = Ending::Everything(noon());
    let nobody = store.update_user(user("u9", "ann"), everything, None).await;
    assert!(!nobody.unwrap(), "there is no such person");
    assert_eq!(store.list_consents("u2").await.unwrap().len(), 1);
    assert!(
        store
            .update_user(user("u1", "u1"), everything, None)
            .await
            .unwrap()
    );
    assert_eq!(store.lookup_session(Hashed([1; 32])).await.unwrap(), None);
    assert!(store.list_consents("u1").await.unwrap().is_empty());
    let ended = store.lookup_consent("k1").await.unwrap().unwrap();
    assert_eq!(ended.revoked, Some(noon()));
    assert!(
        store
            .lookup_session(Hashed([2; 32]))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(store.list_consents("u2").await.unwrap().len(), 1);
}

async fn ending_the_sessions_of_a_person_leaves_what_they_allowed(world: World) {
    let store = &world.store;
    signed_in(&world, &["u1", "u2"]).await;
    assert!(allow(&world, consent("k1", "u1"), code(1, "k1"), 1).await);
    let zoe = user("u1", "u1");
    let ended = store.update_user(zoe.clone(), Ending::Sessions, None).await;
    assert!(ended.unwrap());
    let is_there = async |number: u8| {
        let found = store.lookup_session(Hashed([number; 32])).await;
        found.unwrap().is_some()
    };
    assert!(!is_there(1).await && is_there(2).await);
    assert_eq!(store.list_consents("u1").await.unwrap().len(), 1);
    assert!(!begin(&world, session(3, "u1")).await, "it was revision 0");
    for ending in [Ending::Nothing, Ending::Sessions] {
        let again = store.update_user(zoe.clone(), ending, None).await;
        assert!(!again.unwrap(), "a copy from before");
    }
}

/// What began before everything of a person was ended is not finished after it.
async fn nothing_outlives_its_person(world: World) {
    let store = &world.store;
    signed_in(&world, &["u1", "u2"]).await;
    let (zoe, at) = (user("u1", "u1"), Ending::Everything(noon()));
    assert!(store.update_user(zoe.clone(), at, None).await.unwrap());
    let stored = store.lookup_user("u1").await.unwrap().unwrap();
    assert_eq!(stored.revision, 1);
    assert!(!begin(&world, session(3, "u1")).await, "it was revision 0");
    let again = store.update_user(zoe, Ending::Nothing, None).await;
    assert!(!again.unwrap(), "a copy from before");
    assert!(!allow(&world, consent("k1", "u1"), code(1, "k1"), 1).await);
    assert!(!allow(&world, consent("k1", "u1"), code(1, "k1"), 2).await);
    assert_eq!(store.lookup_consent("k1").await.unwrap(), None);
    let consumed = store.consume_code(Hashed([1; 32]), noon()).await;
    assert_eq!(consumed.unwrap(), Consumed::Unknown);
    let disabled = User {
        enabled: false,
        ..stored
    };
    let disabled = store.update_user(disabled, Ending::Nothing, None).await;
    assert!(disabled.unwrap());
    let long_ago = instant("2025-01-01T00:00:00Z");
    for (person, revision) in [("u1", 1), ("u2", 1), ("u9", 0)] {
        let begun = store.add_session(session(4, person), revision, long_ago);
        assert!(!begun.await.unwrap(), "{person}");
    }
    assert_eq!(store.lookup_session(Hashed([4; 32])).await.unwrap(), None);
}

async fn tickets_are_kept_and_taken_once(world: World) {
    let store = &world.store;
    let ticket = |number: u8| Ticket {
        hash: Hashed([number; 32]),
        content: "{}".to_owned(),
        expires: instant("2026-01-02T12:10:00Z"),
    };
    let later = instant("2026-01-02T13:00:00Z");
    store.add_ticket(ticket(1), None, noon()).await.unwrap();
    store.add_ticket(ticket(2), None, noon()).await.unwrap();
    let changed = Ticket {
        content: "{\"user\":1}".to_owned(),
        ..ticket(1)
    };
    let hash = changed.hash;
    assert!(
        store
            .update_ticket(hash, changed.content.clone())
            .await
            .unwrap()
    );
    assert!(
        !store
            .update_ticket(Hashed([9; 32]), String::new())
            .await
            .unwrap()
    );
    assert_eq!(
        store.lookup_ticket(hash).await.unwrap(),
        Some(changed.clone())
    );
    assert_eq!(store.consume_ticket(hash).await.unwrap(), Some(changed));
    assert_eq!(store.consume_ticket(hash).await.unwrap(), None);
    store.add_ticket(ticket(3), None, later).await.unwrap();
    assert_eq!(store.lookup_ticket(Hashed([2; 32])).await.unwrap(), None);
}
