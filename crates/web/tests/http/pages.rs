//! Pages for people.

use super::practice::Practice;

#[tokio::test]
async fn pages_need_nothing_from_elsewhere() {
    let practice = Practice::open().await;
    practice
        .create("Patient", r#"{"resourceType":"Patient","active":true}"#)
        .await;
    for (line, words) in [
        ("GET /", "This Cresset is running"),
        ("GET /demo/", "holds 1 records of 1 kinds"),
        ("GET /docs", "Resource types"),
        ("GET /docs/Observation", "us-core-blood-pressure"),
        ("GET /docs/Nothing", "nothing at this address"),
    ] {
        let page = practice.stranger(line).await;
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(html.contains(words), "{line} {html}");
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'none'"),
            "{line}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{line}"
        );
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        for foreign in ["<script", "src=\"http", "url(http", " style="] {
            assert!(!html.contains(foreign), "{line} holds {foreign}");
        }
    }
}

#[tokio::test]
async fn a_browser_that_is_lost_gets_a_page() {
    let practice = Practice::open().await;
    for path in ["/nowhere", "/a/b/c", "/nobody/"] {
        let request = http::Request::get(path).header("accept", "text/html,*/*;q=0.8");
        let answer = practice
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(
            answer.header("content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
    }
}

/// Asserts the SHA-256 of something that is embedded as others published it.
pub(crate) fn assert_published(body: &[u8], published: &str) {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body);
    let bytes = (0..64).step_by(2);
    let bytes = bytes.map(|at| u8::from_str_radix(&published[at..at + 2], 16).unwrap());
    assert_eq!(digest.as_ref(), bytes.collect::<Vec<_>>());
}

/// The design system is embedded exactly as published (docs/adr/0003).
#[tokio::test]
async fn the_design_system_is_as_published() {
    let practice = Practice::open().await;
    let sheet = practice.stranger("GET /assets/pico-2.1.1.min.css").await;
    let published = "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db";
    assert_published(&sheet.body, published);
    let own = practice.stranger("GET /assets/cresset.css").await;
    assert!(own.body.split(|&byte| byte == b'\n').count() <= 300);
}
