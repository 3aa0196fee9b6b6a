//! Links by which developers register apps: made, used, decided, collected.

use cresset_auth::{GrantType, NewApp};
use cresset_store::AuditAsk;
use cresset_store::grant::{App, AppDetails, Pkce};
use cresset_store::user::Role;

use super::people::Browser;
use super::practice::{Answer, Practice};

const REGISTRATIONS: &str = "/demo/auth/registrations/";
/// A page with a form for anybody.
const SIGN_IN: &str = "/demo/sign-in";

async fn practice() -> Practice {
    let practice = Practice::open().await;
    practice.person(Role::Administrator, "boss", "1").await;
    practice
}

/// Sends the form of the page at `from` to `to`.
async fn send(browser: &mut Browser<'_>, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(from).await.field("form_token");
    let own = [("form_token", token.as_str())];
    browser.post(to, &[&own[..], fields].concat()).await
}

/// The texts that a page shows to be copied.
fn shown(page: &Answer) -> Vec<String> {
    let html = page.html();
    let parts = html.split("<code class=\"once\">").skip(1);
    let texts = parts.map(|part| part.split('<').next().unwrap().to_owned());
    texts.collect()
}

/// The path of a link that the administrator makes.
async fn link(boss: &mut Browser<'_>) -> String {
    let wish = [("note", "Ann of Beacon"), ("days", "14")];
    let page = send(boss, REGISTRATIONS, REGISTRATIONS, &wish).await;
    assert_eq!(page.status, 200, "{page:?}");
    let link = shown(&page).remove(0);
    link[link.find("/demo/register/").unwrap()..].to_owned()
}

/// The only registration there is, as the administrator sees it.
async fn only(boss: &mut Browser<'_>) -> String {
    let html = boss.get(REGISTRATIONS).await.html();
    let at = html.find("/demo/auth/registrations/reg_").unwrap();
    html[at..].split('"').next().unwrap().to_owned()
}

fn asked<'f>(more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let own = [
        ("name", "Beacon"),
        ("organization", "Beacon Health"),
        ("client_type", "confidential"),
        ("by_itself", "yes"),
        ("scopes", "system/Patient.rs system/Observation.rs"),
        ("purpose", "Reminds patients\nof their visits"),
        ("contact", "Ann Lee"),
        ("email", "ann@beacon.example"),
    ];
    // What is named more than once counts as it stands first.
    [more, &own[..]].concat()
}

/// Threats E05: what somebody else could be the app with is told to who answers for it.
#[tokio::test]
async fn who_asked_for_an_app_is_told_of_changes() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let link = link(&mut boss).await;
    let people = [
        ("by_itself", ""),
        ("by_people", "yes"),
        ("scopes", "launch/patient patient/Patient.rs"),
        ("redirect_uris", "https://beacon.example/cb"),
    ];
    let sent = send(&mut practice.browser(), &link, &link, &asked(&people)).await;
    assert_eq!(sent.status, 303, "{sent:?}");
    let one = only(&mut boss).await;
    let scopes = [("scopes", "launch/patient patient/Patient.rs")];
    send(&mut boss, &one, &format!("{one}/approve"), &scopes).await;
    let auth = practice.auth();
    let app = auth.list_apps().await.unwrap();
    let app = app.into_iter().find(|app| app.name == "Beacon").unwrap();
    assert_eq!(app.details.contact.as_deref(), Some("ann@beacon.example"));
    let as_it_is = |redirect_uri: &str, name: &str| NewApp {
        name: name.to_owned(),
        scopes: app.scopes.clone(),
        grant_types: vec![GrantType::AuthorizationCode],
        patient_tokens: false,
        details: AppDetails {
            redirect_uris: vec![redirect_uri.to_owned()],
            organization: app.details.organization.clone(),
            ..AppDetails::default()
        },
    };
    let client_id = app.client_id.as_str();
    let renamed = as_it_is("https://beacon.example/cb", "Lighthouse");
    auth.change_app(client_id, renamed).await.unwrap();
    auth.rotate_secret(client_id).await.unwrap();
    let moved = as_it_is("https://evil.example/cb", "Lighthouse");
    auth.change_app(client_id, moved).await.unwrap();
    auth.disable_app(client_id).await.unwrap();
    practice.app.instances().deliver_mail().await;
    let letters = practice.letters(3).await;
    for what in [
        "its secret was replaced",
        "people are sent back to other addresses",
        "it was disabled",
    ] {
        let tells = |letter: &String| letter.replace("=\r\n", "").contains(what);
        let told = letters.iter().filter(|letter| tells(letter)).count();
        assert_eq!(told, 1, "{what} {letters:?}");
    }
    for letter in &letters {
        assert!(letter.contains("To: ann@beacon.example"), "{letter}");
        assert!(!letter.contains("evil.example"), "{letter}");
    }
}

#[tokio::test]
async fn a_developer_asks_the_practice_approves_and_the_secret_is_shown_once() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let link = link(&mut boss).await;
    let mut ann = practice.browser();
    let sent = send(&mut ann, &link, &link, &asked(&[])).await;
    assert_eq!(sent.status, 303, "{sent:?}");
    let status = sent.header("location").to_owned();
    let page = ann.get(&status).await;
    assert!(page.html().contains("has not decided yet"), "{page:?}");
    for again in [
        ann.get(&link).await,
        send(&mut ann, SIGN_IN, &link, &asked(&[])).await,
    ] {
        assert_eq!(again.status, 404, "a link is used once: {again:?}");
    }

    let one = only(&mut boss).await;
    let page = boss.get(&one).await.html();
    assert!(page.contains("Reminds patients"), "{page}");
    let narrower = [("scopes", "system/Patient.rs")];
    let done = send(&mut boss, &one, &format!("{one}/approve"), &narrower).await;
    assert_eq!(done.status, 303, "{done:?}");

    let page = ann.get(&status).await;
    let client_id = shown(&page).remove(0);
    assert!(page.html().contains("Show the secret"), "{page:?}");
    let page = send(&mut ann, &status, &status, &[]).await;
    let [id, secret] = &shown(&page)[..] else {
        panic!("{page:?}");
    };
    assert_eq!(*id, client_id);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let token = practice.form("/demo/auth/token/", &form).await;
    assert_eq!(token.json()["scope"], "system/Patient.rs", "{token:?}");
    let page = ann.get(&status).await;
    assert!(!page.html().contains(secret.as_str()));
    assert!(!page.html().contains("Show the secret"));
    let again = send(&mut ann, SIGN_IN, &status, &[]).await;
    assert_eq!(again.status, 409, "{again:?}");

    practice.store.settle().await.unwrap();
    let trail = practice
        .store
        .trail(&AuditAsk::newest(100))
        .await
        .unwrap()
        .records;
    for did in ["link", "submit", "approve", "collect"] {
        let did = format!("registration-{did}");
        assert!(trail.iter().any(|r| r.record.interaction == did), "{did}");
    }
}

#[tokio::test]
async fn a_denied_developer_reads_the_reason() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let link = link(&mut boss).await;
    let mut ann = practice.browser();
    let sent = send(&mut ann, &link, &link, &asked(&[])).await;
    let status = sent.header("location").to_owned();
    let one = only(&mut boss).await;
    let deny = format!("{one}/deny");
    let silent = send(&mut boss, &one, &deny, &[("reason", " ")]).await;
    assert_eq!(silent.status, 422);
    let reason = [("reason", "We <do> not share observations")];
    assert_eq!(send(&mut boss, &one, &deny, &reason).await.status, 303);
    let approve = format!("{one}/approve");
    let late = send(
        &mut boss,
        REGISTRATIONS,
        &approve,
        &[("scopes", "system/*.rs")],
    )
    .await;
    assert_eq!(late.status, 409, "{late:?}");
    let page = ann.get(&status).await.html();
    assert!(
        page.contains("We &#60;do&#62; not share observations"),
        "{page}"
    );
    assert!(shown(&ann.get(&status).await).is_empty());
    assert_eq!(beacon(&practice).await, None);
}

/// The app that was asked for, once it is registered.
async fn beacon(practice: &Practice) -> Option<App> {
    let apps = practice.store.list_apps().await.unwrap();
    apps.into_iter().find(|app| app.name == "Beacon")
}

/// What is filled in wrong, and beside which field it is said.
const WRONG: &[((&str, &str), &str)] = &[
    (("name", ""), "name"),
    (("organization", " "), "organization"),
    (("contact", ""), "contact"),
    (("email", "nobody"), "email"),
    (("purpose", ""), "purpose"),
    (("scopes", "patient/*.rs"), "scopes"),
    (("by_people", "yes"), "redirect_uris"),
    (("client_type", "public"), "is_public"),
];

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_sent() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let link = link(&mut boss).await;
    let mut ann = practice.browser();
    for (wrong, field) in WRONG {
        let page = send(&mut ann, &link, &link, &asked(&[*wrong])).await;
        assert_eq!(page.status, 422, "{wrong:?} {page:?}");
        let anchor = format!("href=\"#{field}\"");
        assert!(page.html().contains(&anchor), "{wrong:?} {}", page.html());
    }
    let whole = asked(&[("patient_tokens", "yes"), ("pkce_exempt", "yes")]);
    assert_eq!(send(&mut ann, &link, &link, &whole).await.status, 303);
    let one = only(&mut boss).await;
    let scopes = [("scopes", "system/Patient.rs")];
    send(&mut boss, &one, &format!("{one}/approve"), &scopes).await;
    let app = beacon(&practice).await.unwrap();
    assert!(!app.patient_tokens, "only the practice gives that");
    assert_eq!(app.details.pkce, Pkce::Required);
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_when_it_is_taken_back() {
    let practice = practice().await;
    let mut boss = practice.browser_of("boss").await;
    let first = link(&mut boss).await;
    let one = only(&mut boss).await;
    let withdraw = format!("{one}/withdraw");
    assert_eq!(send(&mut boss, &one, &withdraw, &[]).await.status, 303);
    let mut ann = practice.browser();
    assert_eq!(ann.get(&first).await.status, 404);
    let second = link(&mut boss).await;
    assert_eq!(ann.get(&second).await.status, 200);
    practice.clock.advance_seconds(14 * 24 * 3600);
    assert_eq!(ann.get(&second).await.status, 404);
    for days in ["0", "366", "soon"] {
        let mut boss = practice.browser_of("boss").await;
        let wish = [("note", "Ann"), ("days", days)];
        let refused = send(&mut boss, REGISTRATIONS, REGISTRATIONS, &wish).await;
        assert_eq!(refused.status, 422, "{days}");
    }
}
