//! Pictures of apps: chosen by administrators, shown to people, and nothing but pictures.

use cresset_store::grant::ClientType;
use cresset_store::user::Role;
use http::Request;

use super::launch::{Keep, SCOPES, TestApp, details};
use super::people::Browser;
use super::practice::{Answer, Practice};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture \0\0\0\0IEND\xae\x42\x60\x82";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture \xff\xd9";

async fn demo() -> (Practice, TestApp) {
    let practice = Practice::open().await;
    practice
        .ask("PUT /Patient/p1", r#"{"resourceType":"Patient","id":"p1"}"#)
        .await;
    practice.person(Role::Patient, "ann", "p1").await;
    practice.person(Role::Administrator, "boss", "1").await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    (practice, app)
}

fn page_of(app: &TestApp) -> String {
    format!("/demo/auth/applications/{}", app.client_id)
}

/// Sends a file as a browser does that chose it on the page of the app.
async fn upload(browser: &mut Browser<'_>, app: &TestApp, token: &str, file: &[u8]) -> Answer {
    let part = |head: &str, content: &[u8]| {
        let head = format!("--limit\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    };
    let body = [
        part("name=\"form_token\"", token.as_bytes()),
        part("name=\"logo\"; filename=\"logo.svg\"", file),
        b"--limit--\r\n".to_vec(),
    ]
    .concat();
    let request = Request::post(format!("{}/logo", page_of(app)))
        .header("content-type", "multipart/form-data; boundary=limit")
        .header("sec-fetch-site", "same-origin");
    browser.send_bytes(request, body).await
}

/// The address of the picture on a page, if there is one.
fn picture_on(page: &Answer) -> Option<String> {
    let html = page.html();
    let (_, rest) = html.split_once("<img class=\"logo\" src=\"")?;
    Some(rest.split('"').next().unwrap().to_owned())
}

#[tokio::test]
async fn an_administrator_chooses_a_picture_that_people_see() {
    let (practice, app) = demo().await;
    let mut boss = practice.browser_of("boss").await;
    let mut ann = practice.browser_of("ann").await;
    let page = boss.get(&page_of(&app)).await;
    assert_eq!(picture_on(&page), None);
    let token = page.field("form_token");
    for (file, media_type) in [(PNG, "image/png"), (JPEG, "image/jpeg")] {
        let done = upload(&mut boss, &app, &token, file).await;
        assert_eq!(done.location(), page_of(&app));
        let address = picture_on(&boss.get(&page_of(&app)).await).unwrap();
        let (_, consent) = ann.consent_page(&app.address(&[])).await;
        assert_eq!(picture_on(&consent), Some(address.clone()));
        let picture = practice.stranger(&format!("GET {address}")).await;
        assert_eq!(picture.status, 200, "{picture:?}");
        assert_eq!(&picture.body[..], file);
        assert_eq!(picture.header("content-type"), media_type);
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
        assert_eq!(
            picture.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        let other = address.replace(&address[address.len() - 4..], "0000");
        assert_eq!(practice.stranger(&format!("GET {other}")).await.status, 404);
    }
    ann.allow(&app.address(&[]), Keep::All).await.code();
    let connected = ann.get("/demo/connected-apps").await;
    let address = picture_on(&connected).unwrap();

    let without = [("form_token", token.as_str())];
    let removed = boss
        .post(&format!("{}/logo", page_of(&app)), &without)
        .await;
    assert_eq!(removed.location(), page_of(&app));
    assert_eq!(picture_on(&boss.get(&page_of(&app)).await), None);
    assert_eq!(picture_on(&ann.get("/demo/connected-apps").await), None);
    let gone = practice.stranger(&format!("GET {address}")).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn what_is_no_picture_is_not_taken() {
    let (practice, app) = demo().await;
    let mut boss = practice.browser_of("boss").await;
    let token = boss.get(&page_of(&app)).await.field("form_token");
    let large = [&PNG[..8], &vec![0; 64 * 1024], &PNG[8..]].concat();
    let huge = [&PNG[..8], &vec![0; 256 * 1024], &PNG[8..]].concat();
    let followed = [PNG, b"<script>alert(1)</script>"].concat();
    for (file, expect) in [
        (
            &b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"[..],
            422,
        ),
        (b"<!doctype html>", 422),
        (b"GIF89a", 422),
        (&PNG[..12], 422),
        (&followed, 422),
        (&large, 422),
        (&huge, 413),
    ] {
        let answer = upload(&mut boss, &app, &token, file).await;
        assert_eq!(answer.status, expect, "{answer:?}");
    }
    assert_eq!(picture_on(&boss.get(&page_of(&app)).await), None);
}

#[tokio::test]
async fn nobody_else_chooses_it() {
    let (practice, app) = demo().await;
    let mut boss = practice.browser_of("boss").await;
    let mut ann = practice.browser_of("ann").await;
    let of_boss = boss.get(&page_of(&app)).await.field("form_token");
    let of_ann = ann.get("/demo/account").await.field("form_token");
    let answer = upload(&mut ann, &app, &of_ann, PNG).await;
    assert_eq!(answer.status, 403, "a patient");
    for token in ["", of_ann.as_str()] {
        let answer = upload(&mut boss, &app, token, PNG).await;
        assert_eq!(answer.status, 403, "another browser's form");
    }
    assert_eq!(picture_on(&boss.get(&page_of(&app)).await), None);
    assert_eq!(upload(&mut boss, &app, &of_boss, PNG).await.status, 303);
}
