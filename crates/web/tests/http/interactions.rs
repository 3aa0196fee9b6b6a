//! What each interaction answers when all is well, and when the resource is not there.

use cresset_base::Limits;

use super::practice::{HOST, Practice};

const ANN: &str = r#"{"resourceType":"Patient","active":true,"name":[{"family":"Ann"}]}"#;

#[tokio::test]
async fn a_created_resource_can_be_read_as_it_was_answered() {
    let practice = Practice::open().await;
    let created = practice.ask("POST /Patient", ANN).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.header("etag"), "W/\"1\"");
    assert_eq!(
        created.header("last-modified"),
        "Thu, 01 Jan 2026 00:00:00 GMT"
    );
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        created.header("location"),
        format!("{HOST}/demo/fhir/Patient/{id}/_history/1")
    );

    let read = practice.ask(&format!("GET /Patient/{id}"), "").await;
    assert_eq!(read.status, 200);
    assert_eq!(read.body, created.body);
    assert_eq!(read.header("content-type"), "application/fhir+json");
    assert_eq!(read.json()["meta"]["versionId"], "1");
}

#[tokio::test]
async fn the_id_in_a_created_body_is_replaced() {
    let practice = Practice::open().await;
    let created = practice
        .ask(
            "POST /Patient",
            r#"{"resourceType":"Patient","id":"mine","active":true}"#,
        )
        .await;
    assert_eq!(created.status, 201);
    assert_ne!(created.json()["id"], "mine");
}

#[tokio::test]
async fn numbers_and_order_come_back_as_written() {
    let practice = Practice::open().await;
    let body = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.000000000000000000000000000000000000000,"unit":"mg"}}"#;
    let id = practice.create("Observation", body).await;
    let read = practice.ask(&format!("GET /Observation/{id}"), "").await;
    let text = String::from_utf8(read.body.to_vec()).unwrap();
    assert!(
        text.ends_with(&body[r#"{"resourceType":"Observation","#.len()..]),
        "{text}"
    );
}

#[tokio::test]
async fn an_update_makes_a_version_and_the_old_one_stays() {
    let practice = Practice::open().await;
    let first = r#"{"resourceType":"Patient","id":"a.1","active":true}"#;
    let second = r#"{"resourceType":"Patient","id":"a.1","active":false}"#;
    let created = practice.ask("PUT /Patient/a.1", first).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(
        created.header("location"),
        format!("{HOST}/demo/fhir/Patient/a.1/_history/1")
    );
    practice.clock.advance_seconds(60);
    let updated = practice.ask("PUT /Patient/a.1", second).await;
    assert_eq!(
        (updated.status.as_u16(), updated.header("etag")),
        (200, "W/\"2\"")
    );
    let same = practice.ask("PUT /Patient/a.1", second).await;
    assert_eq!(
        (same.status.as_u16(), same.header("etag")),
        (200, "W/\"2\""),
        "the same body makes no version"
    );

    let old = practice.ask("GET /Patient/a.1/_history/1", "").await;
    assert_eq!(old.json()["active"], true);
    practice
        .ask("GET /Patient/a.1/_history/3", "")
        .await
        .refuses(404, "Unknown version");
    practice
        .ask("GET /Patient/a.1/_history/x", "")
        .await
        .refuses(404, "Unknown version");

    let history = practice.ask("GET /Patient/a.1/_history", "").await.json();
    assert_eq!(history["type"], "history");
    assert_eq!(history["total"], 2);
    assert_eq!(history["entry"][0]["response"]["etag"], "W/\"2\"");
    assert_eq!(history["entry"][1]["request"]["method"], "PUT");
    assert_eq!(history["entry"][1]["response"]["status"], "201 Created");
    let since = practice
        .ask("GET /Patient/a.1/_history?_since=2026-01-01T00:00:30Z", "")
        .await
        .json();
    assert_eq!(since["entry"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ids_of_clients_can_be_forbidden() {
    let practice = Practice::with(Limits::default(), |settings| settings.client_ids = false).await;
    let answer = practice
        .ask("PUT /Patient/a", r#"{"resourceType":"Patient","id":"a"}"#)
        .await;
    answer.refuses(404, "Unknown Patient resource 'a'");
}

#[tokio::test]
async fn a_deleted_resource_is_gone_and_can_come_back() {
    let practice = Practice::open().await;
    let id = practice.create("Patient", ANN).await;
    for _ in 0..2 {
        assert_eq!(
            practice
                .ask(&format!("DELETE /Patient/{id}"), "")
                .await
                .status,
            204
        );
    }
    assert_eq!(practice.ask("DELETE /Patient/never", "").await.status, 204);
    practice
        .ask(&format!("GET /Patient/{id}"), "")
        .await
        .refuses(410, "deleted");
    let history = practice
        .ask(&format!("GET /Patient/{id}/_history"), "")
        .await
        .json();
    assert_eq!(history["entry"][0]["request"]["method"], "DELETE");
    assert!(history["entry"][0].get("resource").is_none());

    let body = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
    let back = practice.ask(&format!("PUT /Patient/{id}"), &body).await;
    assert_eq!(
        (back.status.as_u16(), back.header("etag")),
        (201, "W/\"3\""),
        "{back:?}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let practice = Practice::open().await;
    practice
        .ask("GET /Patient/x", "")
        .await
        .refuses(404, "not-found Unknown Patient resource 'x'");
    practice
        .ask("GET /Patient/x/_history", "")
        .await
        .refuses(404, "Unknown Patient resource 'x'");
    practice
        .ask("GET /Nothing/x", "")
        .await
        .refuses(404, "Unknown resource type 'Nothing'");
    practice
        .ask("GET /Nothing", "")
        .await
        .refuses(404, "Unknown resource type 'Nothing'");
    practice
        .ask("GET /a/b/c/d/e", "")
        .await
        .refuses(404, "nothing at this address");
}

#[tokio::test]
async fn prefer_decides_the_body_of_a_write() {
    let practice = Practice::open().await;
    let check = async |prefer: &str, expect: &str| {
        let answer = practice
            .ask_with("POST /Patient", ANN, ("prefer", prefer))
            .await;
        assert_eq!(answer.status, 201);
        assert!(!answer.header("location").is_empty());
        let shown = if answer.body.is_empty() {
            String::new()
        } else {
            answer.json()["resourceType"].to_string()
        };
        assert_eq!(shown, expect, "{prefer}");
    };
    check("return=minimal", "").await;
    check("return=representation", "\"Patient\"").await;
    check(
        "return=OperationOutcome, handling=strict",
        "\"OperationOutcome\"",
    )
    .await;
    check("something-else", "\"Patient\"").await;
}
