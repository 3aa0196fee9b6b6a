//! Signing in with passkeys (Web Authentication): keys of people's devices.

mod adding;
pub(crate) mod device;
mod showing;

use cresset_auth::user::NewUser;
use cresset_base::Secret;
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
pub(crate) const ADD: &str = "/demo/account/security/passkeys/add";
const REMOVE: &str = "/demo/account/security/passkeys/remove";
const SHOW: &str = "/demo/sign-in/passkey";
const ANSWER: &str = "/demo/sign-in/passkey/answer";
const CODE: &str = "/demo/sign-in/code";

/// How a test changes the form in which that is sent.
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

pub(crate) async fn send(
    browser: &mut Browser<'_>,
    form: (&str, &Answer),
    fields: &[(&str, String)],
) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    post(browser, form, &fields).await
}

/// The page on which a device is asked for a new key of this name.
pub(crate) async fn asked_to_make(browser: &mut Browser<'_>, called: &str) -> Answer {
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

pub(crate) fn recovery_codes(page: &Answer) -> Vec<String> {
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
pub(crate) async fn show(
    browser: &mut Browser<'_>,
    device: &mut Device,
    change: impl FnOnce(&mut Said),
) -> Answer {
    let page = asked_to_show(browser).await;
    let mut said = device.says(&page);
    change(&mut said);
    send(browser, (ANSWER, &page), &device.signed(&said)).await
}

pub(crate) fn unchanged(_: &mut Said) {}

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

/// A script runs on the pages that ask a device, and it is ours.
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

/// Where the practice moved to an address at which browsers use no passkeys, they are still in sight.
#[tokio::test]
async fn passkeys_of_no_use_are_listed_and_can_be_removed() {
    let mut practice = practice().await;
    let mut device = Device::new("of Ann");
    let mut browser = practice.browser_of("ann").await;
    add(&mut browser, &mut device, "phone").await;
    assert!(browser.get(SECURITY).await.html().contains("Add a passkey"));
    let cookies = browser.cookies.clone();
    practice.moves_to("https://192.0.2.1");
    let mut browser = practice.browser();
    browser.cookies = cookies;
    let page = browser.get(SECURITY).await.html();
    assert!(page.contains("Remove phone"), "{page}");
    assert!(!page.contains("Add a passkey"), "{page}");
    assert!(
        page.contains("Browsers use no passkeys at the address"),
        "{page}"
    );
    let sign_in = browser.get("/demo/sign-in").await.html();
    assert!(!sign_in.contains("Sign in with a passkey"), "{sign_in}");
}
