//! Formats: what the server sends and what it takes.

use axum::body::Body;

use super::practice::Practice;

const ANN: &str = r#"{"resourceType":"Patient","active":true}"#;

#[tokio::test]
async fn json_and_xml_are_sent() {
    let practice = Practice::open().await;
    let check = async |accept: &str, expect: u16| {
        let answer = practice
            .ask_with("GET /Patient", "", ("accept", accept))
            .await;
        assert_eq!(answer.status, expect, "{accept} {answer:?}");
    };
    for good in [
        "application/fhir+json",
        "application/json",
        "text/json",
        "*/*",
        "application/*",
        "text/html, application/fhir+json;q=0.9",
        "application/fhir+json; fhirVersion=4.0",
        "application/fhir+xml",
    ] {
        check(good, 200).await;
    }
    for bad in [
        "application/fhir+json; fhirVersion=3.0",
        "text/html",
        "application/json;q=0",
        "nonsense",
    ] {
        check(bad, 406).await;
    }
}

#[tokio::test]
async fn the_format_parameter_outweighs_accept() {
    let practice = Practice::open().await;
    let check = async |format: &str, expect: u16| {
        let line = format!("GET /Patient?_format={format}");
        let answer = practice.ask_with(&line, "", ("accept", "text/html")).await;
        assert_eq!(answer.status, expect, "{format} {answer:?}");
        if expect == 400 {
            answer.refuses(
                400,
                "structure Invalid response format specified for '_format' parameter",
            );
        }
    };
    for good in [
        "json",
        "application/json",
        "application/fhir%2Bjson",
        "application/fhir+json",
        "text/json",
        "xml",
        "application/fhir%2Bxml",
    ] {
        check(good, 200).await;
    }
    for bad in ["ttl", "text/html", ""] {
        check(bad, 400).await;
    }
}

#[tokio::test]
async fn pretty_is_for_people() {
    let practice = Practice::open().await;
    for line in [
        "GET /Patient?_pretty=true",
        "GET /Patient/x?_pretty=true",
        "GET /metadata?_pretty=true",
    ] {
        let answer = practice.ask(line, "").await;
        assert!(answer.body.starts_with(b"{\n  \""), "{line}");
        answer.json();
    }
}

#[tokio::test]
async fn json_and_xml_are_taken() {
    let practice = Practice::open().await;
    let check = async |content_type: &str, expect: u16| {
        let request = http::Request::post("/demo/fhir/Patient")
            .header("authorization", format!("Bearer {}", practice.token))
            .header("content-type", content_type);
        let answer = practice.send(request.body(Body::from(ANN)).unwrap()).await;
        assert_eq!(answer.status, expect, "{content_type} {answer:?}");
    };
    for good in [
        "application/fhir+json",
        "application/json; charset=utf-8",
        "application/fhir+json;charset=\"UTF-8\"",
    ] {
        check(good, 201).await;
    }
    for bad in [
        "application/fhir+json; fhirVersion=5.0",
        "xml",
        "text/plain",
        "application/json; charset=utf-16",
        "",
    ] {
        check(bad, 415).await;
    }
}

#[tokio::test]
async fn a_search_may_be_a_form() {
    let practice = Practice::open().await;
    practice
        .create(
            "Patient",
            r#"{"resourceType":"Patient","gender":"female","name":[{"family":"Ann"}]}"#,
        )
        .await;
    practice
        .create(
            "Patient",
            r#"{"resourceType":"Patient","gender":"male","name":[{"family":"Ann"}]}"#,
        )
        .await;
    let request = http::Request::post("/demo/fhir/Patient/_search?gender=male")
        .header("authorization", format!("Bearer {}", practice.token))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = practice
        .send(request.body(Body::from("name=ann&_count=5")).unwrap())
        .await;
    assert_eq!(answer.json()["total"], 1, "{answer:?}");
    practice
        .ask("POST /Patient/_search", "{}")
        .await
        .refuses(415, "application/x-www-form-urlencoded");
}
