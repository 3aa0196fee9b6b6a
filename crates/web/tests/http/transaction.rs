//! Transaction bundles.

use super::practice::Practice;

#[tokio::test]
async fn references_between_entries_are_rewritten() {
    let practice = Practice::open().await;
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:22222222-2222-4222-8222-222222222222"}},"request":{"method":"POST","url":"Observation"}},
        {"fullUrl":"urn:uuid:22222222-2222-4222-8222-222222222222","resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}},
        {"resource":{"resourceType":"Patient","id":"known","active":true},"request":{"method":"PUT","url":"Patient/known"}}]}"#;
    let answer = practice.ask("POST ", bundle).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let response = answer.json();
    assert_eq!(response["type"], "transaction-response");
    let statuses: Vec<_> = response["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["response"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["201 Created"; 3]);

    let page = practice.ask("GET /Observation", "").await.json();
    let subject = page["entry"][0]["resource"]["subject"]["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        practice.ask(&format!("GET /{subject}"), "").await.status,
        200,
        "{subject}"
    );
    let found = practice
        .ask(&format!("GET /Observation?subject={subject}"), "")
        .await
        .json();
    assert_eq!(found["total"], 1);
}

#[tokio::test]
async fn one_bad_entry_stops_all_and_is_named() {
    let practice = Practice::open().await;
    let check = async |second: &str, status: u16, words: &str, place: &str| {
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{{"resourceType":"Patient","id":"a"}},"request":{{"method":"PUT","url":"Patient/a"}}}},{second}]}}"#
        );
        let answer = practice.ask("POST /", &bundle).await;
        answer.refuses(status, words);
        assert_eq!(
            answer.json()["issue"][0]["expression"][0],
            place,
            "{answer:?}"
        );
        assert_eq!(
            practice.ask("GET /Patient/a", "").await.status,
            404,
            "nothing is stored"
        );
    };
    check(
        r#"{"resource":{"resourceType":"Patient","birthDate":"2023-02-30"},"request":{"method":"POST","url":"Patient"}}"#,
        400,
        "birthDate",
        "Bundle.entry[1].resource.birthDate",
    )
    .await;
    check(
        r#"{"resource":{"resourceType":"Patient"}}"#,
        400,
        "required",
        "Bundle.entry[1].request",
    )
    .await;
    check(
        r#"{"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/a"}}"#,
        400,
        "same resource",
        "Bundle.entry[1].request.url",
    )
    .await;
    check(
        r#"{"resource":{"resourceType":"Patient","id":"b"},"request":{"method":"PUT","url":"Patient/b","ifMatch":"W/\"4\""}}"#,
        412,
        "conflict",
        "Bundle.entry[1]",
    )
    .await;
    check(
        r#"{"resource":{"resourceType":"Patient","id":"c"},"request":{"method":"PUT","url":"Patient/b"}}"#,
        400,
        "Logical Id",
        "Bundle.entry[1].resource.id",
    )
    .await;
    check(
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"name=x"}}"#,
        422,
        "ifNoneExist",
        "Bundle.entry[1].request.ifNoneExist",
    )
    .await;
}

#[tokio::test]
async fn other_bundles_are_refused() {
    let practice = Practice::open().await;
    practice
        .ask("POST /", r#"{"resourceType":"Patient"}"#)
        .await
        .refuses(400, "Only a Bundle");
    practice
        .ask("POST /", r#"{"resourceType":"Bundle","type":"batch"}"#)
        .await
        .refuses(422, "batch");
    practice
        .ask("POST /", r#"{"resourceType":"Bundle","type":"collection"}"#)
        .await
        .refuses(400, "transaction");
}
