//! Forms that another site makes a browser send (CSRF): every page that takes one, read from the map.

use cresset_store::user::Role;
use http::Request;

use super::access_matrix::{address, routes};
use super::people::{Browser, encoded};
use super::practice::{Answer, Practice};

/// What lies under a practice and takes forms of apps, which prove themselves otherwise.
const OF_APPS: [&str; 7] = [
    "/auth/authorize",
    "/auth/introspect",
    "/auth/par",
    "/auth/register",
    "/auth/revoke",
    "/auth/token",
    "/auth/userinfo",
];

fn pages() -> Vec<String> {
    let is_page =
        |path: &str| !path.contains("/fhir") && !OF_APPS.iter().any(|of_app| path.contains(of_app));
    let posts = routes()
        .into_iter()
        .filter(|(method, path)| *method == "post" && is_page(path));
    posts.map(|(_, path)| address(&path)).collect()
}

async fn send(browser: &mut Browser<'_>, path: &str, site: &str, token: &str) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", site);
    browser
        .send(request, encoded(&[("form_token", token)]))
        .await
}

#[tokio::test]
async fn no_page_takes_a_form_of_another_site_or_browser() {
    let practice = Practice::open().await;
    practice.person(Role::Administrator, "boss", "1").await;
    let mut browser = practice.browser_of("boss").await;
    let own = browser.get("/demo/account").await.field("form_token");
    let mut stranger = practice.browser();
    let another = stranger.get("/demo/sign-in").await.field("form_token");
    let pages = pages();
    assert!(pages.len() > 20, "{pages:?}");
    for path in pages {
        // A practice with real data has no such button at all.
        let refused = if path == "/demo/sandbox-token" {
            404
        } else {
            403
        };
        for (site, token) in [
            ("cross-site", own.as_str()),
            ("same-site", &own),
            ("none", &own),
            ("same-origin", ""),
            ("same-origin", &another),
        ] {
            let answer = send(&mut browser, &path, site, token).await;
            assert_eq!(answer.status, refused, "{path} {site}: {answer:?}");
        }
    }
    let account = browser.get("/demo/account").await;
    assert_eq!(account.status, 200, "still signed in");
}
