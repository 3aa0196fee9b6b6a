//! The ceremony in which a device signs (Web Authentication §7.2), and what goes wrong with it.

use cresset_base::Limits;
use cresset_store::user::Role;

use super::super::people::PASSWORD;
use super::super::practice::Practice;
use super::device::{Device, Said};
use super::{
    ANSWER, CODE, SECURITY, SHOW, Tamper, add, asked_to_show, post, practice, recovery_codes, send,
    show, shown_in_trail, signed, unchanged, with_mail,
};

/// How a test changes what a device says before it is signed.
type Change = Box<dyn FnOnce(&mut Said)>;

/// Web Authentication §7.2, each check by itself.
#[tokio::test]
async fn every_part_of_an_answer_is_judged() {
    let practice = practice().await;
    practice.person(Role::Patient, "bob", "p2").await;
    let mut device = Device::new("of Ann");
    add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let mut other = Device::new("of Bob");
    add(&mut practice.browser_of("bob").await, &mut other, "phone").await;
    let of_bob = other
        .says(&asked_to_show(&mut practice.browser()).await)
        .user;
    let changes: Vec<(&str, Change)> = vec![
        ("kind", Box::new(|said| said.kind = "webauthn.create")),
        (
            "origin",
            Box::new(|said| said.origin = "https://ehr.example.evil".to_owned()),
        ),
        ("port", Box::new(|said| said.origin += ":8443")),
        ("frame", Box::new(|said| said.cross_origin = true)),
        (
            "party",
            Box::new(|said| said.rp_id = "evil.example".to_owned()),
        ),
        ("nobody there", Box::new(|said| said.flags = 0x04)),
        ("not verified", Box::new(|said| said.flags = 0x01)),
        ("backed up and not", Box::new(|said| said.flags = 0x15)),
        ("a key without one", Box::new(|said| said.flags = 0x45)),
        ("extensions without any", Box::new(|said| said.flags = 0x85)),
        ("counter", Box::new(|said| said.counter = 1)),
        ("another's", Box::new(move |said| said.user = of_bob)),
        (
            "nobody's",
            Box::new(|said| said.user = "dXNyX3g".to_owned()),
        ),
        ("no user", Box::new(|said| said.user = String::new())),
    ];
    for (what, change) in changes {
        let mut browser = practice.browser();
        let answer = show(&mut browser, &mut device, change).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        assert_eq!(browser.get(SECURITY).await.status, 303, "{what}");
        practice.clock.advance_seconds(900);
    }
    assert_eq!(
        show(&mut practice.browser(), &mut device, unchanged)
            .await
            .status,
        303
    );
}

/// A challenge is good once, for five minutes, in the browser that was asked.
#[tokio::test]
async fn an_answer_is_good_once_where_it_was_asked() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let mut browser = practice.browser();
    let page = asked_to_show(&mut browser).await;
    let fields = signed(&mut device, &page);

    let mut another = practice.browser();
    let own = asked_to_show(&mut another).await;
    assert_eq!(
        send(&mut another, (ANSWER, &own), &fields).await.status,
        401
    );
    let used_up = send(&mut browser, (ANSWER, &page), &fields).await;
    assert_eq!(used_up.status, 401, "another browser showed it");

    let page = asked_to_show(&mut browser).await;
    let fields = signed(&mut device, &page);
    assert_eq!(
        send(&mut browser, (ANSWER, &page), &fields).await.status,
        303
    );
    let page = browser.get("/demo/account").await;
    assert_eq!(
        send(&mut browser, (ANSWER, &page), &fields).await.status,
        401,
        "again"
    );

    let mut browser = practice.browser();
    let page = asked_to_show(&mut browser).await;
    let fields = signed(&mut device, &page);
    practice.clock.advance_seconds(5 * 60);
    let late = send(&mut browser, (ANSWER, &page), &fields).await;
    assert_eq!(late.status, 401);
    assert!(late.html().contains("Sign in again from the beginning"));

    let page = asked_to_show(&mut browser).await;
    let mut said = device.says(&page);
    said.challenge = "A".repeat(43);
    let made_up = send(&mut browser, (ANSWER, &page), &device.signed(&said)).await;
    assert_eq!(made_up.status, 401, "never asked");
}

/// What is signed with another key, changed on the way, or not what it must be.
#[tokio::test]
async fn what_was_not_signed_by_the_key_lets_nobody_in() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let impostor = Device::new("of Ann");
    let mut browser = practice.browser();
    let tampered: [Tamper; 7] = [
        |fields| fields[0].1 = "b2YgQm9i".to_owned(),
        |fields| fields[1].1.clear(),
        |fields| fields[2].1.insert(3, 'A'),
        |fields| fields[3].1.insert_str(0, "AAAA"),
        |fields| fields[4].1 = "AAAA".to_owned(),
        |fields| fields[4].1.push('='),
        |fields| fields[3].1 = "A".repeat(60_000),
    ];
    for (number, change) in tampered.iter().enumerate() {
        let page = asked_to_show(&mut browser).await;
        let mut fields = signed(&mut device, &page);
        change(&mut fields);
        let answer = send(&mut browser, (ANSWER, &page), &fields).await;
        assert_eq!(answer.status, 401, "{number}: {answer:?}");
        assert!(answer.html().contains("name=\"password\""), "{number}");
    }
    let page = asked_to_show(&mut browser).await;
    let fields = impostor.signed(&device.says(&page));
    assert_eq!(
        send(&mut browser, (ANSWER, &page), &fields).await.status,
        401
    );
    assert_eq!(show(&mut browser, &mut device, unchanged).await.status, 303);
}

/// Whatever was guessed before, at passwords or at passkeys, the right key passes.
#[tokio::test]
async fn nobody_shuts_a_passkey_out_by_guessing() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    let done = add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let recovery = recovery_codes(&done);
    let mut here = practice.browser();
    let half = here.sign_in("ann", PASSWORD).await;
    for _ in 0..10 {
        let wrong = |said: &mut Said| said.rp_id.clear();
        let answer = show(&mut practice.browser(), &mut device, wrong).await;
        assert_eq!(answer.status, 401);
    }
    let guess = practice.browser().sign_in("ann", "a guess at it").await;
    assert_eq!(guess.status, 429, "wrong ones count like wrong passwords");
    let fields = [("step", half.field("step")), ("code", recovery[0].clone())];
    assert_eq!(send(&mut here, (CODE, &half), &fields).await.status, 303);
    let alone = show(&mut practice.browser(), &mut device, unchanged).await;
    assert_eq!(alone.status, 303);
}

/// A copy of a key is found by its counter, and somebody learns of it.
#[tokio::test]
async fn copies_are_found() {
    let practice = Practice::open().await;
    with_mail(&practice, "ann").await;
    let mut known = practice.browser_of("ann").await;
    let mut device = Device::new("of Ann");
    add(&mut known, &mut device, "phone").await;
    for _ in 0..3 {
        let answer = show(&mut practice.browser(), &mut device, unchanged).await;
        assert_eq!(answer.status, 303);
    }
    for _ in 0..2 {
        device.counter_back_to(1);
        let copied = show(&mut practice.browser(), &mut device, unchanged).await;
        assert_eq!(copied.status, 401);
        assert!(copied.html().contains("there may be a copy"), "{copied:?}");
    }
    let recorded = shown_in_trail(&practice, "login-passkey-copied", "ann").await;
    assert_eq!(recorded, [(401, true); 2]);
    device.counter_back_to(90);
    assert_eq!(show(&mut known, &mut device, unchanged).await.status, 303);
    with_mail(&practice, "bob").await;
    add(
        &mut practice.browser_of("bob").await,
        &mut Device::new("of Bob"),
        "phone",
    )
    .await;
    let letters = practice.letters(3).await;
    let told = letters
        .iter()
        .filter(|text| text.contains("may have been copied"));
    assert_eq!(told.count(), 1, "told once: {letters:?}");
}

#[tokio::test]
async fn a_passkey_of_one_practice_is_nothing_to_another() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let mut browser = practice.browser();
    let form = browser.get("/other/sign-in").await;
    let page = post(&mut browser, ("/other/sign-in/passkey", &form), &[]).await;
    let fields = signed(&mut device, &page);
    let at_other = send(
        &mut browser,
        ("/other/sign-in/passkey/answer", &page),
        &fields,
    )
    .await;
    assert_eq!(at_other.status, 401);
}

#[tokio::test]
async fn a_passkey_of_who_is_shut_out_opens_nothing_until_they_are_let_in() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    practice.auth().disable_user("ann").await.unwrap();
    let alone = show(&mut practice.browser(), &mut device, unchanged).await;
    assert_eq!(alone.status, 401);
    practice.auth().enable_user("ann").await.unwrap();
    let alone = show(&mut practice.browser(), &mut device, unchanged).await;
    assert_eq!(alone.status, 303);
}

#[tokio::test]
async fn an_address_is_asked_only_so_often() {
    let limits = Limits {
        passkey_challenges_max: 3,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |_| {}).await;
    let mut browser = practice.browser();
    for _ in 0..3 {
        asked_to_show(&mut browser).await;
    }
    let form = browser.get("/demo/sign-in").await;
    let refused = post(&mut browser, (SHOW, &form), &[]).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    practice.clock.advance_seconds(60);
    asked_to_show(&mut browser).await;
}
