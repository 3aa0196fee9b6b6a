//! A body that is not a resource: refused with words that name the fault, and nothing stored.

use std::io::{Read, Write};
use std::net::TcpStream;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::client::{Answer, Client, FHIR_JSON};
use crate::resources::{patient, patient_with_id};
use crate::server::Server;

/// Each body, the status it is refused with, and words that must stand in the refusal.
const REFUSED: &[(&str, u16, &[&str])] = &[
    ("", 400, &[]),
    ("hello", 400, &["JSON"]),
    (r#"{"resourceType":"Patient""#, 400, &["JSON"]),
    (r#"{"resourceType":"Patient"} {}"#, 400, &["JSON"]),
    ("[]", 400, &[]),
    ("null", 400, &[]),
    (r#"{"active":true}"#, 400, &["resourceType"]),
    (r#"{"resourceType":7}"#, 400, &["resourceType"]),
    (
        r#"{"resourceType":"Observation","status":"final","code":{"text":"x"}}"#,
        400,
        &["Patient"],
    ),
    (
        r#"{"resourceType":"Patient","nickname":"x"}"#,
        400,
        &["nickname"],
    ),
    (
        r#"{"resourceType":"Patient","name":[{"nickname":"x"}]}"#,
        400,
        &["Patient.name[0]", "nickname"],
    ),
    (
        r#"{"resourceType":"Patient","active":"yes"}"#,
        400,
        &["Patient.active"],
    ),
    (
        r#"{"resourceType":"Patient","name":{"family":"x"}}"#,
        400,
        &["Patient.name"],
    ),
    (
        r#"{"resourceType":"Patient","gender":["female"]}"#,
        400,
        &["Patient.gender"],
    ),
    (
        r#"{"resourceType":"Patient","gender":"unheard"}"#,
        400,
        &["Patient.gender"],
    ),
    (
        r#"{"resourceType":"Patient","gender":""}"#,
        400,
        &["Patient.gender"],
    ),
    (
        r#"{"resourceType":"Patient","name":[]}"#,
        400,
        &["Patient.name"],
    ),
    (
        r#"{"resourceType":"Patient","name":[{}]}"#,
        400,
        &["Patient.name[0]"],
    ),
    (
        r#"{"resourceType":"Patient","active":null}"#,
        400,
        &["Patient.active"],
    ),
    (
        r#"{"resourceType":"Patient","active":true,"active":false}"#,
        400,
        &["twice", "line 1"],
    ),
    (
        r#"{"resourceType":"Patient","multipleBirthInteger":NaN}"#,
        400,
        &["JSON"],
    ),
    (
        r#"{"resourceType":"Patient","multipleBirthInteger":Infinity}"#,
        400,
        &["JSON"],
    ),
    (
        r#"{"resourceType":"Patient","multipleBirthInteger":01}"#,
        400,
        &["JSON"],
    ),
    (
        r#"{"resourceType":"Patient","multipleBirthInteger":1,"multipleBirthBoolean":true}"#,
        400,
        &["multipleBirth"],
    ),
    (
        r#"{"resourceType":"Patient","name":[{"family":"\ud800"}]}"#,
        400,
        &["surrogate"],
    ),
    (
        "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"a\u{1}\"}]}",
        400,
        &["JSON"],
    ),
    (
        r#"{"resourceType":"Patient","birthDate":"2023-02-30"}"#,
        400,
        &["Patient.birthDate"],
    ),
    (
        r#"{"resourceType":"Patient","birthDate":"2023-13"}"#,
        400,
        &["Patient.birthDate"],
    ),
    (
        r#"{"resourceType":"Patient","birthDate":"30.12.1999"}"#,
        400,
        &["Patient.birthDate"],
    ),
    (
        r#"{"resourceType":"Patient","telecom":[{"rank":0}]}"#,
        400,
        &["Patient.telecom[0].rank"],
    ),
    (
        r#"{"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"}}"#,
        400,
        &["managingOrganization"],
    ),
];

/// Nothing is stored and the server still answers.
async fn assert_untouched(client: &Client, after: &str) {
    assert_eq!(
        client.count("Patient").await,
        0,
        "something was stored after {after}"
    );
    assert_eq!(
        client.count("Observation").await,
        0,
        "something was stored after {after}"
    );
}

fn assert_refused(answer: &Answer, (body, status, words): &(&str, u16, &[&str])) {
    assert_eq!(answer.status, *status, "{body}: {}", answer.text);
    let issues = answer.issues();
    for word in *words {
        assert!(
            issues.contains(word),
            "{body}: `{word}` is missing in {issues}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_patient_is_refused_in_words_that_name_the_fault() {
    let (_server, client) = Server::alone().await;
    for row in REFUSED {
        assert_refused(&client.post("Patient", row.0).await, row);
        assert_untouched(&client, row.0).await;
    }
}

#[tokio::test]
async fn every_fault_of_a_body_is_named_at_once() {
    let (_server, client) = Server::alone().await;
    let body =
        r#"{"resourceType":"Patient","birthDate":"2023-02-30","nickname":"x","gender":"unheard"}"#;
    let issues = client
        .post("Patient", body)
        .await
        .expect_status(400)
        .issues();
    for word in ["birthDate", "nickname", "gender"] {
        assert!(issues.contains(word), "{word} is missing in {issues}");
    }
}

#[tokio::test]
async fn a_refusal_does_not_repeat_what_the_patient_said() {
    let (_server, client) = Server::alone().await;
    for body in [
        r#"{"resourceType":"Patient","birthDate":"SECRETVALUE"}"#,
        r#"{"resourceType":"Patient","gender":"SECRETVALUE"}"#,
        r#"{"resourceType":"Patient","active":"SECRETVALUE"}"#,
        r#"{"resourceType":"Patient","name":[{"family":"SECRETVALUE\ud800"}]}"#,
    ] {
        let answer = client.post("Patient", body).await.expect_status(400);
        assert!(!answer.text.contains("SECRETVALUE"), "{}", answer.text);
    }
}

#[tokio::test]
async fn nesting_has_an_end() {
    let (_server, client) = Server::alone().await;
    let arrays = format!(
        r#"{{"resourceType":"Patient","name":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let extensions = format!(
        r#"{{"resourceType":"Patient",{}"url":"x"{}}}"#,
        r#""extension":[{"#.repeat(10_000),
        "}]".repeat(10_000)
    );
    for body in [arrays, extensions] {
        client
            .post("Patient", body)
            .await
            .expect_status(413)
            .issues();
    }
    assert_untouched(&client, "deep nesting").await;
}

#[tokio::test]
async fn a_large_body_is_refused_with_and_without_its_length() {
    let (_server, client) = Server::alone().await;
    let large = format!(
        r#"{{"resourceType":"Patient","name":[{{"family":"{}"}}]}}"#,
        "x".repeat(50 << 20)
    );
    let known = client
        .request(Method::POST, "Patient")
        .header(CONTENT_TYPE, FHIR_JSON)
        .body(large.clone());
    assert_too_long(&client, known).await;
    assert_eq!(chunked(&client, large.as_bytes()).unwrap_or(413), 413);
    assert_untouched(&client, "50 MB").await;
}

/// The server may close the connection before it has read everything; then the refusal is lost on
/// its way, which is a refusal too.
async fn assert_too_long(client: &Client, request: reqwest::RequestBuilder) {
    if let Some(answer) = client.try_send(request).await {
        answer.expect_status(413).issues();
    }
}

/// Creates a patient from a body of unannounced length; the status, if it arrived.
fn chunked(client: &Client, body: &[u8]) -> Option<u16> {
    let (_, address) = client.instance.split_once("//")?;
    let (host, path) = address.split_once('/')?;
    let mut stream = TcpStream::connect(host).ok()?;
    let token = client.token.as_deref()?;
    let head = format!(
        "POST /{path}/fhir/Patient HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {FHIR_JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    for chunk in body.chunks(1 << 16) {
        let sent = write!(stream, "{:x}\r\n", chunk.len())
            .and_then(|()| stream.write_all(chunk))
            .and_then(|()| stream.write_all(b"\r\n"));
        if sent.is_err() {
            break;
        }
    }
    let mut status = [0; 12];
    stream.read_exact(&mut status).ok()?;
    std::str::from_utf8(status.get(9..)?).ok()?.parse().ok()
}

#[tokio::test]
async fn a_small_body_that_unpacks_into_a_large_one_is_refused() {
    let (_server, client) = Server::alone().await;
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(br#"{"resourceType":"Patient","name":[{"family":""#)
        .expect("memory");
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..256 {
        bomb.write_all(&megabyte).expect("memory");
    }
    let request = client
        .request(Method::POST, "Patient")
        .header(CONTENT_TYPE, FHIR_JSON);
    let answer = client
        .send(
            request
                .header(CONTENT_ENCODING, "gzip")
                .body(bomb.finish().expect("memory")),
        )
        .await;
    assert!(
        [413, 415].contains(&answer.status),
        "{}: {}",
        answer.status,
        answer.text
    );
    assert_untouched(&client, "a bomb").await;
}

#[tokio::test]
async fn an_id_in_the_body_is_the_one_in_the_address() {
    let (_server, client) = Server::alone().await;
    let other = client
        .put("Patient/one", patient_with_id("two", "Bell"))
        .await
        .expect_status(400);
    assert!(
        other
            .issues()
            .contains("Logical Id in URL must match logical Id in resource"),
        "{}",
        other.text
    );
    client
        .put("Patient/one", patient("Bell"))
        .await
        .expect_status(400)
        .issues();
    assert_untouched(&client, "another id").await;
}

#[tokio::test]
async fn an_id_has_up_to_64_signs_of_its_grammar() {
    let (_server, client) = Server::alone().await;
    let long = "x".repeat(65);
    for id in [
        long.as_str(),
        "a%2Fb",
        "a%20b",
        "a_b",
        "%C3%A4",
        "..%2f..",
        "a%00",
    ] {
        let answer = client
            .put(&format!("Patient/{id}"), patient_with_id("x", "Bell"))
            .await;
        assert!([400, 404].contains(&answer.status), "{id}: {}", answer.text);
        answer.issues();
    }
    assert_untouched(&client, "a bad id").await;
    let longest = "x".repeat(64);
    client
        .put(
            &format!("Patient/{longest}"),
            patient_with_id(&longest, "Bell"),
        )
        .await
        .expect_status(201);
}

#[tokio::test]
async fn a_number_comes_back_as_it_was_written() {
    let (_server, client) = Server::alone().await;
    for number in [
        "1.00",
        "0.1234567890123456789012345678901234567890",
        "1234567890123456789012345678901234567890",
        "-0.0",
        "1e3",
    ] {
        let body = crate::resources::weight("p", number);
        let created = client.post("Observation", body).await.expect_status(201);
        let read = client
            .get(&format!("Observation/{}", created.id()))
            .await
            .expect_status(200);
        let (_, value) = read.text.split_once(r#""value":"#).expect("a value");
        assert!(
            value.starts_with(&format!("{number},")),
            "{number} became {value}"
        );
    }
}
