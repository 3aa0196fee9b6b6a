//! The `OpenAPI` document, and the page to try it on.

use axum::body::Body;
use cresset_base::Limits;
use serde_json::Value;

use super::pages::assert_published;
use super::practice::Practice;

/// Every `$ref` of the document.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("$ref", Value::String(to)) => found.push(to.clone()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_says_what_the_server_does() {
    let practice = Practice::open().await;
    let answer = practice.stranger("GET /demo/fhir/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/openapi+json");
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["servers"][0]["url"],
        "https://ehr.example/demo/fhir"
    );
    let patient = &document["paths"]["/Patient"]["get"]["parameters"];
    let names: Vec<_> = patient
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| p["name"].as_str())
        .collect();
    assert!(
        names.contains(&"birthdate") && names.contains(&"_id"),
        "{names:?}"
    );
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 1_000);
    for to in found {
        let pointer = to.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{to}");
    }
    let one = practice
        .stranger("GET /demo/fhir/openapi.json?_type=Patient")
        .await
        .json();
    assert!(one["paths"].get("/Observation").is_none() && one["paths"].get("/Patient").is_some());
    practice
        .stranger("GET /demo/fhir/openapi.json?_type=Nobody")
        .await
        .refuses(400, "_type");
    practice
        .stranger("GET /demo/fhir/openapi.json?x=y")
        .await
        .refuses(400, "_type only");
}

/// Every address and method of the document is one the router knows: never 404 for the address,
/// never 405.
#[tokio::test]
async fn every_address_of_the_document_is_routed() {
    let practice = Practice::open().await;
    let document = practice
        .stranger("GET /demo/fhir/openapi.json")
        .await
        .json();
    let of_few = ["Patient", "Binary", "ValueSet", "CodeSystem", "ConceptMap"];
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if !of_few.iter().any(|of| path.split('/').nth(1) == Some(of))
            && path.matches('/').count() > 1
        {
            continue;
        }
        let path = path.replace("{id}", "none").replace("{version}", "1");
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
        {
            let line = format!("{} {path}", method.to_uppercase());
            let answer = practice.ask(&line, "").await;
            let lost =
                answer.status == 404 && answer.issues()[0].contains("nothing at this address");
            assert!(answer.status != 405 && !lost, "{line} {answer:?}");
            asked += 1;
        }
    }
    assert!(asked > 60, "{asked}");
}

#[tokio::test]
async fn the_page_runs_scripts_of_its_own_alone() {
    let practice = Practice::open().await;
    for path in ["/demo/docs/api", "/demo/docs/api/Patient"] {
        let page = practice.stranger(&format!("GET {path}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; connect-src 'self';"),
            "{policy}"
        );
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(
            !html.contains("sandbox-token")
                && !html.contains("onclick")
                && !html.contains(" style=")
        );
        for script in ["swagger-ui-5.35.0.js", "api-docs.js"] {
            assert!(html.contains(&format!("<script src=\"/assets/{script}\"></script>")));
        }
    }
    assert_eq!(
        practice.stranger("GET /demo/docs/api/Nobody").await.status,
        404
    );
    assert_eq!(practice.stranger("GET /nowhere/docs/api").await.status, 404);
}

#[tokio::test]
async fn in_a_sandbox_the_page_can_get_a_token() {
    let practice = Practice::with(Limits::default(), |settings| settings.sandbox = true).await;
    let page = practice.stranger("GET /demo/docs/api").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(
        html.contains("data-address=\"/demo/sandbox-token\""),
        "{html}"
    );
    let request = http::Request::post("/demo/sandbox-token").header("accept", "application/json");
    let answer = practice.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.json();
    let token = token["access_token"].as_str().unwrap();
    let request =
        http::Request::get("/demo/fhir/Patient").header("authorization", format!("Bearer {token}"));
    assert_eq!(
        practice
            .send(request.body(Body::empty()).unwrap())
            .await
            .status,
        200
    );
}

/// Swagger UI is embedded exactly as published (docs/adr/0021), and packed.
#[tokio::test]
async fn the_user_interface_is_as_published() {
    let practice = Practice::open().await;
    for (file, published) in [
        (
            "swagger-ui-5.35.0.js",
            "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
        ),
        (
            "swagger-ui-5.35.0.css",
            "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
        ),
    ] {
        let plain = practice.stranger(&format!("GET /assets/{file}")).await;
        assert_eq!(plain.header("content-encoding"), "");
        assert_published(&plain.body, published);
        let request =
            http::Request::get(format!("/assets/{file}")).header("accept-encoding", "br, gzip");
        let packed = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.len() * 3 < plain.body.len());
    }
}
