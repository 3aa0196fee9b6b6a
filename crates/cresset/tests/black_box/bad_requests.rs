//! Addresses, methods and headers that are wrong: a precise refusal, and no crash.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::client::{Client, FHIR_JSON};
use crate::resources::patient;
use crate::server::Server;

async fn check_search(client: &Client, search: &str, status: u16, words: &[&str]) {
    let answer = client.get(search).await;
    assert_eq!(answer.status, status, "{search}: {}", answer.text);
    let issues = answer.issues();
    for word in words {
        assert!(
            issues.contains(word),
            "{search}: `{word}` is missing in {issues}"
        );
    }
}

#[tokio::test]
async fn a_search_that_cannot_be_meant_is_refused_by_name() {
    let (_server, client) = Server::alone().await;
    for (search, words) in [
        ("Patient?nam=Bell", &["nam"][..]),
        ("Patient?birthdate=tomorrow", &["birthdate"]),
        ("Patient?birthdate=2023-02-30", &["birthdate"]),
        ("Patient?birthdate=xx2023", &["birthdate"]),
        ("Patient?name:sounds=Bell", &["sounds"]),
        ("Patient?birthdate:exact=2023", &["exact", "birthdate"]),
        ("Patient?active:missing=maybe", &["active", "missing"]),
        ("Patient?_count=many", &["_count"]),
        ("Patient?_count=-1", &["_count"]),
        ("Patient?_sort=nonsense", &["nonsense"]),
        ("Patient?_total=roughly", &["_total"]),
        ("Patient?_lastUpdated=never", &["_lastUpdated"]),
        ("Observation?value-quantity=heavy", &["value-quantity"]),
        ("Observation?subject:Nothing=1", &["Nothing"]),
        (
            "Patient?organization=Patient%2F1%2F2%2F3",
            &["organization"],
        ),
    ] {
        check_search(&client, search, 400, words).await;
    }
}

#[tokio::test]
async fn an_unknown_type_is_named() {
    let (_server, client) = Server::alone().await;
    for path in ["Nonsense", "Nonsense/1", "patient", "Nonsense?x=1"] {
        check_search(
            &client,
            path,
            404,
            &[path.split(['/', '?']).next().unwrap_or_default()],
        )
        .await;
    }
    client
        .post("Nonsense", r#"{"resourceType":"Nonsense"}"#)
        .await
        .expect_status(404)
        .issues();
}

#[tokio::test]
async fn leniency_ignores_what_it_does_not_know_and_says_so() {
    let (_server, client) = Server::alone().await;
    client
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201);
    let asked = client
        .request(Method::GET, "Patient?nam=x&family=Bell")
        .header("Prefer", "handling=lenient");
    let answer = client.send(asked).await.expect_status(200);
    let own = answer.link("self").expect("a self link");
    assert!(
        own.contains("family=Bell") && !own.contains("nam="),
        "{own}"
    );
    assert_eq!(answer.entry_ids().len(), 1);
}

#[tokio::test]
async fn a_page_has_an_upper_bound() {
    let (_server, client) = Server::alone().await;
    let answer = client
        .get("Patient?_count=1000000000")
        .await
        .expect_status(200);
    assert!(!answer.text.contains("1000000000"), "{}", answer.text);
    client.get("Patient?_count=0").await.expect_status(200);
}

#[tokio::test]
async fn a_media_type_that_is_not_spoken_is_refused() {
    let (_server, client) = Server::alone().await;
    for kind in [
        "text/plain",
        "application/rdf+xml",
        "application/x-www-form-urlencoded",
        "nonsense",
    ] {
        let request = client
            .request(Method::POST, "Patient")
            .header(CONTENT_TYPE, kind)
            .body(patient("Bell"));
        client.send(request).await.expect_status(415).issues();
    }
    for kind in ["application/pdf", "text/turtle", "image/png"] {
        let request = client
            .plain(Method::GET, "/fhir/Patient")
            .header(ACCEPT, kind);
        let request = request.bearer_auth(client.token.as_deref().expect("a token"));
        client.send(request).await.expect_status(406).issues();
    }
    assert_eq!(client.count("Patient").await, 0);
}

#[tokio::test]
async fn an_unknown_method_learns_which_are_known() {
    let (_server, client) = Server::alone().await;
    for (method, path) in [
        ("PURGE", "Patient/1"),
        ("PURGE", "Patient"),
        ("DELETE", "metadata"),
        ("POST", "Patient/1"),
        ("PUT", "Patient/1/_history/1"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client
            .request(method.clone(), path)
            .header(CONTENT_TYPE, FHIR_JSON)
            .body("{}");
        let answer = client.send(request).await.expect_status(405);
        answer.issues();
        assert!(
            answer.header("allow").contains("GET"),
            "{method} {path}: {:?}",
            answer.headers
        );
    }
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_an_outcome() {
    let (_server, client) = Server::alone().await;
    for path in [
        "Patient/1/2/3",
        "Patient/1/_history/x",
        "Patient/1/_history/0",
        "Patient/%2e%2e/x",
        "_nonsense",
        "Patient/$nonsense",
    ] {
        let answer = client.get(path).await;
        assert!(
            [400, 404].contains(&answer.status),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        answer.issues();
    }
}

#[tokio::test]
async fn a_sane_request_id_is_echoed_and_another_is_not() {
    let (_server, client) = Server::alone().await;
    let with = |id: &str| {
        client
            .request(Method::GET, "Patient")
            .header("X-Request-Id", id)
    };
    assert_eq!(
        client.send(with("walk-17.b")).await.header("x-request-id"),
        "walk-17.b"
    );
    let long = "x".repeat(129);
    for insane in [long.as_str(), "two words", "\u{e4}"] {
        assert_ne!(
            client.send(with(insane)).await.header("x-request-id"),
            insane
        );
    }
}

#[tokio::test]
async fn signs_with_a_meaning_elsewhere_are_only_text_here() {
    let (_server, client) = Server::alone().await;
    client
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201);
    for value in [
        "'%20OR%201=1--",
        "%22;DROP%20TABLE%20resource;",
        "%25",
        "_",
        "*",
        "%5C",
        "Bell%27",
        "%00",
    ] {
        for parameter in [
            "family",
            "family:exact",
            "family:contains",
            "identifier",
            "_id",
            "general-practitioner",
        ] {
            let answer = client.get(&format!("Patient?{parameter}={value}")).await;
            assert!(
                [200, 400].contains(&answer.status),
                "{parameter}={value}: {}",
                answer.text
            );
            if answer.status == 200 {
                assert!(
                    answer.entry_ids().is_empty(),
                    "{parameter}={value} finds somebody"
                );
            }
        }
    }
    assert_eq!(client.count("Patient").await, 1);
}

#[tokio::test]
async fn head_and_options_answer_like_get_without_a_body() {
    let (_server, client) = Server::alone().await;
    let id = client
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201)
        .id();
    let get = client
        .get(&format!("Patient/{id}"))
        .await
        .expect_status(200);
    let head = client
        .send(client.request(Method::HEAD, &format!("Patient/{id}")))
        .await
        .expect_status(200);
    assert!(head.text.is_empty());
    for name in ["etag", "last-modified", "content-type", "content-length"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    let options = client
        .send(client.plain(Method::OPTIONS, &format!("/fhir/Patient/{id}")))
        .await;
    assert!(options.status < 300, "{}", options.status);
    let preflight = client
        .plain(Method::OPTIONS, "/fhir/Patient")
        .header("Origin", "https://app.example.org");
    let preflight = preflight
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization");
    let answer = client.send(preflight).await;
    assert!(
        answer.status < 300 && !answer.header("access-control-allow-origin").is_empty(),
        "{:?}",
        answer.headers
    );
}
