//! Conditional headers: nothing is overwritten unseen and nothing is sent twice.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::client::{Answer, Client, FHIR_JSON};
use crate::resources::{patient, patient_with_id};
use crate::server::Server;

async fn put_if(client: &Client, family: &str, header: (&str, &str)) -> Answer {
    let request = client
        .request(Method::PUT, "Patient/one")
        .header(CONTENT_TYPE, FHIR_JSON);
    client
        .send(
            request
                .header(header.0, header.1)
                .body(patient_with_id("one", family)),
        )
        .await
}

async fn get_if(client: &Client, header: (&str, &str)) -> Answer {
    client
        .send(
            client
                .request(Method::GET, "Patient/one")
                .header(header.0, header.1),
        )
        .await
}

#[tokio::test]
async fn an_update_happens_only_on_what_the_caller_saw() {
    let (_server, client) = Server::alone().await;
    put_if(&client, "Bell", ("If-None-Match", "*"))
        .await
        .expect_status(201);
    put_if(&client, "Ring", ("If-None-Match", "*"))
        .await
        .expect_status(412)
        .issues();
    put_if(&client, "Ring", ("If-Match", r#"W/"7""#))
        .await
        .expect_status(412)
        .issues();
    put_if(&client, "Ring", ("If-Match", r#"W/"1""#))
        .await
        .expect_status(200);
    put_if(&client, "Gong", ("If-Match", r#"W/"1""#))
        .await
        .expect_status(412)
        .issues();
    put_if(&client, "Gong", ("If-Match", r#"W/"1", W/"2""#))
        .await
        .expect_status(200);
    put_if(&client, "Horn", ("If-Match", "nonsense"))
        .await
        .expect_status(412)
        .issues();
    let read = client.get("Patient/one").await.expect_status(200);
    assert_eq!(
        (read.header("etag"), read.text.contains("Gong")),
        (r#"W/"3""#, true)
    );
}

#[tokio::test]
async fn a_stale_date_refuses_an_update() {
    let (_server, client) = Server::alone().await;
    put_if(&client, "Bell", ("X-Nothing", "x"))
        .await
        .expect_status(201);
    let stale = put_if(
        &client,
        "Ring",
        ("If-Unmodified-Since", "Wed, 21 Oct 2015 07:28:00 GMT"),
    )
    .await
    .expect_status(412);
    assert_eq!(stale.json()["issue"][0]["code"], "conflict");
    let seen = client
        .get("Patient/one")
        .await
        .header("last-modified")
        .to_owned();
    put_if(&client, "Ring", ("If-Unmodified-Since", &seen))
        .await
        .expect_status(200);
    put_if(&client, "Gong", ("If-Unmodified-Since", "yesterday"))
        .await
        .expect_status(400)
        .issues();
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again() {
    let (_server, client) = Server::alone().await;
    put_if(&client, "Bell", ("X-Nothing", "x"))
        .await
        .expect_status(201);
    let seen = client.get("Patient/one").await;
    let modified = seen.header("last-modified").to_owned();
    for (header, status) in [
        (("If-None-Match", r#"W/"1""#), 304),
        (("If-None-Match", r#""1""#), 304),
        (("If-None-Match", r#"W/"2", W/"1""#), 304),
        (("If-None-Match", "*"), 304),
        (("If-None-Match", r#"W/"2""#), 200),
        (("If-Modified-Since", modified.as_str()), 304),
        (("If-Modified-Since", "Wed, 21 Oct 2015 07:28:00 GMT"), 200),
    ] {
        let answer = get_if(&client, header).await.expect_status(status);
        assert_eq!(answer.text.is_empty(), status == 304, "{header:?}");
        assert_eq!(answer.header("etag"), r#"W/"1""#, "{header:?}");
    }
}

#[tokio::test]
async fn a_create_says_where_and_what() {
    let (_server, client) = Server::alone().await;
    let created = client
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201);
    let id = created.id();
    assert!(
        created
            .header("location")
            .starts_with(&format!("{}/fhir/Patient/{id}", client.instance)),
        "{:?}",
        created.headers
    );
    assert_eq!(created.header("etag"), r#"W/"1""#);
    assert!(!created.header("last-modified").is_empty());
    let read = client
        .get(&format!("Patient/{id}"))
        .await
        .expect_status(200);
    assert_eq!(read.text, created.text);
    assert_eq!(read.json()["meta"]["versionId"], "1");
}

#[tokio::test]
async fn the_answer_to_a_write_is_the_one_preferred() {
    let (_server, client) = Server::alone().await;
    let post = |preferred: &str| {
        let request = client
            .request(Method::POST, "Patient")
            .header(CONTENT_TYPE, FHIR_JSON);
        client.send(
            request
                .header("Prefer", format!("return={preferred}"))
                .body(patient("Bell")),
        )
    };
    assert_eq!(post("minimal").await.expect_status(201).text, "");
    assert_eq!(
        post("representation").await.expect_status(201).json()["resourceType"],
        "Patient"
    );
    assert_eq!(
        post("OperationOutcome").await.expect_status(201).json()["resourceType"],
        "OperationOutcome"
    );
    assert_eq!(client.count("Patient").await, 3);
}
