//! XML as the second format of everything FHIR.

use axum::body::Body;
use http::StatusCode;

use super::practice::{Answer, Practice};

const ANN: &str = r#"<?xml version="1.0"?><!-- a person --><Patient xmlns="http://hl7.org/fhir"><active value="true"/><name><family value="Ann &amp; Bo"/></name></Patient>"#;

async fn send(practice: &Practice, line: &str, xml: &str) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("/demo/fhir{path}"))
        .header("authorization", format!("Bearer {}", practice.token))
        .header("content-type", "application/fhir+xml; charset=UTF-8")
        .header("accept", "application/fhir+xml");
    practice
        .send(request.body(Body::from(xml.to_owned())).unwrap())
        .await
}

fn text(answer: &Answer) -> String {
    assert_eq!(
        answer.header("content-type"),
        "application/fhir+xml",
        "{answer:?}"
    );
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_resource_goes_in_and_out_as_xml() {
    let practice = Practice::open().await;
    let created = send(&practice, "POST /Patient", ANN).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let xml = text(&created);
    assert!(
        xml.contains(
            r#"<active value="true"/><name><family value="Ann &amp; Bo"/></name></Patient>"#
        ),
        "{xml}"
    );
    let id = created
        .header("location")
        .split('/')
        .nth_back(2)
        .unwrap()
        .to_owned();
    // The same resource as JSON, and what XML was given as JSON.
    let json = practice.ask(&format!("GET /Patient/{id}"), "").await.json();
    assert_eq!(json["name"][0]["family"], "Ann & Bo");
    let again = practice
        .ask(&format!("GET /Patient/{id}?_format=xml"), "")
        .await;
    assert_eq!(text(&again), xml);
    assert_eq!(again.header("etag"), "W/\"1\"");
    let updated = send(
        &practice,
        &format!("PUT /Patient/{id}"),
        &xml.replace("true", "false"),
    )
    .await;
    assert_eq!(updated.status, StatusCode::OK, "{updated:?}");
    assert!(text(&updated).contains(r#"<active value="false"/>"#));
}

#[tokio::test]
async fn bundles_outcomes_and_the_capability_statement_are_xml_too() {
    let practice = Practice::open().await;
    send(&practice, "POST /Patient", ANN).await;
    let page = text(
        &practice
            .ask("GET /Patient?_format=xml&_total=accurate", "")
            .await,
    );
    assert!(
        page.contains(
            r#"<Bundle xmlns="http://hl7.org/fhir"><type value="searchset"/><total value="1"/>"#
        ),
        "{page}"
    );
    assert!(page.contains("<resource><Patient><id value="), "{page}");
    let bundle = format!(
        r#"<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource>{}</resource><request><method value="POST"/><url value="Patient"/></request></entry></Bundle>"#,
        ANN.split("--> ")
            .last()
            .unwrap()
            .split("-->")
            .last()
            .unwrap()
    );
    let answer = send(&practice, "POST /", &bundle).await;
    assert!(
        text(&answer).contains(r#"<status value="201 Created"/>"#),
        "{answer:?}"
    );
    let missing = practice.ask("GET /Patient/nobody?_format=xml", "").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(text(&missing).contains(r#"<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/><code value="not-found"/>"#));
    let stranger = practice
        .stranger("GET /demo/fhir/metadata?_format=xml&_pretty=true")
        .await;
    assert!(
        text(&stranger).contains("\n  <fhirVersion value=\"4.0.1\"/>\n"),
        "{stranger:?}"
    );
}

#[tokio::test]
async fn the_heavier_or_earlier_format_wins() {
    let practice = Practice::open().await;
    let check = async |accept: &str, expect: &str| {
        let answer = practice
            .ask_with("GET /Patient", "", ("accept", accept))
            .await;
        assert_eq!(answer.header("content-type"), expect, "{accept}");
    };
    let (json, xml) = ("application/fhir+json", "application/fhir+xml");
    check("*/*", json).await;
    check("application/xml, application/json", xml).await;
    check("application/json, application/xml", json).await;
    check("application/json;q=0.5, application/xml;q=0.9", xml).await;
    check("application/fhir+xml;q=0.1, */*", json).await;
    check("*/*;q=0.1, text/xml", xml).await;
    check("application/json;q=0, */*", xml).await;
}

#[tokio::test]
async fn bad_xml_is_named_and_stores_nothing() {
    let practice = Practice::open().await;
    let check = async |xml: &str, status: u16, words: &str| {
        let answer = send(&practice, "POST /Patient", xml).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        let text = text(&answer);
        assert!(text.contains(words), "{words} is not in {text}");
    };
    check(
        r#"<!DOCTYPE x [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"><language value="&a;"/></Patient>"#,
        400,
        "a document type declaration is not accepted",
    )
    .await;
    check(
        r#"<Patient xmlns="http://hl7.org/fhir"><nickname value="x"/></Patient>"#,
        400,
        r#"there is no element 'nickname' here (line 1, column 59) at Patient"/></details><expression value="Patient"/>"#,
    )
    .await;
    check(
        r#"<Patient xmlns="http://hl7.org/fhir"><birthDate value="2023-02-30"/></Patient>"#,
        400,
        r#"<expression value="Patient.birthDate"/>"#,
    )
    .await;
    check("", 400, "there is no content").await;
    let deep = format!(
        r#"<Patient xmlns="http://hl7.org/fhir">{}"#,
        r#"<extension url="x">"#.repeat(1000)
    );
    check(&deep, 413, "nested too deeply").await;
    assert_eq!(
        practice.ask("GET /Patient?_summary=count", "").await.json()["total"],
        0
    );
}
