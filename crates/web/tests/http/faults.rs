//! What is left where the store or the mail fails in the middle of something a person does: at every
//! write, one after the other.

mod store;

use std::sync::Arc;

use cresset_auth::user::NewUser;
use cresset_base::Secret;
use cresset_store::grant::ClientType;
use cresset_store::user::{Role, User};
use cresset_store::{AuditAsk, Recorded};

use super::launch::{SCOPES, details};
use super::passkeys::device::Device as PasskeyDevice;
use super::passkeys::{ADD, asked_to_make, send, show, unchanged};
use super::people::PASSWORD;
use super::practice::{Answer, Practice};
use super::second_factor::{Device, SET_UP};
use super::{invitations, passkeys, second_factor};
use store::{Failing, Faults};

/// Writes after which anything has ended.
const WRITES_MAX: i64 = 32;

/// A practice whose store fails when it is told to, with an administrator and a patient.
async fn practice() -> (Practice, Arc<Faults>) {
    let mut practice = Practice::open().await;
    practice.person(Role::Administrator, "boss", "1").await;
    let new = NewUser {
        login: "ann".to_owned(),
        name: "Ann Lee".to_owned(),
        role: Role::Patient,
        email: Some("ann@example.org".to_owned()),
        fhir_user: Some("Patient/p1".to_owned()),
        patients: Vec::new(),
    };
    let password = Secret::new(PASSWORD.to_owned());
    practice.auth().add_user(new, Some(password)).await.unwrap();
    let faults = Arc::new(Faults::default());
    faults.heal();
    practice.keeps_data_in(|inner| {
        let faults = faults.clone();
        Arc::new(Failing { inner, faults })
    });
    (practice, faults)
}

/// Whether it was done; a page that says that it was not is one for people, and hides nothing.
fn done(answer: &Answer) -> bool {
    if answer.status.is_success() || answer.status == 303 {
        return true;
    }
    assert_eq!(answer.status, 503, "{answer:?}");
    let html = answer.html();
    assert!(html.contains("<h1>Something went wrong</h1>"), "{html}");
    assert!(html.contains("quote this id"), "{html}");
    false
}

async fn ann(practice: &Practice) -> User {
    practice.store.find_user("ann").await.unwrap().unwrap()
}

/// Runs something with a store that fails after no write, one, two and so on, until nothing fails.
async fn at_every_write(run: impl AsyncFn(i64) -> bool) {
    for writes in 0..WRITES_MAX {
        if !run(writes).await {
            assert!(writes > 0, "nothing was ever refused");
            return;
        }
    }
    panic!("something is refused after {WRITES_MAX} writes");
}

#[tokio::test]
async fn codes_are_on_or_off_and_their_person_gets_in() {
    at_every_write(async |writes| {
        let (practice, faults) = practice().await;
        let mut browser = practice.browser_of("ann").await;
        let page = browser.get(SET_UP).await;
        let device = Device::of(&page);
        let (salt, code) = (page.field("salt"), device.code(&practice));
        let fields = [("salt", &*salt), ("code", &code), ("password", PASSWORD)];
        faults.after(writes);
        let answer = second_factor::post(&mut browser, (SET_UP, &page), &fields).await;
        let was_refused = faults.heal();
        let is_on = ann(&practice).await.second_factor.is_some();
        if done(&answer) {
            assert!(is_on, "{writes}");
            assert_eq!(passkeys::recovery_codes(&answer).len(), 10, "{writes}");
        }
        gets_in(&practice, is_on.then_some(&device)).await;
        was_refused
    })
    .await;
}

/// What an administrator changes and the record of it are one commit (threats §5, rule 8).
#[tokio::test]
async fn a_change_and_its_record_are_made_or_neither_is() {
    for (form, name) in [
        ([("state", "disabled")], "app-disable"),
        ([("state", "verified")], "app-verify"),
    ] {
        at_every_write(async |writes| {
            let (practice, faults) = practice().await;
            let app = practice.people_app(SCOPES, details(ClientType::Public));
            let client_id = app.await.client_id;
            let mut boss = practice.browser_of("boss").await;
            let page = format!("/demo/auth/applications/{client_id}");
            let token = boss.get(&page).await.field("form_token");
            let fields = [&[("form_token", token.as_str())][..], &form].concat();
            faults.after(writes);
            let answer = boss.post(&format!("{page}/state"), &fields).await;
            let was_refused = faults.heal();
            let app = practice.auth().find_app(&client_id).await.unwrap();
            let is_changed = !app.enabled || app.details.verified.is_some();
            assert_eq!(done(&answer), is_changed, "{writes}");
            practice.store.settle().await.unwrap();
            let trail = practice.store.trail(&AuditAsk::newest(50)).await.unwrap();
            let told = |r: &&Recorded| r.record.interaction == name;
            let told = trail.records.iter().filter(told).count();
            assert_eq!(told, usize::from(is_changed), "{writes} {name}");
            was_refused
        })
        .await;
    }
}

/// The same of who signs in and of the token an app is given.
#[tokio::test]
async fn a_session_and_its_record_are_made_or_neither_is() {
    at_every_write(async |writes| {
        let (practice, faults) = practice().await;
        let mut browser = practice.browser();
        let token = browser.get("/demo/sign-in").await.field("form_token");
        let fields = [
            ("form_token", &*token),
            ("login", "ann"),
            ("password", PASSWORD),
        ];
        faults.after(writes);
        browser.post("/demo/sign-in", &fields).await;
        let was_refused = faults.heal();
        let ann = ann(&practice).await;
        let sessions = practice.store.end_sessions(&ann.id, None).await.unwrap();
        practice.store.settle().await.unwrap();
        let trail = practice.store.trail(&AuditAsk::newest(50)).await.unwrap();
        let of_ann = |r: &&Recorded| {
            let record = &r.record;
            (&*record.interaction, record.status) == ("login", 303)
                && record.subject.as_ref() == Some(&ann.id)
        };
        let told = trail.records.iter().filter(of_ann).count();
        assert_eq!(told as u64, sessions, "{writes}");
        was_refused
    })
    .await;
}

/// Ann gets in with her password, and a code where codes are on.
async fn gets_in(practice: &Practice, device: Option<&Device>) {
    let mut browser = practice.browser();
    let answer = browser.sign_in("ann", PASSWORD).await;
    match device {
        None => assert_eq!(answer.status, 303, "{answer:?}"),
        Some(device) => {
            let code = device.next_code(practice);
            let answer = second_factor::show(&mut browser, &answer, &code).await;
            assert_eq!(answer.status, 303, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_passkey_is_added_or_not_and_its_person_gets_in() {
    at_every_write(async |writes| {
        let (practice, faults) = practice().await;
        let mut browser = practice.browser_of("ann").await;
        let mut device = PasskeyDevice::new("of Ann");
        let page = asked_to_make(&mut browser, "phone").await;
        let said = device.says_to_make(&page);
        faults.after(writes);
        let answer = send(&mut browser, (ADD, &page), &device.made(&said)).await;
        let was_refused = faults.heal();
        let is_on = ann(&practice).await.second_factor.is_some();
        if done(&answer) {
            assert!(is_on, "{writes}");
            assert_eq!(passkeys::recovery_codes(&answer).len(), 10, "{writes}");
        }
        if is_on {
            let answer = show(&mut practice.browser(), &mut device, unchanged).await;
            assert_eq!(answer.status, 303, "{writes}: {answer:?}");
        } else {
            gets_in(&practice, None).await;
        }
        was_refused
    })
    .await;
}

#[tokio::test]
async fn who_is_added_can_be_invited() {
    at_every_write(async |writes| {
        let (practice, faults) = practice().await;
        let mut boss = practice.browser_of("boss").await;
        let token = boss.get(invitations::INVITE).await.field("form_token");
        let fields = [
            ("form_token", token.as_str()),
            ("email", "bea@example.org"),
            ("name", "Bea Lee"),
            ("role", "front-desk"),
        ];
        faults.after(writes);
        let answer = boss.post(invitations::INVITE, &fields).await;
        let was_refused = faults.heal();
        let found = practice.store.find_user("bea@example.org").await.unwrap();
        if done(&answer) {
            assert!(found.is_some(), "{writes}");
        }
        let Some(user) = found else {
            assert!(done(&boss.post(invitations::INVITE, &fields).await));
            return was_refused;
        };
        // What was stored and not sent yet, or sent beside the answer.
        let first = if done(&answer) {
            1
        } else {
            usize::try_from(practice.store.count_mail().await.unwrap()).unwrap()
        };
        let path = format!("/demo/people/{}", user.id);
        let page = boss.get(&path).await;
        let token = page.field("form_token");
        let answer = boss
            .post(&format!("{path}/invite"), &[("form_token", &token)])
            .await;
        assert!(done(&answer), "{writes}");
        let letters = practice.letters(first + 1).await;
        assert!(!invitations::link(&letters[first]).is_empty(), "{writes}");
        was_refused
    })
    .await;
}

#[tokio::test]
async fn a_link_for_a_password_is_good_until_the_password_is_new() {
    const NEW: &str = "a lantern on the far shore";
    at_every_write(async |writes| {
        let (practice, faults) = practice().await;
        let instances = practice.app.instances();
        let demo = instances.open("demo").await.unwrap();
        let asked = demo.auth.forgot_password("ann", "192.0.2.1").await;
        asked.unwrap();
        instances.deliver_mail().await;
        let link = invitations::link(&practice.letters(1).await[0]);
        let mut browser = practice.browser();
        let token = browser.get(&link).await.field("form_token");
        faults.after(writes);
        let fields = [("form_token", token.as_str()), ("new", NEW)];
        let answer = browser.post(&link, &fields).await;
        let was_refused = faults.heal();
        let is_new = practice.browser().sign_in("ann", NEW).await.status == 303;
        if done(&answer) {
            assert!(is_new, "{writes}");
        }
        if !is_new {
            gets_in(&practice, None).await;
            let answer = browser.post(&link, &fields).await;
            assert_eq!(
                answer.status, 303,
                "{writes}: the link is still good: {answer:?}"
            );
        }
        was_refused
    })
    .await;
}

/// Mail that cannot be handed over stands in nobody's way, and is sent later.
#[tokio::test]
async fn an_invitation_waits_for_the_mail_to_work() {
    let (mut practice, _) = practice().await;
    practice.cannot_send(true);
    let mut boss = practice.browser_of("boss").await;
    let token = boss.get(invitations::INVITE).await.field("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("email", "bea@example.org"),
        ("name", "Bea Lee"),
        ("role", "front-desk"),
    ];
    let answer = boss.post(invitations::INVITE, &fields).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    practice.app.instances().deliver_mail().await;
    assert_eq!(practice.store.count_mail().await.unwrap(), 1, "it waits");
    drop(boss);
    practice.cannot_send(false);
    // However often it was tried before.
    for _ in 0..4 {
        practice.clock.advance_seconds(60 * 60);
        let instances = practice.app.instances();
        instances.open("demo").await.unwrap();
        instances.deliver_mail().await;
    }
    let letters = practice.letters(1).await;
    assert!(letters[0].contains("To: bea@example.org"), "{letters:?}");
    assert_eq!(practice.store.count_mail().await.unwrap(), 0);
}
