//! What a query may cost in bytes and questions, and what is left of one that ends in an error.

use cresset_base::Limits;
use serde_json::json;

use super::super::audit::records;
use super::super::practice::Practice;
use super::{asked, filled, filled_within, post, put, refuses};

async fn sent(practice: &Practice, body: &serde_json::Value) -> super::Answer {
    let request = practice
        .request("POST /$graphql", "")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body.to_string()))
        .unwrap();
    practice.send(request).await
}

#[tokio::test]
async fn texts_written_out_are_bounded() {
    let practice = filled_within(Limits {
        body_bytes_max: 64 * 1024,
        ..Limits::default()
    })
    .await;
    let often = |count: usize| {
        let fields = (0..count).map(|n| format!("a{n}: PatientList(family: $x){{id}}"));
        let query = format!("query q($x: String){{{}}}", fields.collect::<String>());
        json!({ "query": query, "variables": { "x": "x".repeat(8_000) } })
    };
    assert_eq!(sent(&practice, &often(2)).await.status, 200);
    let refused = sent(&practice, &often(20)).await;
    refused.refuses(400, "with its fragments and variables written out");
    let items = json!({ "query": often(20)["query"], "variables": { "x": vec![""; 1_000] } });
    let refused = sent(&practice, &items).await;
    refused.refuses(400, "with its fragments and variables written out");
    let long = "x".repeat(4_000);
    let nested = format!(
        "{{...A ...A ...A}} fragment A on Patient{{...B ...B ...B ...B ...B ...B}} fragment B on Patient{{{long}: id}}"
    );
    let here = "/Patient/a/$graphql";
    let words = "with its fragments and variables written out";
    refuses(&practice, here, &nested, (400, words)).await;
    let twice = "query q($x: String, $x: String){id}";
    refuses(&practice, here, twice, (400, "$x is declared twice")).await;
    let many = format!("{{name(use: \"{}\"){{use}}}}", "x".repeat(60_000));
    asked(&practice, here, &many).await;
}

#[tokio::test]
async fn bytes_of_an_answer_and_of_what_it_needs_are_bounded() {
    let practice = filled_within(Limits {
        bundle_answer_bytes_max: 20_000,
        ..Limits::default()
    })
    .await;
    for id in ["one", "two", "three"] {
        put(
            &practice,
            json!({ "resourceType": "Binary", "id": id, "contentType": "text/plain", "data": "QUJD".repeat(2_000) }),
        )
        .await;
    }
    let here = "/Binary/one/$graphql";
    asked(&practice, here, "{a: data b: data}").await;
    refuses(
        &practice,
        here,
        "{a: data b: data c: data}",
        (400, "more bytes"),
    )
    .await;
    let all =
        "{a: Binary(id: \"one\"){id} b: Binary(id: \"two\"){id} c: Binary(id: \"three\"){id}}";
    refuses(&practice, "/$graphql", all, (400, "more than 20000 bytes")).await;
    let long = "x".repeat(3_000);
    let keys: Vec<String> = (0..9).map(|n| format!("{long}{n}: id ")).collect();
    let keys = format!("{{{}}}", keys.concat());
    refuses(&practice, here, &keys, (400, "more bytes")).await;
}

#[tokio::test]
async fn questions_and_all_that_is_looked_at_are_bounded() {
    let practice = filled_within(Limits {
        graphql_fields_max: 200,
        graphql_resources_max: 5,
        ..Limits::default()
    })
    .await;
    let nobody = |count: usize| {
        let reads = (0..count).map(|n| format!("a{n}: Patient(id: \"none{n}\"){{id}} "));
        format!("{{{}}}", reads.collect::<String>())
    };
    asked(&practice, "/$graphql", &nobody(5)).await;
    let words = "more than 5 resources and lists";
    refuses(&practice, "/$graphql", &nobody(6), (400, words)).await;
    let same = |count: usize| {
        let same = "id ".repeat(count);
        format!("{{ObservationList(_count: 4){{{same}}}}}")
    };
    asked(&practice, "/$graphql", &same(30)).await;
    refuses(&practice, "/$graphql", &same(60), (400, "more fields")).await;
}

#[tokio::test]
async fn errors_hold_no_value_and_the_trail_is_not_read() {
    let practice = filled().await;
    let here = "/Patient/a/$graphql";
    let sliced = r#"{telecom @slice(path: "'private'") @singleton{value}}"#;
    let answer = post(&practice, &practice.token, here, sliced).await;
    answer.refuses(400, "telecom has several values");
    assert!(!answer.issues().concat().contains("private"));
    let record = "/$graphql";
    let words = (400, "audit trail");
    refuses(&practice, record, "{AuditEvent(id: \"1\"){id}}", words).await;
    refuses(&practice, "/AuditEvent/1/$graphql", "{id}", words).await;
    let decimal = "{ObservationList(value_quantity: 5.40){id}}";
    refuses(&practice, record, decimal, (400, "Write a decimal as text")).await;
    let query = "query q($x: Decimal){ObservationList(value_quantity: $x){id}}";
    let body = json!({ "query": query, "variables": { "x": 5.5 } });
    sent(&practice, &body)
        .await
        .refuses(400, "Write a decimal as text");
}

#[tokio::test]
async fn a_record_names_whose_resources_were_looked_at_and_what_was_asked() {
    let practice = filled().await;
    let left = async |body: serde_json::Value, status: u16| {
        practice.store.settle().await.unwrap();
        let before = records(&practice).await.len();
        let answer = sent(&practice, &body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        practice.store.settle().await.unwrap();
        records(&practice).await.split_off(before).remove(0)
    };
    let broken = json!({ "query": "{ObservationList(subject: \"Patient/b\"){nothing}}" });
    let record = left(broken, 400).await;
    let named: Vec<_> = record
        .whose
        .named()
        .map(cresset_base::ResourceId::as_str)
        .collect();
    assert_eq!(named, ["b"]);
    let query =
        "query one($x: ID!){Patient(id: $x){id}} query two($x: ID!){Patient(id: $x){active}}";
    let ask = |name: &str, id: &str| json!({ "query": query, "operationName": name, "variables": { "x": id } });
    let first = left(ask("one", "a"), 200).await.query;
    assert_eq!(left(ask("one", "a"), 200).await.query, first);
    assert_ne!(left(ask("one", "b"), 200).await.query, first);
    assert_ne!(left(ask("two", "a"), 200).await.query, first);
}
