//! Conditional requests.

use super::practice::Practice;

const BODY: &str = r#"{"resourceType":"Patient","id":"p","active":true}"#;
const OTHER: &str = r#"{"resourceType":"Patient","id":"p","active":false}"#;
/// When the resource is written.
const THEN: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const BEFORE: &str = "Wed, 31 Dec 2025 23:59:59 GMT";

#[tokio::test]
async fn a_read_of_what_the_caller_holds_is_304() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/p", BODY).await;
    let check = async |name: &str, value: &str, expect: u16| {
        let answer = practice.ask_with("GET /Patient/p", "", (name, value)).await;
        assert_eq!(answer.status, expect, "{name}: {value}");
        assert_eq!(answer.header("etag"), "W/\"1\"");
        assert_eq!(answer.body.is_empty(), expect == 304);
    };
    check("if-none-match", "W/\"1\"", 304).await;
    check("if-none-match", "W/\"7\", \"1\"", 304).await;
    check("if-none-match", "*", 304).await;
    check("if-none-match", "W/\"2\"", 200).await;
    check("if-none-match", "nonsense", 200).await;
    check("if-modified-since", THEN, 304).await;
    check("if-modified-since", BEFORE, 200).await;
    check("if-modified-since", "yesterday", 200).await;
}

#[tokio::test]
async fn a_write_happens_only_when_its_condition_holds() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/p", BODY).await;
    let check = async |name: &str, value: &str, expect: u16| {
        let answer = practice
            .ask_with("PUT /Patient/p", OTHER, (name, value))
            .await;
        assert_eq!(answer.status, expect, "{name}: {value} {answer:?}");
        if expect == 412 {
            answer.refuses(412, "conflict ");
        }
        if expect == 200 {
            practice.ask("PUT /Patient/p", BODY).await;
        }
    };
    check("if-match", "W/\"9\"", 412).await;
    check("if-match", "nonsense", 412).await;
    check("if-none-match", "*", 412).await;
    check("if-unmodified-since", BEFORE, 412).await;
    check("if-unmodified-since", "soon", 400).await;
    check("if-match", "W/\"1\"", 200).await;
    check("if-match", "*", 200).await;
    check("if-unmodified-since", THEN, 200).await;
}

#[tokio::test]
async fn conditions_on_what_is_absent() {
    let practice = Practice::open().await;
    let absent = practice
        .ask_with("PUT /Patient/p", BODY, ("if-match", "W/\"1\""))
        .await;
    assert_eq!(absent.status, 412, "{absent:?}");
    let created = practice
        .ask_with("PUT /Patient/p", BODY, ("if-none-match", "*"))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    let stale = practice
        .ask_with("DELETE /Patient/p", "", ("if-match", "W/\"2\""))
        .await;
    assert_eq!(stale.status, 412, "{stale:?}");
    let gone = practice
        .ask_with("DELETE /Patient/p", "", ("if-match", "W/\"1\""))
        .await;
    assert_eq!(gone.status, 204, "{gone:?}");
}
