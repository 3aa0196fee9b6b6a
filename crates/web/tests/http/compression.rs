//! Packed answers.

use std::io::Read;

use super::practice::{Answer, Practice};

async fn ask(practice: &Practice, line: &str, accept: &str) -> Answer {
    practice
        .ask_with(line, "", ("accept-encoding", accept))
        .await
}

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    let packed = answer.body.as_ref();
    match answer.header("content-encoding") {
        "gzip" => flate2::read::GzDecoder::new(packed)
            .read_to_end(&mut plain)
            .unwrap(),
        "zstd" => zstd::Decoder::new(packed)
            .unwrap()
            .read_to_end(&mut plain)
            .unwrap(),
        "" => return packed.to_vec(),
        other => panic!("not expected: {other}"),
    };
    plain
}

#[tokio::test]
async fn answers_are_packed_as_the_caller_accepts_it() {
    let practice = Practice::open().await;
    let plain = practice.ask("GET /metadata", "").await;
    assert_eq!(plain.header("content-encoding"), "");
    for (accept, expect) in [
        ("gzip", "gzip"),
        ("zstd, gzip;q=0.5", "zstd"),
        ("gzip;q=0, identity", ""),
        ("compress", ""),
    ] {
        let answer = ask(&practice, "GET /metadata", accept).await;
        assert_eq!(answer.header("content-encoding"), expect, "{accept}");
        assert_eq!(unpacked(&answer), plain.body, "{accept}");
        assert!(
            answer.header("vary").contains("Accept-Encoding"),
            "{answer:?}"
        );
    }
    let brotli = ask(&practice, "GET /metadata", "br").await;
    assert_eq!(brotli.header("content-encoding"), "br");
    assert!(brotli.body.len() < plain.body.len() / 10);
}

#[tokio::test]
async fn one_entity_tag_serves_every_packing() {
    let practice = Practice::open().await;
    let long = "x".repeat(5_000);
    let body = format!(r#"{{"resourceType":"Patient","name":[{{"family":"{long}"}}]}}"#);
    let id = practice.create("Patient", &body).await;
    let line = format!("GET /Patient/{id}");
    let packed = ask(&practice, &line, "gzip").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("etag"), "W/\"1\"");
    assert_eq!(packed.header("cache-control"), "no-store");
    let again = practice
        .request(&line, "")
        .header("accept-encoding", "gzip")
        .header("if-none-match", "W/\"1\"");
    let again = practice
        .send(again.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(again.status, 304);
    assert!(again.body.is_empty() && again.header("content-encoding").is_empty());
}

#[tokio::test]
async fn what_is_small_or_secret_is_not_packed() {
    let practice = Practice::open().await;
    let small = practice
        .create("Patient", r#"{"resourceType":"Patient","active":true}"#)
        .await;
    let small = ask(&practice, &format!("GET /Patient/{small}"), "gzip").await;
    assert_eq!(small.header("content-encoding"), "");
    for path in [
        "/demo/",
        "/docs",
        "/demo/auth/.well-known/oauth-authorization-server",
    ] {
        let request = http::Request::get(path).header("accept-encoding", "gzip, br, zstd");
        let answer = practice
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-encoding")),
            (200, ""),
            "{path}"
        );
    }
}
