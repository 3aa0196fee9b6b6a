//! Passkeys stand in their person's row; how they were used stands beside it.

use super::people::{instant, user};
use super::world::World;
use crate::grant::Hashed;
use crate::passkey::PasskeyUse;
use crate::user::{Ending, Passkey, PasskeyAlgorithm, SecondFactor, User};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    they_stand_in_the_row_of_their_person(fresh()).await;
    a_use_counts_beyond_the_one_before(fresh()).await;
}

async fn they_stand_in_the_row_of_their_person(world: World) {
    let store = &world.store;
    let zoe = user("u1", "zoe");
    store.add_user(zoe.clone()).await.unwrap();
    let key = |id: &str, algorithm| Passkey {
        id: id.to_owned(),
        name: "Telefon (blau)".to_owned(),
        algorithm,
        key: "MFkw".to_owned(),
        counter: u32::MAX,
        since: instant("2026-01-02T12:00:00Z"),
        beside: Some("digest".to_owned()),
    };
    let with = User {
        second_factor: Some(SecondFactor {
            salt: None,
            since: instant("2026-01-02T12:00:00Z"),
            recovery: vec!["one".to_owned()],
            passkeys: vec![
                key("k1", PasskeyAlgorithm::Es256),
                key("k2", PasskeyAlgorithm::Rs256),
            ],
        }),
        ..zoe
    };
    let changed = store
        .update_user(with.clone(), Ending::Sessions, None)
        .await;
    assert!(changed.unwrap());
    let stored = User {
        revision: 1,
        ..with
    };
    assert_eq!(store.lookup_user("u1").await.unwrap(), Some(stored));
}

async fn a_use_counts_beyond_the_one_before(world: World) {
    let store = &world.store;
    let (one, two) = (Hashed([1; 32]), Hashed([2; 32]));
    let at = |minute: u8, counter| PasskeyUse {
        counter,
        at: instant(&format!("2026-01-02T12:{minute:02}:00Z")),
    };
    assert_eq!(store.lookup_passkey(one).await.unwrap(), None);
    for (used, expect) in [
        (at(1, 0), true),
        (at(2, 0), true),
        (at(3, 7), true),
        (at(4, 7), false),
        (at(5, 6), false),
        (at(6, 0), false),
        (at(7, u32::MAX), true),
    ] {
        let noted = store.note_passkey(one, used).await.unwrap();
        assert_eq!(noted, expect, "{used:?}");
    }
    assert!(store.note_passkey(two, at(8, 3)).await.unwrap());
    store.forget_passkey(two).await.unwrap();
    assert_eq!(store.lookup_passkey(two).await.unwrap(), None);
    let last = store.lookup_passkey(one).await.unwrap();
    assert_eq!(last, Some(at(7, u32::MAX)));
}
