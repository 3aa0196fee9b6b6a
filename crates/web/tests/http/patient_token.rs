//! Tokens of single patients, from registration to the data they reach.

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::practice::{Answer, HOST, Practice};

const A: &str = r#"{"resourceType":"Patient","id":"a","name":[{"family":"CANARY-demoa-1"}]}"#;
const B: &str = r#"{"resourceType":"Patient","id":"b","name":[{"family":"CANARY-demob-1"}]}"#;

async fn practice() -> Practice {
    let practice = Practice::open().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    for (path, body) in [("/Patient/a", A), ("/Patient/b", B)] {
        let created = practice.ask(&format!("PUT {path}"), body).await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    practice
}

async fn token(practice: &Practice, parameters: &str) -> Answer {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&{parameters}",
        practice.client_id, practice.client_secret
    );
    practice.form("/demo/auth/token/", &form).await
}

#[tokio::test]
async fn a_token_of_one_patient_shows_no_other() {
    let practice = practice().await;
    let asked = "scope=patient/Patient.read+patient/Observation.*&patient=a";
    let answer = token(&practice, asked).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = answer.json();
    assert_eq!(token["patient"], "a");
    assert_eq!(token["need_patient_banner"], true);
    let style = token["smart_style_url"].as_str().unwrap();
    let style = practice
        .stranger(&format!("GET {}", style.strip_prefix(HOST).unwrap()))
        .await;
    assert_eq!(style.status, 200);
    assert_eq!(style.header("content-type"), "application/json");
    assert!(style.json()["color_text"].is_string());

    let token = token["access_token"].as_str().unwrap();
    let ask = async |line: &str, body: &'static str| {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method)
            .uri(format!("/demo/fhir{path}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/fhir+json");
        practice.send(request.body(Body::from(body)).unwrap()).await
    };
    assert_eq!(ask("GET /Patient/a", "").await.status, 200);
    for (line, status) in [
        ("GET /Patient/b", 404),
        ("GET /Condition", 403),
        ("PUT /Patient/a", 403),
    ] {
        let answer = ask(line, A).await;
        assert_eq!(answer.status, status, "{line} {answer:?}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("CANARY-demob-1"));
    }
    let all = ask("GET /Patient", "").await.json();
    assert_eq!(
        (&all["total"], &all["entry"][0]["resource"]["id"]),
        (&json!(1), &json!("a"))
    );
    let of_b = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"}}"#;
    assert_eq!(ask("POST /Observation", of_b).await.status, 403);
    let of_a = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}"#;
    assert_eq!(ask("POST /Observation", of_a).await.status, 201);

    let introspected = practice
        .form(
            "/demo/auth/introspect/",
            &format!(
                "client_id={}&client_secret={}&token={token}",
                practice.client_id, practice.client_secret
            ),
        )
        .await;
    assert_eq!(introspected.json()["patient"], "a");
}

#[tokio::test]
async fn a_patient_that_is_unknown_deleted_or_of_another_practice_is_refused() {
    let practice = practice().await;
    practice.ask("DELETE /Patient/b", "").await;
    for patient in ["b", "c", "%20", "Patient/a"] {
        let asked = format!("scope=patient/Patient.read&patient={patient}");
        let answer = token(&practice, &asked).await;
        assert_eq!(answer.status, 400, "{patient} {answer:?}");
        assert_eq!(answer.json()["error"], "invalid_request", "{patient}");
    }
    let missing = token(&practice, "patient=a").await;
    assert_eq!(
        (missing.status.as_u16(), &missing.json()["error"]),
        (400, &json!("invalid_scope"))
    );
}
