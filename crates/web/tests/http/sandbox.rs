//! The button that gives a token to anybody, where all data is made up.

use axum::body::Body;
use cresset_base::Limits;
use http::Request;

use super::practice::{Answer, Practice};

const PATIENT: &str = r#"{"resourceType":"Patient","active":true}"#;
const FORM: &str = "/demo/sandbox-token";

async fn sandbox() -> Practice {
    Practice::with(Limits::default(), |settings| settings.sandbox = true).await
}

/// Presses the button, with one more header.
async fn press(practice: &Practice, header: (&str, &str)) -> Answer {
    let request = Request::post(FORM).header(header.0, header.1);
    practice.send(request.body(Body::empty()).unwrap()).await
}

async fn ask_as(practice: &Practice, token: &str, line: &str, body: &'static str) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let request = Request::builder()
        .method(method)
        .uri(format!("/demo/fhir{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/fhir+json");
    practice.send(request.body(Body::from(body)).unwrap()).await
}

fn html(page: &Answer) -> String {
    String::from_utf8(page.body.to_vec()).unwrap()
}

/// The token that a page shows.
fn token(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{page:?}");
    let html = html(page);
    let from = html.find("crt_").unwrap();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let token = html[from..].split(|c| !is_of_token(c)).next();
    token.unwrap().to_owned()
}

#[tokio::test]
async fn the_button_gives_a_token_that_reads_and_searches() {
    let practice = sandbox().await;
    let id = practice.create("Patient", PATIENT).await;
    let dashboard = practice.stranger("GET /demo/").await;
    let form = "<form method=\"post\" action=\"/demo/sandbox-token\">";
    assert!(html(&dashboard).contains(form), "{}", html(&dashboard));
    assert!(html(&dashboard).contains("Make a sandbox token"));
    let policy = dashboard.header("content-security-policy");
    assert!(policy.contains("form-action 'self'"), "{policy}");

    let page = practice.stranger(&format!("POST {FORM}")).await;
    let token = token(&page);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    for words in [
        format!("curl -s -H \"Authorization: Bearer {token}\""),
        "https://ehr.example/demo/fhir/Patient?_count=2".to_owned(),
        "60 minutes".to_owned(),
        "can only read and search".to_owned(),
    ] {
        assert!(html(&page).contains(&words), "{words}: {}", html(&page));
    }

    let read = format!("GET /Patient/{id}");
    let delete = format!("DELETE /Patient/{id}");
    for (line, body, expect) in [
        (read.as_str(), "", 200),
        ("GET /Patient?active=true", "", 200),
        ("POST /Patient", PATIENT, 403),
        (delete.as_str(), "", 403),
    ] {
        let answer = ask_as(&practice, &token, line, body).await;
        assert_eq!(answer.status, expect, "{line} {answer:?}");
    }
    let elsewhere = Request::get(format!("/other/fhir/Patient/{id}"))
        .header("authorization", format!("Bearer {token}"));
    let elsewhere = practice.send(elsewhere.body(Body::empty()).unwrap()).await;
    assert_eq!(elsewhere.status, 401);
    practice.clock.advance_seconds(3_599);
    let late = ask_as(&practice, &token, &read, "").await;
    assert_eq!(late.status, 200);
    practice.clock.advance_seconds(1);
    let too_late = ask_as(&practice, &token, &read, "").await;
    assert_eq!(too_late.status, 401);
}

#[tokio::test]
async fn each_press_gives_another_token_of_one_app() {
    let practice = sandbox().await;
    let first = token(&practice.stranger(&format!("POST {FORM}")).await);
    let second = token(&practice.stranger(&format!("POST {FORM}")).await);
    assert_ne!(first, second);
    let apps = practice.store.list_apps().await.unwrap();
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["Sandbox", "Test app"]);
}

#[tokio::test]
async fn only_the_page_itself_may_ask() {
    let practice = sandbox().await;
    for (header, expect) in [
        (("sec-fetch-site", "same-origin"), 200),
        (("sec-fetch-site", "cross-site"), 403),
        (("sec-fetch-site", "same-site"), 403),
        (("origin", "https://evil.example"), 403),
        (("origin", "null"), 403),
    ] {
        let answer = press(&practice, header).await;
        assert_eq!(answer.status, expect, "{header:?} {answer:?}");
        assert!(answer.headers.get("access-control-allow-origin").is_none());
        assert_eq!(html(&answer).contains("crt_"), expect == 200, "{header:?}");
    }
    let got = practice.stranger(&format!("GET {FORM}")).await;
    assert_eq!(got.status, 405);
}

/// With `no-referrer` a browser would send `Origin: null` with the form.
#[tokio::test]
async fn the_page_lets_the_browser_say_where_the_form_stood() {
    let practice = sandbox().await;
    let dashboard = practice.stranger("GET /demo/").await;
    assert_eq!(dashboard.header("referrer-policy"), "same-origin");
}

#[tokio::test]
async fn a_practice_with_real_data_gives_nothing_away() {
    let practice = Practice::open().await;
    let answer = practice.stranger(&format!("POST {FORM}")).await;
    answer.refuses(404, "nothing at this address");
    let dashboard = practice.stranger("GET /demo/").await;
    assert!(!html(&dashboard).contains("sandbox"));
    assert_eq!(practice.store.list_apps().await.unwrap().len(), 1);
}

#[tokio::test]
async fn disabling_the_app_ends_it() {
    let practice = sandbox().await;
    let page = practice.stranger(&format!("POST {FORM}")).await;
    let mut app = practice.store.lookup_app("sandbox").await.unwrap().unwrap();
    app.enabled = false;
    practice.store.update_app(app, None).await.unwrap();
    let token = token(&page);
    let answer = ask_as(&practice, &token, "GET /Patient", "").await;
    assert_eq!(answer.status, 401);
    let answer = practice.stranger(&format!("POST {FORM}")).await;
    answer.refuses(404, "nothing at this address");
}

/// The built-in app has no secret, so nobody is it at the token endpoint.
#[tokio::test]
async fn the_built_in_app_gets_nothing_at_the_token_endpoint() {
    let practice = sandbox().await;
    practice.stranger(&format!("POST {FORM}")).await;
    for secret in ["", "sandbox"] {
        let form =
            format!("grant_type=client_credentials&client_id=sandbox&client_secret={secret}");
        let answer = practice.form("/demo/auth/token/", &form).await;
        assert!([400, 401].contains(&answer.status.as_u16()), "{answer:?}");
    }
}

#[tokio::test]
async fn the_button_can_be_pressed_so_often_in_a_minute() {
    let limits = Limits {
        sandbox_tokens_max: 2,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |settings| settings.sandbox = true).await;
    let press = async || practice.stranger(&format!("POST {FORM}")).await;
    assert_eq!(press().await.status, 200);
    assert_eq!(press().await.status, 200);
    let refused = press().await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert_eq!(refused.header("retry-after"), "60");
    practice.clock.advance(jiff::SignedDuration::from_secs(61));
    assert_eq!(press().await.status, 200);
}
