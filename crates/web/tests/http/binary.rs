//! `Binary`, and files of attachments: content as itself, behind the caller's rights.

use axum::body::Body;
use http::StatusCode;

use super::audit::records;
use super::practice::{Answer, Practice};

const BYTES: &[u8] = b"\x89PNG\r\n\0 0123456789";

async fn send(practice: &Practice, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("/demo/fhir{path}"))
        .header("authorization", format!("Bearer {}", practice.token));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    practice
        .send(request.body(Body::from(body.to_vec())).unwrap())
        .await
}

async fn picture(practice: &Practice, more: &[(&str, &str)]) -> String {
    let headers = [&[("content-type", "image/png")], more].concat();
    let created = send(practice, "POST /Binary", &headers, BYTES).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    created.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn content_goes_in_and_out_as_itself() {
    let practice = Practice::open().await;
    let id = picture(&practice, &[]).await;
    for accept in [
        "image/png",
        "*/*",
        "image/*, text/html",
        "application/octet-stream",
    ] {
        let raw = send(
            &practice,
            &format!("GET /Binary/{id}"),
            &[("accept", accept)],
            b"",
        )
        .await;
        assert_eq!(raw.status, StatusCode::OK, "{raw:?}");
        assert_eq!(
            (raw.header("content-type"), &raw.body[..]),
            ("image/png", BYTES),
            "{accept}"
        );
        assert_eq!(raw.header("etag"), "W/\"1\"");
        assert_eq!(raw.header("cache-control"), "no-store");
        assert_eq!(raw.header("content-disposition"), "attachment");
        assert_eq!(
            raw.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert_eq!(raw.header("x-content-type-options"), "nosniff");
    }
    for (line, accept) in [("", "application/fhir+json"), ("?_format=json", "*/*")] {
        let line = format!("GET /Binary/{id}{line}");
        let wrapped = send(&practice, &line, &[("accept", accept)], b"")
            .await
            .json();
        assert_eq!(wrapped["contentType"], "image/png");
        assert_eq!(wrapped["data"], "iVBORw0KACAwMTIzNDU2Nzg5");
    }
    let line = format!("PUT /Binary/{id}");
    let updated = send(&practice, &line, &[("content-type", "text/plain")], b"new").await;
    assert_eq!(updated.status, StatusCode::OK, "{updated:?}");
    let raw = send(&practice, &format!("GET /Binary/{id}"), &[], b"").await;
    assert_eq!(
        (raw.header("content-type"), &raw.body[..]),
        ("text/plain", &b"new"[..])
    );
    let old = send(&practice, &format!("GET /Binary/{id}/_history/1"), &[], b"").await;
    assert_eq!(&old.body[..], BYTES);
    let same = send(
        &practice,
        &format!("GET /Binary/{id}"),
        &[("if-none-match", "W/\"2\"")],
        b"",
    )
    .await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_wrapped_binary_and_what_is_none() {
    let practice = Practice::open().await;
    let id = practice
        .create(
            "Binary",
            r#"{"resourceType":"Binary","contentType":"text/plain","data":"aGk="}"#,
        )
        .await;
    let raw = send(&practice, &format!("GET /Binary/{id}"), &[], b"").await;
    assert_eq!(&raw.body[..], b"hi");
    practice
        .ask("POST /Binary", r#"{"resourceType":"Patient"}"#)
        .await
        .refuses(400, "The body is a Patient, the URL is for Binary");
    send(
        &practice,
        "POST /Binary",
        &[("content-type", "text/plain")],
        b"",
    )
    .await
    .refuses(400, "there is no content");
    send(
        &practice,
        "POST /Binary",
        &[("content-type", "not a type ")],
        b"x",
    )
    .await
    .refuses(400, "Binary.contentType");
    send(&practice, "POST /Binary", &[], b"x")
        .await
        .refuses(415, "Content-Type");
    send(
        &practice,
        "POST /Patient",
        &[("content-type", "image/png")],
        b"x",
    )
    .await
    .refuses(415, "Content-Type");
    let missing = send(
        &practice,
        "GET /Binary/none",
        &[("accept", "image/png")],
        b"",
    )
    .await;
    missing.refuses(404, "none");
}

#[tokio::test]
async fn a_part_can_be_asked_for() {
    let practice = Practice::open().await;
    let id = picture(&practice, &[]).await;
    let whole = BYTES.len();
    let check = async |range: &str, status: u16, content_range: &str, body: &[u8]| {
        let line = format!("GET /Binary/{id}");
        let answer = send(
            &practice,
            &line,
            &[("range", range), ("accept-encoding", "gzip")],
            b"",
        )
        .await;
        assert_eq!(answer.status.as_u16(), status, "{range} {answer:?}");
        assert_eq!(answer.header("content-range"), content_range, "{range}");
        assert_eq!(&answer.body[..], body, "{range}");
        assert_eq!(answer.header("accept-ranges"), "bytes");
    };
    check("bytes=1-3", 206, &format!("bytes 1-3/{whole}"), b"PNG").await;
    check(
        "bytes=8-",
        206,
        &format!("bytes 8-17/{whole}"),
        b"0123456789",
    )
    .await;
    check("bytes=-2", 206, &format!("bytes 16-17/{whole}"), b"89").await;
    check("bytes=-200", 206, &format!("bytes 0-17/{whole}"), BYTES).await;
    check("bytes=16-99", 206, &format!("bytes 16-17/{whole}"), b"89").await;
    check("bytes=18-", 416, &format!("bytes */{whole}"), b"").await;
    check("bytes=-0", 416, &format!("bytes */{whole}"), b"").await;
    for ignored in [
        "bytes=5-1",
        "bytes=a-b",
        "pages=1-2",
        "bytes=0-1,3-4",
        "bytes=-",
    ] {
        check(ignored, 200, "", BYTES).await;
    }
}

#[tokio::test]
async fn the_security_context_decides_who_reads() {
    let mut practice = Practice::open().await;
    practice
        .ask("PUT /Patient/a", r#"{"resourceType":"Patient","id":"a"}"#)
        .await;
    let here = picture(&practice, &[("x-security-context", "Patient/a")]).await;
    let elsewhere = picture(
        &practice,
        &[("x-security-context", "http://other.example/Patient/a")],
    )
    .await;
    let free = picture(&practice, &[]).await;
    let mut check = async |scopes: &str, id: &str, expect: u16| {
        practice.token = practice.token_for(scopes).await;
        for line in [
            format!("GET /Binary/{id}"),
            format!("GET /Binary/{id}/_history/1"),
            format!("GET /Binary/{id}/_history"),
        ] {
            let headers = [("accept", "application/fhir+json")];
            let answer = send(&practice, &line, &headers, b"").await;
            assert_eq!(answer.status.as_u16(), expect, "{scopes} {line} {answer:?}");
        }
    };
    check("system/*.cruds", &here, 200).await;
    check("system/*.cruds", &elsewhere, 200).await;
    check("system/Binary.rs system/Patient.r", &here, 200).await;
    check("system/Binary.rs system/Patient.s", &here, 404).await;
    check("system/Binary.rs", &here, 404).await;
    check("system/Binary.rs system/Patient.rs", &elsewhere, 404).await;
    check("system/Binary.rs", &free, 200).await;
    practice.ask("GET /Binary", "").await.refuses(403, "Binary");
}

/// What a token is answered for each path below a `Binary`.
async fn answers(practice: &mut Practice, token: &str, id: &str, expected: &[(&str, u16)]) {
    practice.token = token.to_owned();
    for (path, status) in expected {
        let line = format!("GET /Binary/{id}{path}");
        let headers = [("accept", "application/fhir+json")];
        let answer = send(practice, &line, &headers, b"").await;
        assert_eq!(answer.status.as_u16(), *status, "{path} {answer:?}");
    }
}

/// Who keeps content to itself keeps what it was before as well, even once it is deleted.
#[tokio::test]
async fn a_later_security_context_covers_earlier_versions() {
    let mut practice = Practice::open().await;
    practice
        .ask("PUT /Patient/a", r#"{"resourceType":"Patient","id":"a"}"#)
        .await;
    let id = picture(&practice, &[]).await;
    let headers = [
        ("content-type", "image/png"),
        ("x-security-context", "Patient/a"),
    ];
    let line = format!("PUT /Binary/{id}");
    let kept = send(&practice, &line, &headers, b"second").await;
    assert_eq!(kept.status, StatusCode::OK, "{kept:?}");
    let whole = practice.token.clone();
    let scopes = "system/Binary.rs system/Patient.r";
    let reader = practice.token_for(scopes).await;
    let stranger = practice.token_for("system/Binary.rs").await;

    let paths = ["", "/_history", "/_history/1", "/_history/2", "/$meta"];
    let all = |status: u16| paths.map(|path| (path, status));
    answers(&mut practice, &reader, &id, &all(200)).await;
    answers(&mut practice, &stranger, &id, &all(404)).await;

    practice.token = whole;
    practice.ask(&format!("DELETE /Binary/{id}"), "").await;
    let deleted = [
        ("", 410),
        ("/_history", 200),
        ("/_history/1", 200),
        ("/_history/2", 200),
        ("/_history/3", 410),
        ("/$meta", 410),
    ];
    answers(&mut practice, &reader, &id, &deleted).await;
    let hidden = deleted.map(|(path, _)| (path, 404));
    answers(&mut practice, &stranger, &id, &hidden).await;
}

/// Inline, in a `Binary`, and elsewhere.
fn attachments(binary: &str) -> String {
    format!(
        r#"{{"attachment":{{"contentType":"text/plain","data":"aGk="}}}},{{"attachment":{{"url":"Binary/{binary}"}}}},{{"attachment":{{"url":"https://other.example/x.pdf"}}}}"#
    )
}

fn document(content: &str) -> String {
    format!(
        r#"{{"resourceType":"DocumentReference","id":"d","status":"current","subject":{{"reference":"Patient/a"}},"content":[{content}]}}"#
    )
}

#[tokio::test]
async fn a_file_has_an_address_for_ten_minutes() {
    let practice = Practice::open().await;
    let binary = picture(&practice, &[]).await;
    let content = attachments(&binary);
    practice
        .ask("PUT /DocumentReference/d", &document(&content))
        .await;
    let answer = practice
        .ask("GET /DocumentReference/d/files/content", "")
        .await;
    assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{answer:?}");
    let address = answer
        .header("location")
        .strip_prefix("https://ehr.example")
        .unwrap()
        .to_owned();
    assert!(address.starts_with("/demo/fhir/files/"), "{address}");

    let file = practice.stranger(&format!("GET {address}")).await;
    assert_eq!(
        (file.status, file.header("content-type"), &file.body[..]),
        (StatusCode::OK, "text/plain", &b"hi"[..])
    );
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(file.header("access-control-allow-origin"), "*");
    // It stays the file of its version.
    practice
        .ask(
            "PUT /DocumentReference/d",
            &document(r#"{"attachment":{"title":"none"}}"#),
        )
        .await;
    assert_eq!(
        &practice.stranger(&format!("GET {address}")).await.body[..],
        b"hi"
    );
    practice
        .ask("GET /DocumentReference/d/files/content", "")
        .await
        .refuses(404, "holds no content");

    // Another instance, an altered address, a later time.
    let other = address.replace("/demo/", "/other/");
    practice
        .stranger(&format!("GET {other}"))
        .await
        .refuses(404, "has ended or was altered");
    let altered = format!("{}A", &address[..address.len() - 1]);
    practice
        .stranger(&format!("GET {altered}"))
        .await
        .refuses(404, "has ended or was altered");
    practice.clock.advance_seconds(599);
    assert_eq!(
        practice.stranger(&format!("GET {address}")).await.status,
        StatusCode::OK
    );
    practice.clock.advance_seconds(1);
    practice
        .stranger(&format!("GET {address}"))
        .await
        .refuses(404, "has ended or was altered");
    practice.store.settle().await.unwrap();
    let trail = records(&practice).await;
    let files = trail.iter().filter(|r| r.interaction == "file");
    assert_eq!(
        files
            .filter(|r| r.app.as_ref() == Some(&practice.client_id))
            .count(),
        3
    );
}

#[tokio::test]
async fn only_files_that_may_be_read_have_an_address() {
    let mut practice = Practice::open().await;
    let binary = picture(&practice, &[]).await;
    let content = attachments(&binary);
    practice
        .ask("PUT /DocumentReference/d", &document(&content))
        .await;
    let check = async |practice: &Practice, path: &str, expect: u16| {
        let answer = practice
            .ask(&format!("GET /DocumentReference/d/files/{path}"), "")
            .await;
        assert_eq!(answer.status.as_u16(), expect, "{path} {answer:?}");
    };
    check(&practice, "content?index=1", 307).await;
    check(&practice, "content?index=2", 404).await;
    check(&practice, "content?index=3", 404).await;
    check(&practice, "content?index=x", 400).await;
    check(&practice, "subject", 404).await;
    check(&practice, "nothing", 404).await;
    practice.token = practice.token_for("system/DocumentReference.r").await;
    check(&practice, "content", 307).await;
    check(&practice, "content?index=1", 403).await;
    practice.token = practice.token_for("system/Patient.cruds").await;
    check(&practice, "content", 403).await;
    practice.token = "nobody".to_owned();
    check(&practice, "content", 401).await;
}
