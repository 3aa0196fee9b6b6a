//! People are invited, choose their password by a link, forget it and choose another.

use cresset_store::AuditAsk;
use cresset_store::user::Role;

use super::people::{Browser, PASSWORD};
use super::practice::{Answer, HOST, Practice};

pub(crate) const INVITE: &str = "/demo/people/invite";
const NEW: &str = "a lantern on the far shore";

async fn practice() -> Practice {
    let practice = Practice::open().await;
    practice.person(Role::Administrator, "boss", "1").await;
    for id in ["p1", "p2"] {
        let body = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
        practice.ask(&format!("PUT /Patient/{id}"), &body).await;
    }
    practice
}

async fn fill(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    fill_at(browser, (path, path), fields).await
}

async fn fill_at(
    browser: &mut Browser<'_>,
    (form, action): (&str, &str),
    fields: &[(&str, &str)],
) -> Answer {
    let token = browser.get(form).await.field("form_token");
    let own = [("form_token", token.as_str())];
    browser.post(action, &[&own[..], fields].concat()).await
}

fn ann<'f>(more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let own = [("email", "ann@example.org"), ("name", "Ann Lee")];
    [&own[..], more].concat()
}

/// The path of the link in a letter, whose lines may be folded.
pub(crate) fn link(letter: &str) -> String {
    let text = letter.replace("=\r\n", "").replace("=3D", "=");
    let begin = format!("{HOST}/demo/new-password/");
    let from = text.find(&begin).unwrap_or_else(|| panic!("{text}"));
    let rest = &text[from + HOST.len()..];
    rest.split_whitespace().next().unwrap().to_owned()
}

/// Invites Ann as a patient; gives the address of her page and the path of her link.
async fn invited(practice: &Practice) -> (String, String) {
    let mut boss = practice.browser_of("boss").await;
    let fields = ann(&[("role", "patient"), ("record", "p1")]);
    let answer = fill(&mut boss, INVITE, &fields).await;
    let page = answer.location().split('?').next().unwrap().to_owned();
    let letters = practice.letters(1).await;
    (page, link(&letters[0]))
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_once() {
    let practice = practice().await;
    let (_, link) = invited(&practice).await;
    let letter = &practice.letters(1).await[0];
    for part in [
        "To: ann@example.org",
        "From: Cresset <no-reply@ehr.example>",
        "Subject: Your account at demo",
        "Hello Ann Lee",
        "7 days",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    assert!(!letter.contains("Patient"), "{letter}");
    let mut browser = practice.browser();
    for _ in 0..2 {
        let page = browser.get(&link).await;
        assert_eq!(page.status, 200, "looking uses up nothing");
        assert!(page.html().contains("Welcome, Ann Lee"), "{page:?}");
    }
    let weak = fill(&mut browser, &link, &[("new", "short")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.html().contains("at least 12 characters"), "{weak:?}");
    let chosen = fill(&mut browser, &link, &[("new", NEW)]).await;
    assert_eq!(
        chosen.location(),
        "/demo/sign-in?chosen=yes&login=ann%40example.org"
    );
    let page = browser.get(chosen.location()).await.html();
    assert!(page.contains("Your password is set"), "{page}");
    let answer = browser.sign_in("ann@example.org", NEW).await;
    assert_eq!(answer.location(), "/demo/account");
    let gone = practice.browser().get(&link).await;
    assert_eq!(gone.status, 410);
    practice.store.settle().await.unwrap();
    let records = practice
        .store
        .trail(&AuditAsk::newest(20))
        .await
        .unwrap()
        .records;
    for what in ["person-invite", "password"] {
        assert!(
            records.iter().any(|r| r.record.interaction == what),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_link_ends_with_time_another_password_or_the_person() {
    let week = jiff::SignedDuration::from_hours(7 * 24);
    for end in ["time", "password", "person"] {
        let practice = practice().await;
        let (page, link) = invited(&practice).await;
        let mut browser = practice.browser();
        let token = browser.get(&link).await.field("form_token");
        match end {
            "time" => practice.clock.advance(week),
            "password" => {
                let password = cresset_base::Secret::new(PASSWORD.to_owned());
                let auth = practice.auth();
                auth.set_password("ann@example.org", password)
                    .await
                    .unwrap();
            }
            _ => {
                let mut boss = practice.browser_of("boss").await;
                let state = format!("{page}/state");
                let out = fill_at(&mut boss, (&page, &state), &[("state", "disabled")]).await;
                assert_eq!(out.location(), page);
            }
        }
        assert_eq!(browser.get(&link).await.status, 410, "{end}");
        let fields = [("form_token", token.as_str()), ("new", NEW)];
        assert_eq!(browser.post(&link, &fields).await.status, 410, "{end}");
        let answer = browser.sign_in("ann@example.org", NEW).await;
        assert_eq!(answer.status, 401, "{end}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_said_and_nobody_is_added() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    for (fields, says) in [
        (
            vec![("email", "ann"), ("name", "A"), ("role", "clinician")],
            "name@host",
        ),
        (ann(&[]), "choose what the person is"),
        (ann(&[("role", "patient")]), "needs their own Patient/id"),
        (
            ann(&[("role", "patient"), ("record", "p9")]),
            "no patient p9 here",
        ),
        (ann(&[("role", "proxy")]), "at least one patient"),
        (
            ann(&[("role", "proxy"), ("patients", "p1 p9")]),
            "no patient p9 here",
        ),
        (ann(&[("role", "operator")]), "choose what the person is"),
        (
            ann(&[("role", "clinician"), ("patients", "p1")]),
            "no patients",
        ),
        (
            vec![("email", ""), ("name", "A"), ("role", "clinician")],
            "no e-mail address",
        ),
    ] {
        let answer = fill(&mut boss, INVITE, &fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.html().contains(says), "{says}: {answer:?}");
    }
    assert_eq!(practice.store.list_users().await.unwrap().len(), 1);
    assert_eq!(practice.store.count_mail().await.unwrap(), 0);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_everything_ends() {
    let practice = practice().await;
    let (_, invitation) = invited(&practice).await;
    fill(&mut practice.browser(), &invitation, &[("new", PASSWORD)]).await;
    let mut old = practice.browser_of("ann@example.org").await;
    let mut browser = practice.browser();
    let mut pages = Vec::new();
    for login in ["nobody@example.org", "boss", " Ann@Example.ORG "] {
        let answer = fill(&mut browser, "/demo/forgot-password", &[("login", login)]).await;
        assert_eq!(answer.status, 200);
        pages.push(answer.html());
    }
    assert!(
        pages.iter().all(|page| *page == pages[0]),
        "one answer for all"
    );
    let letters = practice.letters(2).await;
    assert!(letters[1].contains("Subject: A new password at demo"));
    fill(&mut browser, &link(&letters[1]), &[("new", NEW)]).await;
    assert_eq!(
        old.get("/demo/account").await.status,
        303,
        "it is signed out"
    );
    let letters = practice.letters(3).await;
    assert!(letters[2].contains("Subject: Your password at demo was changed"));
    let answer = browser.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(answer.status, 401);
    assert_eq!(browser.sign_in("ann@example.org", NEW).await.status, 303);
}

#[tokio::test]
async fn a_link_for_a_forgotten_password_lives_ten_minutes() {
    let practice = practice().await;
    let (_, invitation) = invited(&practice).await;
    fill(&mut practice.browser(), &invitation, &[("new", PASSWORD)]).await;
    let mut browser = practice.browser();
    let fields = [("login", "ann@example.org")];
    fill(&mut browser, "/demo/forgot-password", &fields).await;
    let letters = practice.letters(2).await;
    assert!(letters[1].contains("within 10 minutes"), "{}", letters[1]);
    let link = link(&letters[1]);
    practice.clock.advance_seconds(10 * 60 - 1);
    assert_eq!(browser.get(&link).await.status, 200);
    practice.clock.advance_seconds(1);
    assert_eq!(browser.get(&link).await.status, 410);
}

#[tokio::test]
async fn links_for_one_name_are_bounded() {
    let practice = practice().await;
    let (_, invitation) = invited(&practice).await;
    fill(&mut practice.browser(), &invitation, &[("new", PASSWORD)]).await;
    let mut browser = practice.browser();
    for _ in 0..8 {
        let fields = [("login", "ann@example.org")];
        let answer = fill(&mut browser, "/demo/forgot-password", &fields).await;
        assert_eq!(answer.status, 200);
    }
    practice.letters(1 + 5).await;
    practice.clock.advance(jiff::SignedDuration::from_hours(1));
    let fields = [("login", "ann@example.org")];
    fill(&mut browser, "/demo/forgot-password", &fields).await;
    practice.letters(1 + 6).await;
}

#[tokio::test]
async fn an_administrator_says_for_whom_a_proxy_acts() {
    let practice = practice().await;
    let joe = practice.person(Role::Proxy, "joe", "p1").await;
    let mut browser = practice.browser_of("joe").await;
    let mut boss = practice.browser_of("boss").await;
    let page = format!("/demo/people/{}", joe.id);
    let action = format!("{page}/patients");
    for (given, says) in [
        ("", "at least one patient"),
        ("p1 p9", "no patient p9 here"),
    ] {
        let answer = fill_at(&mut boss, (&page, &action), &[("patients", given)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.html().contains(says), "{answer:?}");
    }
    assert_eq!(browser.get("/demo/account").await.status, 200);
    let answer = fill_at(&mut boss, (&page, &action), &[("patients", "p1, p2")]).await;
    assert_eq!(answer.location(), format!("{page}?done=patients"));
    let now = practice.store.lookup_user(&joe.id).await.unwrap().unwrap();
    assert_eq!(now.patients, ["p1", "p2"]);
    assert_eq!(browser.get("/demo/account").await.status, 303, "signed out");
    let own = practice.store.find_user("boss").await.unwrap().unwrap();
    let page = format!("/demo/people/{}", own.id);
    let state = format!("{page}/state");
    let answer = fill_at(&mut boss, ("/demo/account", &state), &[]).await;
    assert_eq!(answer.status, 422, "nobody shuts themselves out");
}
