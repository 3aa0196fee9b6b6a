//! The pages on which administrators keep the practice's apps.

use cresset_store::AuditAsk;
use cresset_store::grant::ClientType;
use cresset_store::user::Role;

use super::launch::{SCOPES, details};
use super::people::Browser;
use super::practice::{Answer, Practice};

const APPS: &str = "/demo/auth/applications/";
const REGISTER: &str = "/demo/auth/applications/register/";

async fn practice() -> Practice {
    let practice = Practice::open().await;
    practice.person(Role::Administrator, "boss", "1").await;
    practice
}

/// Fills in the form at `path` and sends it.
async fn fill(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(path).await.field("form_token");
    let own = [("form_token", token.as_str())];
    browser.post(path, &[&own[..], fields].concat()).await
}

fn backend<'f>(more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let own = [
        ("name", "Reports"),
        ("client_type", "confidential"),
        ("by_itself", "yes"),
        ("scopes", "system/*.rs"),
    ];
    [&own[..], more].concat()
}

/// The texts that a page shows to be copied: client id, then secret if there is one.
fn shown_once(page: &Answer) -> Vec<String> {
    let html = page.html();
    let parts = html.split("<code class=\"once\">").skip(1);
    let texts = parts.map(|part| part.split('<').next().unwrap().to_owned());
    texts.collect()
}

async fn token_with(practice: &Practice, id: &str, secret: &str) -> Answer {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    practice.form("/demo/auth/token/", &form).await
}

/// What a search with this token is answered.
async fn status_with(practice: &Practice, token: &str) -> u16 {
    let request =
        http::Request::get("/demo/fhir/Patient").header("authorization", format!("Bearer {token}"));
    let answer = practice.send(request.body(axum::body::Body::empty()).unwrap());
    answer.await.status.as_u16()
}

/// Every step left its record, with the app and the person.
async fn assert_noted(practice: &Practice, id: &str) {
    practice.store.settle().await.unwrap();
    let trail = practice
        .store
        .trail(&AuditAsk::newest(100))
        .await
        .unwrap()
        .records;
    for did in [
        "app-register",
        "app-change",
        "app-rotate",
        "app-disable",
        "app-enable",
        "app-delete",
    ] {
        let noted = trail.iter().any(|r| {
            r.record.interaction == did
                && r.record.app.as_ref() == Some(&id.to_owned())
                && r.record.subject.is_some()
        });
        assert!(noted, "{did}");
    }
}

#[tokio::test]
async fn an_app_is_registered_used_changed_rotated_disabled_and_deleted() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let page = fill(&mut boss, REGISTER, &backend(&[])).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.header("cache-control"), "no-store");
    let shown = shown_once(&page);
    let [id, secret] = [&shown[0], &shown[1]];
    assert!(
        page.html().contains(&format!("curl -s -u '{id}:{secret}'")),
        "{}",
        page.html()
    );
    let token = token_with(&practice, id, secret).await;
    assert_eq!(token.status, 200, "{token:?}");

    let one = format!("{APPS}{id}");
    let again = boss.get(&one).await;
    assert_eq!(again.status, 200);
    assert!(
        !again.html().contains(secret.as_str()),
        "a secret is shown once"
    );
    // A script may copy it where it is shown, and runs nowhere else.
    for (page, runs) in [(&page, true), (&again, false)] {
        let policy = page.header("content-security-policy");
        assert_eq!(policy.contains("script-src 'self';"), runs, "{policy}");
        assert_eq!(page.html().contains("<script src=\"/assets/"), runs);
        assert_eq!(page.html().contains("data-copy=\"command\""), runs);
    }
    assert!(boss.get(APPS).await.html().contains("Reports"));

    let narrower = [
        ("name", "Reports 2"),
        ("client_type", "confidential"),
        ("by_itself", "yes"),
        ("scopes", "system/Patient.rs"),
    ];
    let changed = fill(&mut boss, &format!("{one}/edit"), &narrower).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let token = token_with(&practice, id, secret).await;
    assert_eq!(token.json()["scope"], "system/Patient.rs");

    let form_token = boss.get(&one).await.field("form_token");
    let own = ("form_token", form_token.as_str());
    let rotated = boss.post(&format!("{one}/rotate"), &[own]).await;
    let fresh = shown_once(&rotated)[1].clone();
    assert_eq!(token_with(&practice, id, secret).await.status, 401);
    let token = token_with(&practice, id, &fresh).await;
    let token = token.json()["access_token"].as_str().unwrap().to_owned();

    let reads = async || status_with(&practice, &token).await;
    assert_eq!(reads().await, 200);
    for (state, status) in [("disabled", 401), ("enabled", 200)] {
        let answer = boss
            .post(&format!("{one}/state"), &[own, ("state", state)])
            .await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(reads().await, status, "{state}");
    }
    let unsure = boss.post(&format!("{one}/delete"), &[own]).await;
    assert_eq!(unsure.status, 422);
    assert_eq!(reads().await, 200);
    let gone = boss
        .post(&format!("{one}/delete"), &[own, ("sure", "yes")])
        .await;
    assert_eq!(gone.status, 303);
    assert_eq!(reads().await, 401);
    assert_eq!(token_with(&practice, id, &fresh).await.status, 401);
    assert_eq!(boss.get(&one).await.status, 404);

    assert_noted(&practice, id).await;
}

/// What is filled in wrong, what is said of it, and beside which field.
const WRONG: &[((&str, &str), &str, &str)] = &[
    (
        ("redirect_uris", "http://app.example/cb"),
        "uses https",
        "redirect_uris",
    ),
    (
        ("redirect_uris", "https://*.example/cb"),
        "no &#39;*&#39;",
        "redirect_uris",
    ),
    (
        ("redirect_uris", "javascript:alert(1)"),
        "redirect URI",
        "redirect_uris",
    ),
    (
        ("by_people", "yes"),
        "at least one redirect URI",
        "redirect_uris",
    ),
    (("jwks", "{}"), "key set cannot be used", "jwks"),
    (
        ("launch_url", "javascript:alert(1)"),
        "launch URL is an https address",
        "launch_url",
    ),
    (
        ("launch_url", "http://app.example/launch"),
        "launch URL is an https address",
        "launch_url",
    ),
    (
        ("refresh_days", "ninety"),
        "a whole number of days",
        "refresh_days",
    ),
    (
        ("refresh_days", "36501"),
        "a whole number of days",
        "refresh_days",
    ),
    (
        ("jwks_uri", "ftp://x.example/"),
        "does not begin with https",
        "jwks_uri",
    ),
];

#[tokio::test]
async fn what_is_wrong_is_said_beside_the_form_and_nothing_is_lost_or_stored() {
    let practice = practice().await;
    let before = practice.store.list_apps().await.unwrap().len();
    let mut boss = practice.browser_of("boss").await;
    for &(more, words, field) in WRONG {
        let page = fill(&mut boss, REGISTER, &backend(&[more])).await;
        assert_eq!(page.status, 422, "{more:?}");
        let html = page.html();
        assert!(html.contains(words), "{words}: {html}");
        assert!(
            html.contains(&format!("href=\"#{field}\"")),
            "{field}: {html}"
        );
        assert!(
            html.contains("value=\"Reports\""),
            "what was filled in stays"
        );
    }
    let inert = [
        ("organization", "<script>alert(1)</script>"),
        ("scopes", "nonsense"),
    ];
    let page = fill(&mut boss, REGISTER, &backend(&inert[..1])).await;
    assert!(!page.html().contains("<script>"));
    assert_eq!(practice.store.list_apps().await.unwrap().len(), before + 1);
}

#[tokio::test]
async fn an_app_that_signs_or_is_public_gets_no_secret() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let keys = ("jwks_uri", "https://app.example/jwks.json");
    let page = fill(&mut boss, REGISTER, &backend(&[keys])).await;
    assert_eq!(
        (page.status.as_u16(), shown_once(&page).len()),
        (200, 1),
        "{page:?}"
    );
    let public = [
        ("name", "Diary"),
        ("client_type", "public"),
        ("by_people", "yes"),
        (
            "redirect_uris",
            "https://diary.example/cb\ncom.example.diary:/cb",
        ),
        ("scopes", "launch/patient openid\n patient/*.rs"),
    ];
    let page = fill(&mut boss, REGISTER, &public).await;
    assert_eq!(
        (page.status.as_u16(), shown_once(&page).len()),
        (200, 1),
        "{page:?}"
    );
    let apps = practice.store.list_apps().await.unwrap();
    let diary = apps.iter().find(|app| app.name == "Diary").unwrap();
    assert_eq!(diary.details.redirect_uris.len(), 2);
    assert_eq!(diary.scopes, "launch/patient openid patient/*.rs");
}

#[tokio::test]
async fn only_an_administrator_of_this_practice_gets_in() {
    let practice = practice().await;
    practice.person(Role::Clinician, "doc", "2").await;
    practice.person(Role::Patient, "pat", "3").await;
    let id = practice.client_id.clone();
    let one = format!("{APPS}{id}");
    let nobody = practice.stranger(&format!("GET {APPS}")).await;
    assert!(nobody.location().starts_with("/demo/sign-in"), "{nobody:?}");
    for who in ["doc", "pat"] {
        let mut browser = practice.browser_of(who).await;
        for path in [APPS, REGISTER, &one, &format!("{one}/edit")] {
            assert_eq!(browser.get(path).await.status, 403, "{who} {path}");
        }
        let account = browser.get("/demo/account").await;
        assert!(!account.html().contains(APPS), "{who}");
        let account = account.field("form_token");
        for action in ["rotate", "state", "delete", "edit"] {
            let fields = [
                ("form_token", account.as_str()),
                ("sure", "yes"),
                ("state", "disabled"),
            ];
            let answer = browser.post(&format!("{one}/{action}"), &fields).await;
            assert_eq!(answer.status, 403, "{who} {action}");
        }
    }
    let mut boss = practice.browser_of("boss").await;
    let account = boss.get("/demo/account").await;
    assert!(account.html().contains(&format!("href=\"{APPS}\"")));
    let elsewhere = boss.get("/other/auth/applications/").await;
    assert!(
        elsewhere.location().starts_with("/other/sign-in"),
        "{elsewhere:?}"
    );
    // A form from elsewhere does nothing: no token, another's token.
    for token in ["", "x"] {
        let answer = boss
            .post(
                &format!("{one}/delete"),
                &[("form_token", token), ("sure", "yes")],
            )
            .await;
        assert_eq!(answer.status, 403);
    }
    let app = practice.registered_app().await;
    assert!(app.enabled);
    assert_eq!(
        token_with(&practice, &id, &practice.client_secret)
            .await
            .status,
        200
    );
}

/// What people read on the consent page is what an administrator made sure of, until the maker changes.
#[tokio::test]
async fn people_are_told_whether_the_maker_was_checked() {
    let practice = practice().await;
    let body = r#"{"resourceType":"Patient","id":"p1"}"#;
    practice.ask("PUT /Patient/p1", body).await;
    practice.person(Role::Patient, "ann", "p1").await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    let mut boss = practice.browser_of("boss").await;
    let one = format!("{APPS}{}", app.client_id);
    let is_checked = async || {
        let mut ann = practice.browser_of("ann").await;
        let (_, page) = ann.consent_page(&app.address(&[])).await;
        page.html().contains("has checked who makes it.</p>")
            && !page.html().contains("Nobody has checked")
    };
    assert!(!is_checked().await);
    let form_token = boss.get(&one).await.field("form_token");
    let own = ("form_token", form_token.as_str());
    let state = format!("{one}/state");
    let noted = boss.post(&state, &[own, ("state", "verified")]).await;
    assert_eq!(noted.status, 303, "{noted:?}");
    assert!(is_checked().await);
    let fields = [
        ("name", "Sunrise"),
        ("organization", "Somebody else"),
        ("client_type", "public"),
        ("by_people", "yes"),
        ("redirect_uris", "https://app.example/cb"),
        ("scopes", SCOPES),
    ];
    let changed = fill(&mut boss, &format!("{one}/edit"), &fields).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(!is_checked().await, "another maker");
}
