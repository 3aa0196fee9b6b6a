//! Mail that waits, stored with its cause and taken by one at a time.

use cresset_base::{Limits, Timestamp};

use super::grants::app;
use super::world::World;
use crate::consent::Ticket;
use crate::grant::{App, Hashed};
use crate::mail::{Claimed, Mail};
use crate::store::Error;
use crate::user::{Ending, Role, User};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    a_message_is_stored_with_its_cause(fresh()).await;
    one_at_a_time_takes_a_message(fresh()).await;
    messages_are_bounded(fresh()).await;
}

fn at(minute: u32) -> Timestamp {
    format!("2026-01-02T12:{minute:02}:00Z").parse().unwrap()
}

fn mail(id: &str, minute: u32) -> Mail {
    Mail {
        id: id.to_owned(),
        to: "zoe@example.org".to_owned(),
        subject: "A new password — Zoë".to_owned(),
        text: "Follow\nthis.".to_owned(),
        posted: at(minute),
    }
}

fn ticket(number: u8) -> Ticket {
    Ticket {
        hash: Hashed([number; 32]),
        content: "{}".to_owned(),
        expires: at(50),
    }
}

fn zoe() -> User {
    User {
        id: "u1".to_owned(),
        login: "zoe".to_owned(),
        name: "Zoë Bell".to_owned(),
        role: Role::Clinician,
        email: Some("zoe@example.org".to_owned()),
        password: None,
        fhir_user: None,
        patients: Vec::new(),
        enabled: true,
        created: at(0),
        revision: 0,
        second_factor: None,
    }
}

async fn a_message_is_stored_with_its_cause(world: World) {
    let store = &world.store;
    let with = Some(mail("m1", 1));
    store.add_ticket(ticket(1), with, at(1)).await.unwrap();
    store.add_user(zoe()).await.unwrap();
    let nobody = User {
        id: "u9".to_owned(),
        ..zoe()
    };
    for (user, id, expect) in [(zoe(), "m2", true), (nobody, "m3", false)] {
        let with = Some(mail(id, 2));
        let changed = store.update_user(user, Ending::Nothing, with).await;
        assert_eq!(changed.unwrap(), expect);
    }
    assert_eq!(store.count_mail().await.unwrap(), 2);
    store.add_app(app("c1")).await.unwrap();
    for (client_id, id, expect) in [("c1", "m4", true), ("c9", "m5", false)] {
        let changed = store.update_app(app(client_id), Some(mail(id, 3))).await;
        assert_eq!(changed.is_ok(), expect, "{changed:?}");
    }
    assert_eq!(store.count_mail().await.unwrap(), 3);
}

async fn one_at_a_time_takes_a_message(world: World) {
    let store = &world.store;
    for (number, id, minute) in [(1, "b", 2), (2, "a", 1), (3, "c", 9)] {
        let with = Some(mail(id, minute));
        store.add_ticket(ticket(number), with, at(0)).await.unwrap();
    }
    let claim = async |now, until| store.claim_mail(at(now), at(until)).await.unwrap();
    let taken = |id, minute, tries| {
        let mail = mail(id, minute);
        Some(Claimed { mail, tries })
    };
    assert_eq!(claim(0, 5).await, None, "none is due yet");
    assert_eq!(claim(3, 5).await, taken("a", 1, 1), "what is due longest");
    assert_eq!(claim(3, 6).await, taken("b", 2, 1));
    assert_eq!(claim(4, 6).await, None, "both are taken");
    assert_eq!(claim(5, 8).await, taken("a", 1, 2), "the taker died");
    store.delay_mail("a", at(7)).await.unwrap();
    store.delay_mail("gone", at(7)).await.unwrap();
    store.drop_mail("b").await.unwrap();
    store.drop_mail("b").await.unwrap();
    assert_eq!(claim(6, 20).await, None, "it waits");
    assert_eq!(claim(8, 20).await, taken("a", 1, 3));
    assert_eq!(claim(9, 20).await, taken("c", 9, 1));
    assert_eq!(store.count_mail().await.unwrap(), 2);
}

async fn messages_are_bounded(world: World) {
    let store = &world.store;
    store.add_user(zoe()).await.unwrap();
    for number in 0..Limits::default().mails_waiting_max {
        let with = Some(mail(&format!("m{number}"), 1));
        store
            .update_user(zoe(), Ending::Nothing, with)
            .await
            .unwrap();
    }
    store.add_app(app("c1")).await.unwrap();
    let changed = App {
        name: "Another".to_owned(),
        ..app("c1")
    };
    let refused = store.update_app(changed, Some(mail("y", 1))).await;
    assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    let kept = store.lookup_app("c1").await.unwrap();
    assert_eq!(kept, Some(app("c1")), "nobody was told: nothing is changed");
    let refused = store.add_ticket(ticket(1), Some(mail("x", 1)), at(1)).await;
    assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    assert_eq!(store.lookup_ticket(Hashed([1; 32])).await.unwrap(), None);
    store.drop_mail("m0").await.unwrap();
    let again = store.add_ticket(ticket(1), Some(mail("x", 1)), at(1)).await;
    again.unwrap();
}
