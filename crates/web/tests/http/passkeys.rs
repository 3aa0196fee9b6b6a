//! Signing in with passkeys (Web Authentication): keys of people's devices.

mod device;

use cresset_auth::passkey::Attestation;
use cresset_auth::second_factor::SecondFactorError;
use cresset_auth::user::NewUser;
use cresset_base::{Limits, Secret};
use cresset_store::AuditAsk;
use cresset_store::user::Role;

use cresset_store::grant::ClientType;
use serde_json::json;

use super::launch::{SCOPES, details};
use super::people::{Browser, PASSWORD};
use super::practice::{Answer, Practice};
use super::token_family::claims;
use device::{Device, Said, data};

const SECURITY: &str = "/demo/account/security";
const PASSKEYS: &str = "/demo/account/security/passkeys";
const ADD: &str = "/demo/account/security/passkeys/add";
const REMOVE: &str = "/demo/account/security/passkeys/remove";
const SHOW: &str = "/demo/sign-in/passkey";
const ANSWER: &str = "/demo/sign-in/passkey/answer";
const CODE: &str = "/demo/sign-in/code";

/// How a test changes what a device says before it is signed.
type Change = Box<dyn FnOnce(&mut Said)>;
/// How it changes the form in which that is sent.
type Tamper = fn(&mut Vec<(&'static str, String)>);

async fn practice() -> Practice {
    let practice = Practice::open().await;
    practice.person(Role::Patient, "ann", "p1").await;
    practice
}

async fn post(browser: &mut Browser<'_>, form: (&str, &Answer), fields: &[(&str, &str)]) -> Answer {
    let token = form.1.field("form_token");
    let own = [("form_token", token.as_str())];
    browser.post(form.0, &[&own[..], fields].concat()).await
}

async fn send(
    browser: &mut Browser<'_>,
    form: (&str, &Answer),
    fields: &[(&str, String)],
) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    post(browser, form, &fields).await
}

/// The page on which a device is asked for a new key of this name.
async fn asked_to_make(browser: &mut Browser<'_>, called: &str) -> Answer {
    let form = browser.get(PASSKEYS).await;
    let fields = [("called", called), ("password", PASSWORD)];
    let page = post(browser, (PASSKEYS, &form), &fields).await;
    assert_eq!(page.status, 200, "{page:?}");
    page
}

/// Adds the device's key in a browser in which the person is signed in.
async fn add(browser: &mut Browser<'_>, device: &mut Device, called: &str) -> Answer {
    let page = asked_to_make(browser, called).await;
    let said = device.says_to_make(&page);
    send(browser, (ADD, &page), &device.made(&said)).await
}

fn recovery_codes(page: &Answer) -> Vec<String> {
    let html = page.html();
    let codes = html.split("<code class=\"once\">").skip(1);
    codes
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect()
}

/// The page on which a device is asked for any passkey.
async fn asked_to_show(browser: &mut Browser<'_>) -> Answer {
    let form = browser.get("/demo/sign-in").await;
    let page = post(browser, (SHOW, &form), &[]).await;
    assert_eq!(page.status, 200, "{page:?}");
    page
}

/// Signs in without a password, as the device says it or as it was changed; the answer.
async fn show(
    browser: &mut Browser<'_>,
    device: &mut Device,
    change: impl FnOnce(&mut Said),
) -> Answer {
    let page = asked_to_show(browser).await;
    let mut said = device.says(&page);
    change(&mut said);
    send(browser, (ANSWER, &page), &device.signed(&said)).await
}

fn unchanged(_: &mut Said) {}

#[tokio::test]
async fn a_passkey_signs_its_person_in_without_a_password() {
    let practice = practice().await;
    let mut here = practice.browser_of("ann").await;
    let mut elsewhere = practice.browser_of("ann").await;
    assert!(
        here.get(SECURITY)
            .await
            .html()
            .contains("<strong>off</strong>")
    );
    let mut device = Device::new("of Ann");
    let done = add(&mut here, &mut device, "my <phone>").await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(recovery_codes(&done).len(), 10, "the first way");
    let on = here.get(SECURITY).await.html();
    assert!(on.contains("It is <strong>on</strong>"), "{on}");
    assert!(
        on.contains("my &#60;phone&#62;") && on.contains("not used yet"),
        "{on}"
    );
    assert_eq!(elsewhere.get(SECURITY).await.status, 303, "signed out");

    let mut browser = practice.browser();
    let home = show(&mut browser, &mut device, unchanged).await;
    assert_eq!(home.location(), "/demo/account");
    let account = browser.get(SECURITY).await.html();
    assert!(account.contains("used last"), "{account}");

    // One with a key of RSA that does not count.
    let mut second = Device::with_rsa("second");
    let done = add(&mut browser, &mut second, "a key").await;
    assert_eq!(
        done.location(),
        SECURITY,
        "the recovery codes of before go on"
    );
    for _ in 0..2 {
        let mut browser = practice.browser();
        assert_eq!(show(&mut browser, &mut second, unchanged).await.status, 303);
    }
    assert_noted(&practice).await;
}

async fn assert_noted(practice: &Practice) {
    practice.store.settle().await.unwrap();
    let trail = practice.store.trail(&AuditAsk::newest(100)).await.unwrap();
    let ann = practice.store.find_user("ann").await.unwrap().unwrap().id;
    for (did, status) in [("passkey-added", 200), ("login-passkey", 303)] {
        let is_it = |r: &cresset_store::AuditRecord| {
            r.interaction == did && r.status == status && r.subject.as_ref() == Some(&ann)
        };
        assert!(trail.records.iter().any(|r| is_it(&r.record)), "{did}");
    }
}

/// What the trail says of passkeys that were shown: status, and whether it names the person.
async fn shown_in_trail(practice: &Practice, did: &str, person: &str) -> Vec<(u16, bool)> {
    practice.store.settle().await.unwrap();
    let trail = practice.store.trail(&AuditAsk::newest(100)).await.unwrap();
    let records = trail.records.into_iter().map(|r| r.record);
    let id = practice.store.find_user(person).await.unwrap().unwrap().id;
    records
        .filter(|record| record.interaction == did)
        .map(|record| (record.status, record.subject.as_ref() == Some(&id)))
        .collect()
}

/// Somebody of the staff who can be written to.
async fn with_mail(practice: &Practice, login: &str) {
    let new = NewUser {
        login: login.to_owned(),
        name: format!("Person {login}"),
        role: Role::Clinician,
        email: Some(format!("{login}@example.org")),
        fhir_user: None,
        patients: Vec::new(),
    };
    let password = Secret::new(PASSWORD.to_owned());
    practice.auth().add_user(new, Some(password)).await.unwrap();
}

/// The trail names whose passkey failed, too, also where no password was shown.
#[tokio::test]
async fn a_passkey_that_fails_is_recorded_with_its_person() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let wrong = |said: &mut Said| said.flags = 0x01;
    let answer = show(&mut practice.browser(), &mut device, wrong).await;
    assert_eq!(answer.status, 401);
    let shown = shown_in_trail(&practice, "login-passkey", "ann").await;
    assert_eq!(shown, [(401, true)]);
}

/// Signs in with a password and then the device; the status of the answer.
async fn show_after(practice: &Practice, password: &str, device: &mut Device) -> u16 {
    let mut browser = practice.browser();
    let half = browser.sign_in("ann", password).await;
    let step = half.field("step");
    let page = post(&mut browser, (SHOW, &half), &[("step", &step)]).await;
    let mut fields = signed(device, &page);
    fields.push(("step", step));
    let answer = send(&mut browser, (ANSWER, &page), &fields).await;
    answer.status.as_u16()
}

/// Whoever added a passkey with a stolen password does not outlast the next password.
#[tokio::test]
async fn after_another_password_each_passkey_is_shown_beside_it_first() {
    let practice = Practice::open().await;
    with_mail(&practice, "ann").await;
    let mut thief = practice.browser_of("ann").await;
    let (mut stolen, mut own) = (Device::new("thief"), Device::new("of Ann"));
    let codes = recovery_codes(&add(&mut thief, &mut stolen, "phone").await);
    add(&mut thief, &mut own, "key").await;
    let letter = practice.letters(1).await.remove(0).replace("=\r\n", "");
    for part in [
        "/demo/account/security",
        "/demo/forgot-password",
        "an administrator",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }

    let mut owner = practice.browser();
    let form = owner.get("/demo/forgot-password").await;
    post(
        &mut owner,
        ("/demo/forgot-password", &form),
        &[("login", "ann")],
    )
    .await;
    let letters = practice.letters(3).await.join("").replace("=\r\n", "");
    let (_, link) = letters.split_once("/demo/new-password/").unwrap();
    let link = link.split_whitespace().next().unwrap();
    let new = "another way to say it";
    let auth = practice.auth();
    let chosen = auth.choose_password(link, Secret::new(new.to_owned()));
    chosen.await.unwrap();

    for device in [&mut stolen, &mut own] {
        let alone = show(&mut practice.browser(), device, unchanged).await;
        assert_eq!(alone.status, 401);
        let html = alone.html();
        assert!(html.contains("Your password was changed"), "{html}");
    }
    let mut again = practice.browser();
    assert!(
        again
            .sign_in("ann", PASSWORD)
            .await
            .html()
            .contains("name=\"password\"")
    );
    let recovery = [("code", &*codes[0])];
    let page = again.get("/demo/sign-in").await;
    assert_eq!(post(&mut again, (CODE, &page), &recovery).await.status, 401);

    assert_eq!(show_after(&practice, new, &mut own).await, 303);
    let alone = show(&mut practice.browser(), &mut own, unchanged).await;
    assert_eq!(alone.status, 303, "it was shown beside the new one");
    let alone = show(&mut practice.browser(), &mut stolen, unchanged).await;
    assert_eq!(alone.status, 401, "this one was not");
}

/// After the password it stands for a code; a recovery code stands for it.
#[tokio::test]
async fn a_passkey_is_the_second_step_after_the_password() {
    let practice = practice().await;
    let mut device = Device::new("of Ann");
    let done = add(&mut practice.browser_of("ann").await, &mut device, "phone").await;
    let recovery = recovery_codes(&done);

    let mut browser = practice.browser();
    let half = browser.sign_in("ann", PASSWORD).await;
    assert_eq!(half.status, 200, "{half:?}");
    assert_eq!(browser.get(SECURITY).await.status, 303, "not yet");
    let step = half.field("step");
    let page = post(&mut browser, (SHOW, &half), &[("step", &step)]).await;
    assert_eq!(data(&page, "known"), device.id_text(), "hers and no other");
    // The password was shown: it is enough that somebody is there.
    let mut said = device.says(&page);
    said.flags = 0x01;
    said.user = String::new();
    let mut fields = device.signed(&said);
    fields.push(("step", step.clone()));
    let entered = send(&mut browser, (ANSWER, &page), &fields).await;
    assert_eq!(entered.location(), "/demo/account");
    let again = post(&mut browser, (SHOW, &half), &[("step", &step)]).await;
    assert_eq!(again.status, 403, "the browser is another by now");

    let mut browser = practice.browser();
    let half = browser.sign_in("ann", PASSWORD).await;
    let fields = [("step", half.field("step")), ("code", recovery[0].clone())];
    assert_eq!(send(&mut browser, (CODE, &half), &fields).await.status, 303);
}

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

/// The key that the device makes for this page.
fn made(device: &mut Device, page: &Answer) -> Vec<(&'static str, String)> {
    let said = device.says_to_make(page);
    device.made(&said)
}

/// What the device answers to this page.
fn signed(device: &mut Device, page: &Answer) -> Vec<(&'static str, String)> {
    let said = device.says(page);
    device.signed(&said)
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
async fn the_person_is_told_by_mail() {
    let practice = Practice::open().await;
    with_mail(&practice, "dan").await;
    let mut browser = practice.browser_of("dan").await;
    add(&mut browser, &mut Device::new("of Dan"), "phone").await;
    let letter = practice.letters(1).await.remove(0);
    assert!(letter.contains("a passkey was added"), "{letter}");
}

/// A script runs on the two pages that need it, and it is ours.
#[tokio::test]
async fn scripts_run_where_a_device_is_asked_and_nowhere_else() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let make = asked_to_make(&mut browser, "phone").await;
    let show = asked_to_show(&mut practice.browser()).await;
    for page in [&make, &show] {
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("script-src 'self'; default-src 'none';"),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains("connect-src"),
            "{policy}"
        );
        let html = page.html();
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(html.contains("<script src=\"/assets/cresset-"), "{html}");
        assert!(!html.contains(" onclick"), "{html}");
    }
    for path in [SECURITY, PASSKEYS, "/demo/sign-in", "/demo/account"] {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(!policy.contains("script-src"), "{path}: {policy}");
        assert!(!page.html().contains("<script"), "{path}");
    }
    let html = make.html();
    let (_, name) = html.split_once("<script src=\"/assets/cresset-").unwrap();
    let digest = name.split('.').next().unwrap();
    let script = practice
        .stranger(&format!("GET /assets/cresset-{digest}.js"))
        .await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert!(script.header("cache-control").contains("immutable"));
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &script.body);
    let begin = u64::from_be_bytes(hash.as_ref()[..8].try_into().unwrap()) >> 16;
    assert_eq!(digest, format!("{begin:012x}"), "so it must be named");
}

/// `amr` (RFC 8176) in the `id_token`, also after a refresh.
#[tokio::test]
async fn an_app_is_told_by_what_somebody_signed_in() {
    let practice = practice().await;
    let body = r#"{"resourceType":"Patient","id":"p1"}"#;
    practice.ask("PUT /Patient/p1", body).await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut device = Device::new("of Ann");
    let mut first = practice.browser_of("ann").await;
    let added = add(&mut first, &mut device, "phone").await;
    let recovery = recovery_codes(&added);

    let mut alone = practice.browser();
    show(&mut alone, &mut device, unchanged).await;
    let mut with_code = practice.browser();
    let half = with_code.sign_in("ann", PASSWORD).await;
    let fields = [("step", half.field("step")), ("code", recovery[0].clone())];
    send(&mut with_code, (CODE, &half), &fields).await;
    let mut with_password = practice.browser();
    let half = with_password.sign_in("ann", PASSWORD).await;
    let step = half.field("step");
    let page = post(&mut with_password, (SHOW, &half), &[("step", &step)]).await;
    let mut fields = signed(&mut device, &page);
    fields.push(("step", step));
    send(&mut with_password, (ANSWER, &page), &fields).await;

    for (browser, amr) in [
        (&mut first, json!(["pwd"])),
        (&mut alone, json!(["pop", "user", "mfa"])),
        (&mut with_code, json!(["pwd", "otp", "mfa"])),
        (&mut with_password, json!(["pwd", "pop", "mfa"])),
    ] {
        let tokens = app.tokens(&practice, browser).await;
        let told = claims(&practice, tokens["id_token"].as_str().unwrap()).await;
        assert_eq!(told["amr"], amr);
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let refreshed = app.refresh(&practice, refresh).await.json();
        let told = claims(&practice, refreshed["id_token"].as_str().unwrap()).await;
        assert_eq!(told["amr"], amr);
    }
}
