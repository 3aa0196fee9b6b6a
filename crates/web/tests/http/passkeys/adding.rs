//! The ceremony in which a device makes a key, and what is done with keys after (Web Authentication §7.1).

use cresset_auth::passkey::Attestation;
use cresset_auth::second_factor::SecondFactorError;
use cresset_base::{Limits, Secret};
use cresset_store::grant::ClientType;
use cresset_store::user::Role;

use super::super::launch::{SCOPES, details};
use super::super::people::PASSWORD;
use super::super::practice::Practice;
use super::device::{Device, Said, data};
use super::{
    ADD, CODE, PASSKEYS, REMOVE, SECURITY, Tamper, add, asked_to_make, made, post, practice,
    recovery_codes, send, show, unchanged, with_mail,
};

/// Adding takes the password, and what the device answers is judged (§7.1).
#[tokio::test]
async fn only_what_was_asked_of_a_device_is_added() {
    let practice = practice().await;
    practice.person(Role::Patient, "bob", "p2").await;
    let mut browser = practice.browser_of("ann").await;
    let form = browser.get(PASSKEYS).await;
    let long = "x".repeat(201);
    for (called, password) in [("phone", "a guess"), ("", PASSWORD), (&long, PASSWORD)] {
        let fields = [("called", called), ("password", password)];
        let refused = post(&mut browser, (PASSKEYS, &form), &fields).await;
        assert_eq!(refused.status, 401, "{called}");
        assert!(!refused.html().contains("<script"), "{called}");
    }
    let mut device = Device::new("of Ann");
    let changes: [fn(&mut Said); 7] = [
        |said| said.kind = "webauthn.get",
        |said| said.origin = "https://evil.example".to_owned(),
        |said| said.rp_id = "example".to_owned(),
        |said| said.flags = 0x44,
        |said| said.flags = 0x05,
        |said| said.cross_origin = true,
        |said| said.challenge = "B".repeat(43),
    ];
    for (number, change) in changes.iter().enumerate() {
        let page = asked_to_make(&mut browser, "phone").await;
        let mut said = device.says_to_make(&page);
        change(&mut said);
        let refused = send(&mut browser, (ADD, &page), &device.made(&said)).await;
        assert_eq!(refused.status, 401, "{number}: {refused:?}");
    }
    let tampered: [Tamper; 5] = [
        |fields| fields[0].1 = "b2YgQm9i".to_owned(),
        |fields| fields[3].1 = "AAAA".to_owned(),
        |fields| fields[4].1 = "-257".to_owned(),
        |fields| fields[4].1 = "-8".to_owned(),
        |fields| fields[2].1.truncate(60),
    ];
    for (number, change) in tampered.iter().enumerate() {
        let page = asked_to_make(&mut browser, "phone").await;
        let mut fields = made(&mut device, &page);
        change(&mut fields);
        let refused = send(&mut browser, (ADD, &page), &fields).await;
        assert_eq!(refused.status, 401, "{number}: {refused:?}");
    }
    // What Ann was asked for is nothing in Bob's browser.
    let page = asked_to_make(&mut browser, "phone").await;
    let fields = made(&mut device, &page);
    let mut bob = practice.browser_of("bob").await;
    let own = bob.get(PASSKEYS).await;
    assert_eq!(send(&mut bob, (ADD, &own), &fields).await.status, 401);
    assert!(
        browser
            .get(SECURITY)
            .await
            .html()
            .contains("<strong>off</strong>")
    );
}

#[tokio::test]
async fn a_passkey_is_added_once_and_only_so_many() {
    let limits = Limits {
        passkeys_max: 2,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |_| {}).await;
    practice.person(Role::Clinician, "ann", "1").await;
    let mut browser = practice.browser_of("ann").await;
    let mut device = Device::new("of Ann");
    add(&mut browser, &mut device, "phone").await;
    let page = asked_to_make(&mut browser, "again").await;
    assert_eq!(data(&page, "known"), device.id_text(), "it makes no other");
    let fields = made(&mut device, &page);
    assert_eq!(send(&mut browser, (ADD, &page), &fields).await.status, 401);
    add(&mut browser, &mut Device::new("second"), "key").await;
    let form = browser.get(PASSKEYS).await;
    let fields = [("called", "third"), ("password", PASSWORD)];
    let many = post(&mut browser, (PASSKEYS, &form), &fields).await;
    assert_eq!(many.status, 401);
    assert!(many.html().contains("remove one first"));
}

#[tokio::test]
async fn it_is_removed_with_the_password_and_opens_nothing_then() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let (mut one, mut two) = (Device::new("one"), Device::new("two"));
    let recovery = recovery_codes(&add(&mut browser, &mut one, "phone").await);
    add(&mut browser, &mut two, "key").await;
    let page = browser.get(SECURITY).await;
    let id = one.id_text();
    let guess = [("passkey", &*id), ("password", "a guess")];
    assert_eq!(
        post(&mut browser, (REMOVE, &page), &guess).await.status,
        401
    );
    let right = [("passkey", &*id), ("password", PASSWORD)];
    let removed = post(&mut browser, (REMOVE, &page), &right).await;
    assert_eq!(removed.location(), SECURITY);
    assert_eq!(
        show(&mut practice.browser(), &mut one, unchanged)
            .await
            .status,
        401
    );
    assert_eq!(
        show(&mut practice.browser(), &mut two, unchanged)
            .await
            .status,
        303
    );
    let page = browser.get(SECURITY).await;
    assert!(
        page.html().contains("10 recovery codes"),
        "there is one left"
    );
    let id = two.id_text();
    let last = [("passkey", &*id), ("password", PASSWORD)];
    post(&mut browser, (REMOVE, &page), &last).await;
    assert_eq!(
        practice.browser().sign_in("ann", PASSWORD).await.status,
        303
    );
    // The recovery codes ended with the last one.
    add(&mut browser, &mut Device::new("three"), "new").await;
    let mut later = practice.browser();
    let half = later.sign_in("ann", PASSWORD).await;
    let fields = [("step", half.field("step")), ("code", recovery[0].clone())];
    assert_eq!(send(&mut later, (CODE, &half), &fields).await.status, 401);
}

/// A challenge does not outlive what it rested on, also in the very same browser.
#[tokio::test]
async fn a_key_is_added_only_to_who_the_person_was_when_it_was_asked_for() {
    let practice = practice().await;
    practice.person(Role::Patient, "bob", "p2").await;
    for (login, changes) in [("ann", true), ("bob", false)] {
        let mut browser = practice.browser_of(login).await;
        let page = asked_to_make(&mut browser, "phone").await;
        let fields = made(&mut Device::new(login), &page);
        if changes {
            let same = Secret::new(PASSWORD.to_owned());
            practice.auth().set_password(login, same).await.unwrap();
        }
        let user = practice.store.find_user(login).await.unwrap().unwrap();
        let session = browser
            .cookies
            .iter()
            .find(|(name, _)| name.contains("session"));
        let answer = Attestation {
            id: &fields[0].1,
            client_data: &fields[1].1,
            authenticator_data: &fields[2].1,
            public_key: &fields[3].1,
            algorithm: &fields[4].1,
        };
        let auth = practice.auth();
        let added = auth.add_passkey(&user, &session.unwrap().1, answer).await;
        let is_moved = matches!(added, Err(SecondFactorError::Moved));
        assert_eq!(is_moved, changes, "{login}: {added:?}");
        assert_eq!(added.is_ok(), !changes, "{login}");
    }
}

/// Whoever sits at a browser that was left open and knows the password adds and removes nothing.
#[tokio::test]
async fn changing_what_is_on_takes_both_steps() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let mut device = Device::new("of Ann");
    let recovery = recovery_codes(&add(&mut browser, &mut device, "phone").await);
    let fresh = browser.get(PASSKEYS).await.html();
    assert!(
        !fresh.contains("name=\"second\""),
        "just signed in: {fresh}"
    );
    practice.clock.advance_seconds(10 * 60);
    let form = browser.get(PASSKEYS).await;
    assert!(form.html().contains("name=\"second\""), "{form:?}");
    let id = device.id_text();
    let bare = [
        ("called", "another"),
        ("passkey", &*id),
        ("password", PASSWORD),
    ];
    for path in [PASSKEYS, REMOVE] {
        for second in ["", "123456", "aaaa-bbbb-cccc-dddd"] {
            let fields = [&bare[..], &[("second", second)]].concat();
            let refused = post(&mut browser, (path, &form), &fields).await;
            assert_eq!(refused.status, 401, "{path} {second}");
            let html = refused.html();
            assert!(html.contains("Your second step is on"), "{html}");
            assert!(!html.contains("<script"), "{html}");
        }
    }
    let page = browser.get(SECURITY).await.html();
    assert!(page.contains("10 recovery codes"), "{page}");

    let fields = [&bare[..], &[("second", &*recovery[0])]].concat();
    let page = post(&mut browser, (PASSKEYS, &form), &fields).await;
    let mut another = Device::new("another");
    let added = send(&mut browser, (ADD, &page), &made(&mut another, &page)).await;
    assert_eq!(added.location(), SECURITY);
    let page = browser.get(SECURITY).await;
    let removed = post(&mut browser, (REMOVE, &page), &bare).await;
    assert_eq!(
        removed.location(),
        SECURITY,
        "both steps were taken just now"
    );
    practice.clock.advance_seconds(10 * 60);
    let mut browser = practice.browser();
    show(&mut browser, &mut another, unchanged).await;
    let page = asked_to_make(&mut browser, "third").await;
    assert_eq!(page.status, 200, "a passkey is as good as a code");
}

/// `max_age` counts from when the password was shown, not from when the device answered.
#[tokio::test]
async fn adding_a_passkey_is_no_later_sign_in() {
    let practice = practice().await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut browser = practice.browser_of("ann").await;
    let page = asked_to_make(&mut browser, "phone").await;
    practice.clock.advance_seconds(240);
    let fields = made(&mut Device::new("of Ann"), &page);
    let added = send(&mut browser, (ADD, &page), &fields).await;
    assert_eq!(added.status, 200, "{added:?}");
    let address = app.address(&[("max_age", "239")]);
    let (_, page) = browser.consent_page(&address).await;
    assert_eq!(page.status, 303, "{page:?}");
    assert!(page.location().contains("/sign-in"), "{page:?}");
}

#[tokio::test]
async fn the_person_is_told_by_mail() {
    let practice = Practice::open().await;
    with_mail(&practice, "dan").await;
    let mut browser = practice.browser_of("dan").await;
    add(&mut browser, &mut Device::new("of Dan"), "phone").await;
    let letter = practice.letters(1).await.remove(0);
    assert!(letter.contains("a passkey was added"), "{letter}");
}

/// An administrator helps who lost the device.
#[tokio::test]
async fn passkeys_end_with_a_reset() {
    let practice = practice().await;
    let mut ann = practice.browser_of("ann").await;
    let mut device = Device::new("of Ann");
    add(&mut ann, &mut device, "phone").await;
    practice.auth().reset_second_factor_of("ann").await.unwrap();
    assert_eq!(ann.get(SECURITY).await.status, 303, "signed out");
    let alone = show(&mut practice.browser(), &mut device, unchanged).await;
    assert_eq!(alone.status, 401);
    let signed_in = practice.browser().sign_in("ann", PASSWORD).await;
    assert_eq!(signed_in.status, 303);
}
