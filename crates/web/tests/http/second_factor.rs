//! Signing in with a code of an app on the person's device.

mod guessing;

use aws_lc_rs::hmac;
use cresset_auth::user::NewUser;
use cresset_base::{Clock, Secret};
use cresset_store::AuditAsk;
use cresset_store::user::Role;

use super::launch::{SCOPES, details};
use super::people::{Browser, PASSWORD};
use super::practice::{Answer, Practice};
use cresset_store::grant::ClientType;

const SECURITY: &str = "/demo/account/security";
pub(crate) const SET_UP: &str = "/demo/account/security/set-up";
const TURN_OFF: &str = "/demo/account/security/turn-off";
const CODE: &str = "/demo/sign-in/code";

/// The app on a person's device: the secret as bytes, and as it was read.
pub(crate) struct Device(Vec<u8>, String);

impl Device {
    /// Reads the secret from the page as a person does.
    pub(crate) fn of(page: &Answer) -> Self {
        let html = page.html();
        let secret = html.split("<code class=\"once\">").nth(1).unwrap();
        let secret = secret.split('<').next().unwrap();
        let (mut bits, mut bytes) = ((0_u32, 0_u32), Vec::new());
        for letter in secret.bytes().filter(|byte| *byte != b' ') {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                _ => letter - b'2' + 26,
            };
            bits = (bits.0 << 5 | u32::from(value), bits.1 + 5);
            if bits.1 >= 8 {
                bits.1 -= 8;
                bytes.push(u8::try_from(bits.0 >> bits.1 & 0xff).unwrap());
            }
        }
        assert_eq!(bytes.len(), 20, "{secret}");
        Self(bytes, secret.replace(' ', ""))
    }

    /// What it shows now.
    pub(crate) fn code(&self, practice: &Practice) -> String {
        let step = practice.clock.now().as_second() / 30;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[19] & 0xf);
        let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap());
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// What it shows after the code that is shown now.
    pub(crate) fn next_code(&self, practice: &Practice) -> String {
        practice.clock.advance_seconds(30);
        self.code(practice)
    }
}

/// A code that is never right.
fn wrong(code: &str) -> String {
    let last = u8::from(code.ends_with('0'));
    format!("{}{last}", &code[..5])
}

pub(crate) async fn post(
    browser: &mut Browser<'_>,
    form: (&str, &Answer),
    fields: &[(&str, &str)],
) -> Answer {
    let token = form.1.field("form_token");
    let own = [("form_token", token.as_str())];
    browser.post(form.0, &[&own[..], fields].concat()).await
}

/// Sets it up in a browser in which the person is signed in: the device, and the recovery codes.
async fn set_up(practice: &Practice, browser: &mut Browser<'_>) -> (Device, Vec<String>) {
    let page = browser.get(SET_UP).await;
    let device = Device::of(&page);
    let (salt, code) = (page.field("salt"), device.code(practice));
    let fields = [("salt", &*salt), ("code", &code), ("password", PASSWORD)];
    let done = post(browser, (SET_UP, &page), &fields).await;
    assert_eq!(done.status, 200, "{done:?}");
    let html = done.html();
    let codes = html.split("<code class=\"once\">").skip(1);
    let codes: Vec<_> = codes
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10, "{html}");
    (device, codes)
}

async fn practice() -> Practice {
    let practice = Practice::open().await;
    let body = r#"{"resourceType":"Patient","id":"p1"}"#;
    practice.ask("PUT /Patient/p1", body).await;
    practice.person(Role::Patient, "ann", "p1").await;
    practice
}

/// The page that asks for a code after the right password.
async fn asked_for_code(browser: &mut Browser<'_>) -> Answer {
    let page = browser.sign_in("ann", PASSWORD).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.html().contains("name=\"code\""));
    assert_eq!(browser.get("/demo/account").await.status, 303, "not yet");
    page
}

pub(crate) async fn show(browser: &mut Browser<'_>, page: &Answer, code: &str) -> Answer {
    let step = page.field("step");
    post(browser, (CODE, page), &[("step", &step), ("code", code)]).await
}

/// Signs in with password and code; the status of the answer to the code.
async fn sign_in(practice: &Practice, code: &str) -> u16 {
    let mut browser = practice.browser();
    let page = asked_for_code(&mut browser).await;
    show(&mut browser, &page, code).await.status.as_u16()
}

#[tokio::test]
async fn a_person_turns_it_on_and_signs_in_with_a_code() {
    let practice = practice().await;
    let mut here = practice.browser_of("ann").await;
    let mut elsewhere = practice.browser_of("ann").await;
    let off = here.get(SECURITY).await.html();
    assert!(off.contains("It is <strong>off</strong>"), "{off}");

    let page = here.get(SET_UP).await;
    assert!(page.html().contains("<svg"), "a picture to scan");
    let (device, salt) = (Device::of(&page), page.field("salt"));
    let code = device.code(&practice);
    for (code, password) in [(wrong(&code), PASSWORD), (code, "not the password")] {
        let fields = [("salt", &*salt), ("code", &code), ("password", password)];
        let again = post(&mut here, (SET_UP, &page), &fields).await;
        assert_eq!(again.status, 401, "{again:?}");
        assert_eq!(Device::of(&again).0, device.0, "the device knows it by now");
    }
    assert_eq!(
        practice.browser().sign_in("ann", PASSWORD).await.status,
        303
    );

    let (device, _) = set_up(&practice, &mut here).await;
    let on = here.get(SECURITY).await;
    assert_eq!(on.status, 200, "this browser goes on");
    assert!(on.html().contains("It is <strong>on</strong>"));
    assert!(on.html().contains("10 recovery codes"));
    assert_eq!(elsewhere.get(SECURITY).await.status, 303, "others do not");
    let used = device.code(&practice);
    assert_eq!(
        sign_in(&practice, &used).await,
        401,
        "it was used to turn it on"
    );
    assert_eq!(sign_in(&practice, &device.next_code(&practice)).await, 303);
    assert_eq!(here.get(SET_UP).await.location(), SECURITY);
}

/// RFC 6238 §5.2: a code is good once, also for two who come at once.
#[tokio::test]
async fn a_code_is_used_once() {
    let practice = practice().await;
    let (device, _) = set_up(&practice, &mut practice.browser_of("ann").await).await;
    let code = device.next_code(&practice);
    let (mut one, mut two) = (practice.browser(), practice.browser());
    let of_one = asked_for_code(&mut one).await;
    let of_two = asked_for_code(&mut two).await;
    let (first, second) = tokio::join!(
        show(&mut one, &of_one, &code),
        show(&mut two, &of_two, &code)
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 401]);
    assert_eq!(sign_in(&practice, &code).await, 401);
    let later = device.next_code(&practice);
    practice.clock.advance_seconds(60);
    assert_eq!(sign_in(&practice, &later).await, 401, "it is too old");
    assert_eq!(sign_in(&practice, &device.code(&practice)).await, 303);
}

#[tokio::test]
async fn a_recovery_code_lets_its_person_in_once() {
    let practice = practice().await;
    practice.person(Role::Patient, "bob", "p1").await;
    let (_, codes) = set_up(&practice, &mut practice.browser_of("ann").await).await;
    let (_, of_bob) = set_up(&practice, &mut practice.browser_of("bob").await).await;
    assert_eq!(sign_in(&practice, &of_bob[0]).await, 401, "another's");
    let mut browser = practice.browser();
    let page = asked_for_code(&mut browser).await;
    // However it was written down.
    let typed = codes[3].replace('-', " ").to_uppercase();
    assert_eq!(show(&mut browser, &page, &typed).await.status, 303);
    let left = browser.get(SECURITY).await.html();
    assert!(left.contains("9 recovery codes"), "{left}");
    assert_eq!(sign_in(&practice, &codes[3]).await, 401);
    assert_eq!(sign_in(&practice, &codes[4]).await, 303);
}

/// Guesses at codes count like guesses at passwords, and do not shut out the owner.
#[tokio::test]
async fn codes_are_not_guessed() {
    let practice = practice().await;
    let mut known = practice.browser_of("ann").await;
    let (device, codes) = set_up(&practice, &mut known).await;
    let mut guesser = practice.browser();
    let page = asked_for_code(&mut guesser).await;
    let code = device.next_code(&practice);
    for _ in 0..10 {
        let answer = show(&mut guesser, &page, &wrong(&code)).await;
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    let answer = show(&mut guesser, &page, &code).await;
    assert_eq!(answer.status, 429, "not even the right one");
    assert_ne!(answer.header("retry-after"), "");
    let mut other = practice.browser();
    let answer = other.sign_in("ann", "a guess at it").await;
    assert_eq!(answer.status, 429);
    let recovery = show(&mut guesser, &page, &codes[0]).await;
    assert_eq!(recovery.status, 303, "nobody guesses that one");
    let sign_out = known.get("/demo/account").await;
    post(&mut known, ("/demo/sign-out", &sign_out), &[]).await;
    let page = asked_for_code(&mut known).await;
    assert_eq!(show(&mut known, &page, &code).await.status, 303);
}

/// Codes that are turned away unseen use up nothing of the day.
#[tokio::test]
async fn codes_that_nobody_looks_at_are_no_guesses() {
    let practice = practice().await;
    let mut known = practice.browser_of("ann").await;
    let (device, _) = set_up(&practice, &mut known).await;
    let mut guesser = practice.browser();
    let page = asked_for_code(&mut guesser).await;
    let code = device.next_code(&practice);
    for round in 0..30 {
        let answer = show(&mut guesser, &page, &wrong(&code)).await;
        assert_eq!(answer.status.as_u16(), if round < 10 { 401 } else { 429 });
    }
    practice.clock.advance_seconds(15 * 60);
    assert_eq!(sign_in(&practice, &device.next_code(&practice)).await, 303);
}

/// Browsers in which somebody was signed in before have one count for all of them.
#[tokio::test]
async fn many_known_browsers_guess_no_more_than_one() {
    let practice = practice().await;
    let mut marked = Vec::new();
    for _ in 0..4 {
        marked.push(practice.browser_of("ann").await);
    }
    let (device, _) = set_up(&practice, &mut practice.browser_of("ann").await).await;
    let mut looked_at = 0;
    for browser in &mut marked {
        let page = asked_for_code(browser).await;
        let code = device.next_code(&practice);
        for _ in 0..8 {
            let answer = show(browser, &page, &wrong(&code)).await;
            looked_at += u32::from(answer.status == 401);
        }
        practice.clock.advance_seconds(15 * 60);
    }
    assert_eq!(looked_at, 20);
}

/// Whoever knows the password has so many codes in a day, from wherever; the owner is not shut out.
#[tokio::test]
async fn guesses_at_codes_are_counted_for_a_day() {
    let practice = Practice::open().await;
    with_mail(&practice, "ann").await;
    let mut known = practice.browser_of("ann").await;
    let (device, codes) = set_up(&practice, &mut known).await;
    for round in 0..2 {
        let mut guesser = practice.browser();
        let page = asked_for_code(&mut guesser).await;
        let code = device.next_code(&practice);
        for number in 1..=10 {
            let answer = show(&mut guesser, &page, &wrong(&code)).await;
            assert_eq!(answer.status, 401, "{round}: {answer:?}");
            if round == 0 && number == 5 {
                // More than slips of her own.
                let letters = practice.letters(2).await.join("");
                assert!(letters.contains("guesses your codes"), "{letters}");
                assert!(!letters.contains("Nobody got in"), "that is not known");
            }
        }
        practice.clock.advance_seconds(15 * 60);
    }
    let mut stranger = practice.browser();
    let page = asked_for_code(&mut stranger).await;
    for _ in 0..3 {
        let right = device.next_code(&practice);
        let answer = show(&mut stranger, &page, &right).await;
        assert_eq!(answer.status, 429, "not even the right one");
        assert!(answer.html().contains("too many wrong codes"), "{answer:?}");
    }
    let letters = practice.letters(2).await;
    let told = letters
        .iter()
        .filter(|text| text.contains("guesses your codes"));
    assert_eq!(told.count(), 1, "told once: {letters:?}");
    assert_eq!(show(&mut stranger, &page, &codes[0]).await.status, 303);
    let page = asked_for_code(&mut known).await;
    let code = device.next_code(&practice);
    assert_eq!(
        show(&mut known, &page, &code).await.status,
        303,
        "her own browser"
    );

    // A new password, which the guesser does not know, begins a new count.
    let other = Secret::new(PASSWORD.to_owned());
    practice.auth().set_password("ann", other).await.unwrap();
    assert_eq!(sign_in(&practice, &device.next_code(&practice)).await, 303);
}

#[tokio::test]
async fn the_second_step_ends_with_what_the_first_rested_on() {
    let practice = practice().await;
    let (device, _) = set_up(&practice, &mut practice.browser_of("ann").await).await;
    let mut browser = practice.browser();
    let page = asked_for_code(&mut browser).await;
    practice.clock.advance_seconds(10 * 60);
    let late = show(&mut browser, &page, &device.code(&practice)).await;
    assert_eq!(late.status, 401);
    assert!(late.html().contains("Sign in again from the beginning"));

    let page = asked_for_code(&mut browser).await;
    let other = Secret::new("another way to say it".to_owned());
    practice.auth().set_password("ann", other).await.unwrap();
    let code = device.next_code(&practice);
    assert_eq!(show(&mut browser, &page, &code).await.status, 401);
    for step in ["", "crw_x", &format!("crw_{}", "a".repeat(43))] {
        let fields = [("step", step), ("code", &*code)];
        let answer = post(&mut browser, (CODE, &page), &fields).await;
        assert_eq!(answer.status, 401, "{step}");
    }
    assert_eq!(browser.get("/demo/account").await.status, 303);
}

#[tokio::test]
async fn it_is_turned_off_with_the_password_and_its_codes_end() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let (_, codes) = set_up(&practice, &mut browser).await;
    let page = browser.get(SECURITY).await;
    let refused = post(&mut browser, (TURN_OFF, &page), &[("password", "guess")]).await;
    assert_eq!(refused.status, 401);
    let off = post(&mut browser, (TURN_OFF, &page), &[("password", PASSWORD)]).await;
    assert_eq!(off.location(), SECURITY);
    assert_eq!(browser.get(SECURITY).await.status, 200, "it goes on here");
    assert_eq!(
        practice.browser().sign_in("ann", PASSWORD).await.status,
        303
    );
    set_up(&practice, &mut browser_later(&practice).await).await;
    assert_eq!(
        sign_in(&practice, &codes[0]).await,
        401,
        "of the one before"
    );
}

#[tokio::test]
async fn turning_it_off_takes_both_steps() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let (device, _) = set_up(&practice, &mut browser).await;
    practice.clock.advance_seconds(10 * 60);
    let page = browser.get(SECURITY).await;
    let code = device.code(&practice);
    for second in [String::new(), wrong(&code)] {
        let fields = [("password", PASSWORD), ("second", &second)];
        let refused = post(&mut browser, (TURN_OFF, &page), &fields).await;
        assert_eq!(refused.status, 401, "{refused:?}");
    }
    let fields = [("password", PASSWORD), ("second", &code)];
    let off = post(&mut browser, (TURN_OFF, &page), &fields).await;
    assert_eq!(off.location(), SECURITY);
    let signed_in = practice.browser().sign_in("ann", PASSWORD).await;
    assert_eq!(signed_in.status, 303);
}

/// A browser of Ann's, when the code that was used is over.
async fn browser_later(practice: &Practice) -> Browser<'_> {
    practice.clock.advance_seconds(90);
    practice.browser_of("ann").await
}

#[tokio::test]
async fn an_administrator_takes_it_from_who_lost_the_device() {
    let practice = practice().await;
    with_mail(&practice, "cat").await;
    let ann = practice.store.find_user("cat").await.unwrap().unwrap();
    let boss = practice.person(Role::Administrator, "boss", "1").await;
    let mut cat = practice.browser_of("cat").await;
    set_up(&practice, &mut cat).await;
    let mut browser = practice.browser_of("boss").await;
    let person = format!("/demo/people/{}", ann.id);
    let page = browser.get(&person).await;
    assert!(page.html().contains("Lost device"));
    let reset = format!("{person}/second-factor");
    let done = post(&mut browser, (&reset, &page), &[]).await;
    assert_eq!(done.status, 303);
    let letters = practice.letters(2).await.join("").replace("=\r\n", "");
    assert!(
        letters.contains("demo took away the second step"),
        "{letters}"
    );
    assert!(letters.contains("Your codes, passkeys and recovery codes are worth nothing"));
    assert_eq!(cat.get(SECURITY).await.status, 303, "signed out");
    assert_eq!(
        practice.browser().sign_in("cat", PASSWORD).await.status,
        303
    );
    assert!(!browser.get(&person).await.html().contains("Lost device"));

    practice.clock.advance_seconds(30);
    set_up(&practice, &mut browser).await;
    let own = format!("/demo/people/{}/second-factor", boss.id);
    let page = browser.get(SECURITY).await;
    let refused = post(&mut browser, (&own, &page), &[]).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let asked = practice.browser().sign_in("boss", PASSWORD).await;
    assert_eq!(asked.status, 200, "theirs takes their password");
    assert_noted(&practice).await;
}

async fn assert_noted(practice: &Practice) {
    practice.store.settle().await.unwrap();
    let trail = practice.store.trail(&AuditAsk::newest(100)).await.unwrap();
    for did in ["second-factor-on", "second-factor-reset", "login-password"] {
        let is_it = |r: &cresset_store::AuditRecord| r.interaction == did && r.subject.is_some();
        assert!(trail.records.iter().any(|r| is_it(&r.record)), "{did}");
    }
}

#[tokio::test]
async fn another_password_leaves_it_on_and_the_browser_goes_on() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    set_up(&practice, &mut browser).await;
    let path = "/demo/account/password";
    let page = browser.get(path).await;
    let new = "another way to say it";
    let fields = [("current", PASSWORD), ("new", new)];
    let changed = post(&mut browser, (path, &page), &fields).await;
    assert_eq!(changed.location(), "/demo/account");
    let on = browser.get(SECURITY).await.html();
    assert!(on.contains("It is <strong>on</strong>"), "{on}");
    let asked = practice.browser().sign_in("ann", new).await;
    assert!(asked.html().contains("name=\"code\""));
}

/// The form with which it is set up gives the secret of a salt; not of the salt that is in use.
#[tokio::test]
async fn the_secret_in_use_is_shown_to_nobody() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    set_up(&practice, &mut browser).await;
    let stored = practice.store.find_user("ann").await.unwrap().unwrap();
    let salt = stored.second_factor.unwrap().salt.unwrap();
    let page = browser.get(SECURITY).await;
    for password in ["a guess", PASSWORD] {
        let fields = [("salt", &*salt), ("code", "123456"), ("password", password)];
        let answer = post(&mut browser, (SET_UP, &page), &fields).await;
        assert!(!answer.html().contains("<svg"), "{password}: {answer:?}");
        assert_eq!(answer.location(), SECURITY, "{password}");
    }
}

/// `prompt=login` and `max_age` count from when both steps were taken.
#[tokio::test]
async fn a_new_password_is_no_new_sign_in() {
    let practice = practice().await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut browser = practice.browser_of("ann").await;
    set_up(&practice, &mut browser).await;
    practice.clock.advance_seconds(600);
    let path = "/demo/account/password";
    let page = browser.get(path).await;
    let fields = [("current", PASSWORD), ("new", "another way to say it")];
    let changed = post(&mut browser, (path, &page), &fields).await;
    assert_eq!(changed.location(), "/demo/account");
    let address = app.address(&[("max_age", "599")]);
    let (_, page) = browser.consent_page(&address).await;
    assert_eq!(page.status, 303, "{page:?}");
    assert!(page.location().contains("/sign-in"), "{page:?}");
}

#[tokio::test]
async fn what_is_off_is_not_turned_off() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let mut elsewhere = practice.browser_of("ann").await;
    let page = browser.get("/demo/account").await;
    let off = post(&mut browser, (TURN_OFF, &page), &[("password", PASSWORD)]).await;
    assert_eq!(off.location(), SECURITY);
    practice.auth().reset_second_factor_of("ann").await.unwrap();
    for browser in [&mut browser, &mut elsewhere] {
        assert_eq!(browser.get(SECURITY).await.status, 200, "signed in");
    }
}

/// Whoever shows a wrong code knows a password: the trail names whose.
#[tokio::test]
async fn a_wrong_code_is_recorded_with_its_person() {
    let practice = practice().await;
    let (device, _) = set_up(&practice, &mut practice.browser_of("ann").await).await;
    let mut guesser = practice.browser();
    let page = asked_for_code(&mut guesser).await;
    let code = wrong(&device.next_code(&practice));
    assert_eq!(show(&mut guesser, &page, &code).await.status, 401);
    practice.store.settle().await.unwrap();
    let trail = practice.store.trail(&AuditAsk::newest(10)).await.unwrap();
    let ann = practice.store.find_user("ann").await.unwrap().unwrap().id;
    let is_it = |r: &cresset_store::AuditRecord| {
        r.interaction == "login" && r.status == 401 && r.subject.as_ref() == Some(&ann)
    };
    assert!(trail.records.iter().any(|r| is_it(&r.record)), "{trail:?}");
}

/// What apps were allowed stays, and an app that asks anew gets the person who showed a code.
#[tokio::test]
async fn apps_go_on_and_wait_for_both_steps() {
    let practice = practice().await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut browser = practice.browser_of("ann").await;
    let tokens = app.tokens(&practice, &mut browser).await;
    let (device, _) = set_up(&practice, &mut browser).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(app.refresh(&practice, refresh).await.status, 200);

    practice.clock.advance_seconds(1);
    let asked = browser.get(&app.address(&[("prompt", "login")])).await;
    let consent = asked.location().to_owned();
    let page = browser.get(&consent).await.location().to_owned();
    let page = browser.sign_in_at(&page, "ann", PASSWORD).await;
    let (step, to) = (page.field("step"), page.field("to"));
    let code = device.next_code(&practice);
    let fields = [("step", &*step), ("to", &to), ("code", &code)];
    let back = post(&mut browser, (CODE, &page), &fields).await;
    assert_eq!(back.location(), consent);
    let consent = browser.get(&consent).await;
    assert_eq!(consent.status, 200, "{consent:?}");
}

#[tokio::test]
async fn nothing_from_which_a_code_could_be_read_is_in_the_row() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let (device, codes) = set_up(&practice, &mut browser).await;
    let stored = practice.store.find_user("ann").await.unwrap().unwrap();
    let stored = format!("{stored:?} {}", serde_json::to_string(&stored).unwrap());
    for plain in codes.iter().chain([&device.1]) {
        assert!(!stored.contains(plain), "{stored}");
    }
    let salt = browser.get(SET_UP).await;
    assert_eq!(salt.status, 303, "and no page shows it again");
}

#[tokio::test]
async fn the_person_is_told_by_mail() {
    let practice = practice().await;
    with_mail(&practice, "dan").await;
    set_up(&practice, &mut practice.browser_of("dan").await).await;
    let letter = practice.letters(1).await.remove(0);
    assert!(letter.contains("codes turned on"), "{letter}");
    assert!(letter.contains("dan@example.org"));
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
