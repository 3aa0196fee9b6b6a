//! Signing in and out.

use axum::body::Body;
use cresset_base::Secret;
use cresset_store::AuditAsk;
use cresset_store::user::Role;
use http::Request;

use super::people::{Browser, PASSWORD, encoded};
use super::practice::{Answer, Practice};

async fn with_ann() -> Practice {
    let practice = Practice::open().await;
    practice
        .person(Role::Patient, "ann@example.org", "p1")
        .await;
    practice
}

async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let answer = browser.get("/demo/account").await;
    match answer.status.as_u16() {
        200 => true,
        303 => {
            assert_eq!(answer.location(), "/demo/sign-in?to=%2Fdemo%2Faccount");
            false
        }
        _ => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_person_signs_in_and_out() {
    let practice = with_ann().await;
    let mut browser = practice.browser();
    assert!(!is_signed_in(&mut browser).await);
    let stranger = browser.get("/demo/sign-in").await.headers["set-cookie"].clone();
    let answer = browser.sign_in(" Ann@Example.org ", PASSWORD).await;
    assert_eq!(answer.location(), "/demo/account");
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        assert!(cookie.starts_with("__Host-cresset-demo-"), "{cookie}");
        assert!(
            cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
    }
    assert_ne!(
        cookies[0],
        stranger.to_str().unwrap(),
        "a new session at login"
    );
    let page = browser.get("/demo/account").await.html();
    assert!(page.contains("Person ann@example.org"), "{page}");
    let before = browser.cookies.clone();
    let token = browser.get("/demo/account").await.field("form_token");
    let out = browser
        .post("/demo/sign-out", &[("form_token", &token)])
        .await;
    assert_eq!(out.location(), "/demo/sign-in");
    browser.cookies = before;
    assert!(!is_signed_in(&mut browser).await, "the old cookie is dead");
}

#[tokio::test]
async fn the_sign_in_page_leads_back() {
    let practice = with_ann().await;
    let mut browser = practice.browser();
    let path = "/demo/sign-in?to=%2Fdemo%2Faccount%3Fx%3D1";
    let answer = browser.sign_in_at(path, "ann@example.org", PASSWORD).await;
    assert_eq!(answer.location(), "/demo/account?x=1");
    for to in ["https://evil.example/", "//evil.example/", "/other/account"] {
        let path = format!("/demo/sign-in?{}", encoded(&[("to", to)]));
        let answer = browser.sign_in_at(&path, "ann@example.org", PASSWORD).await;
        assert_eq!(answer.location(), "/demo/account", "{to}");
    }
}

/// H01: nothing tells a wrong password from an unknown name or a person who was shut out.
#[tokio::test]
async fn who_is_known_here_is_not_told() {
    let practice = with_ann().await;
    practice.person(Role::Clinician, "roe", "d1").await;
    practice.auth().disable_user("roe").await.unwrap();
    let mask = |answer: Answer, login: &str| {
        let token = answer.field("form_token");
        let html = answer
            .html()
            .replace(login, "LOGIN")
            .replace(&token, "TOKEN");
        (answer.status.as_u16(), html)
    };
    let mut answers = Vec::new();
    for (login, password) in [
        ("ann@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("roe", PASSWORD),
        ("ann@example.org", &"x".repeat(5_000)),
    ] {
        let answer = practice.browser().sign_in(login, password).await;
        answers.push(mask(answer, login));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers[0].1.contains("do not go together"));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_owner_is_not_shut_out() {
    let practice = with_ann().await;
    let mut known = practice.browser_of("ann@example.org").await;
    let mut guesser = practice.browser();
    for _ in 0..10 {
        let answer = guesser.sign_in("ann@example.org", "not the password").await;
        assert_eq!(answer.status, 401);
    }
    let answer = guesser.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(answer.status, 429, "not even the right password");
    assert_eq!(answer.header("retry-after"), "900");
    assert!(answer.html().contains("too many attempts"));
    let owner = known.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(owner.status, 303, "a browser she has used before");
    practice.clock.advance_seconds(900);
    let later = guesser.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(later.status, 303);
}

/// C11 and H18: a form that did not stand on our page in this browser does nothing.
#[tokio::test]
async fn forms_of_other_pages_and_browsers_are_refused() {
    let practice = with_ann().await;
    let mut browser = practice.browser();
    let mut other = practice.browser();
    let token = browser.get("/demo/sign-in").await.field("form_token");
    let foreign = other.get("/demo/sign-in").await.field("form_token");
    let form = |token: &str| {
        encoded(&[
            ("form_token", token),
            ("login", "ann@example.org"),
            ("password", PASSWORD),
        ])
    };
    for (site, token, expect) in [
        ("cross-site", token.as_str(), 403),
        ("same-site", &token, 403),
        ("same-origin", "", 403),
        ("same-origin", &foreign, 403),
        ("same-origin", &token, 303),
    ] {
        let request = Request::post("/demo/sign-in")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        let answer = browser.send(request, form(token)).await;
        assert_eq!(answer.status, expect, "{site} {token}");
    }
    let request = Request::post("/demo/sign-out").header("content-type", "text/plain");
    let token = browser.get("/demo/account").await.field("form_token");
    let answer = browser
        .send(request, encoded(&[("form_token", &token)]))
        .await;
    assert_eq!(answer.status, 415);
    assert_eq!(browser.get("/demo/sign-out").await.status, 405);
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let practice = with_ann().await;
    let mut browser = practice.browser_of("ann@example.org").await;
    practice.clock.advance_seconds(899);
    assert!(is_signed_in(&mut browser).await);
    practice.clock.advance_seconds(900);
    assert!(
        !is_signed_in(&mut browser).await,
        "idle for a quarter of an hour"
    );
    let mut browser = practice.browser_of("ann@example.org").await;
    for _ in 0..60 {
        assert!(is_signed_in(&mut browser).await);
        practice.clock.advance_seconds(720);
    }
    assert!(!is_signed_in(&mut browser).await, "twelve hours old");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let practice = with_ann().await;
    let mut browser = practice.browser_of("ann@example.org").await;
    let mut before = practice.browser();
    before.cookies.clone_from(&browser.cookies);
    browser.sign_in("ann@example.org", PASSWORD).await;
    assert!(is_signed_in(&mut browser).await && !is_signed_in(&mut before).await);
}

#[tokio::test]
async fn sessions_end_elsewhere_and_with_the_password() {
    let practice = with_ann().await;
    let mut here = practice.browser_of("ann@example.org").await;
    let mut there = practice.browser_of("ann@example.org").await;
    let token = here.get("/demo/account").await.field("form_token");
    let path = "/demo/account/sign-out-elsewhere";
    let answer = here.post(path, &[("form_token", &token)]).await;
    assert_eq!(answer.location(), "/demo/account");
    assert!(is_signed_in(&mut here).await && !is_signed_in(&mut there).await);
    let other = Secret::new("another way to say it".to_owned());
    practice
        .auth()
        .set_password("ann@example.org", other)
        .await
        .unwrap();
    assert!(!is_signed_in(&mut here).await);
    assert_eq!(here.sign_in("ann@example.org", PASSWORD).await.status, 401);
    let mut back = practice.browser();
    let answer = back
        .sign_in("ann@example.org", "another way to say it")
        .await;
    assert_eq!(answer.status, 303);
    practice
        .auth()
        .disable_user("ann@example.org")
        .await
        .unwrap();
    assert!(!is_signed_in(&mut back).await);
}

#[tokio::test]
async fn a_cookie_is_nothing_to_another_practice() {
    let practice = with_ann().await;
    let browser = practice.browser_of("ann@example.org").await;
    let session = browser
        .cookies
        .iter()
        .find(|(name, _)| name.ends_with("session"));
    let (_, value) = session.unwrap();
    for name in [
        "__Host-cresset-other-session",
        "__Host-cresset-demo-session",
    ] {
        let request = Request::get("/other/account").header("cookie", format!("{name}={value}"));
        let answer = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.location(), "/other/sign-in?to=%2Fother%2Faccount");
    }
}

#[tokio::test]
async fn a_cookie_that_comes_twice_is_nobody() {
    let practice = with_ann().await;
    let mut browser = practice.browser_of("ann@example.org").await;
    let twice = browser.cookies.clone();
    browser.cookies.extend(twice);
    let answer = browser.get("/demo/account").await;
    assert_eq!(answer.location(), "/demo/sign-in?to=%2Fdemo%2Faccount");
}

#[tokio::test]
async fn signing_in_leaves_a_record() {
    let practice = with_ann().await;
    practice
        .browser()
        .sign_in("ann@example.org", "not the password")
        .await;
    let ann = practice
        .store
        .find_user("ann@example.org")
        .await
        .unwrap()
        .unwrap();
    practice.browser_of("ann@example.org").await;
    practice.store.settle().await.unwrap();
    let trail = practice
        .store
        .trail(&AuditAsk::newest(10))
        .await
        .unwrap()
        .records;
    let logins: Vec<_> = trail
        .iter()
        .map(|recorded| &recorded.record)
        .filter(|record| record.interaction == "login")
        .map(|record| (record.status, record.subject.clone()))
        .collect();
    assert!(logins.contains(&(401, None)), "{logins:?}");
    practice.browser_of("ann@example.org").await;
    practice.store.settle().await.unwrap();
    let trail = practice
        .store
        .trail(&AuditAsk::newest(10))
        .await
        .unwrap()
        .records;
    assert!(
        trail
            .iter()
            .any(|recorded| recorded.record.subject.as_ref() == Some(&ann.id))
    );
}

/// H03 and H12: the old one is asked again, a weak one refused, and what rested on it ends.
#[tokio::test]
async fn a_person_changes_the_password() {
    let practice = with_ann().await;
    let mut ann = practice.browser_of("ann@example.org").await;
    let mut elsewhere = practice.browser_of("ann@example.org").await;
    let path = "/demo/account/password";
    let token = ann.get(path).await.field("form_token");
    let other = "another way to say it";
    for (current, new, status, words) in [
        (
            "not the password",
            other,
            401,
            "current password is not right",
        ),
        (PASSWORD, "short", 422, "at least 12 characters"),
        (PASSWORD, "Password1234!", 422, "tried first"),
        (PASSWORD, "ann@example.org", 422, "your name"),
    ] {
        let fields = [
            ("form_token", token.as_str()),
            ("current", current),
            ("new", new),
        ];
        let answer = ann.post(path, &fields).await;
        assert_eq!(answer.status, status, "{new}");
        assert!(answer.html().contains(words), "{new} {}", answer.html());
    }
    assert!(
        is_signed_in(&mut elsewhere).await,
        "nothing has changed yet"
    );
    let fields = [
        ("form_token", token.as_str()),
        ("current", PASSWORD),
        ("new", other),
    ];
    assert_eq!(ann.post(path, &fields).await.location(), "/demo/account");
    assert!(is_signed_in(&mut ann).await && !is_signed_in(&mut elsewhere).await);
    assert_eq!(
        elsewhere.sign_in("ann@example.org", PASSWORD).await.status,
        401
    );
    assert_eq!(
        elsewhere.sign_in("ann@example.org", other).await.status,
        303
    );
}
