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

/// The design system is embedded exactly as published (docs/adr/0003).
#[tokio::test]
async fn the_design_system_is_as_published() {
    let practice = Practice::open().await;
    let sheet = practice.stranger("GET /assets/pico-2.1.1.min.css").await;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &sheet.body);
    let hex: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        hex,
        "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db"
    );
    let own = practice.stranger("GET /assets/cresset.css").await;
    assert!(own.body.split(|&byte| byte == b'\n').count() <= 300);
}
