//! Interactions, headers and words.

use super::{HOST, Practice, canvas, located, patient};
use cresset_base::Limits;
use cresset_store::ErrorDialect;

#[tokio::test]
async fn an_interaction_the_set_does_not_offer_is_405_with_those_it_does() {
    let practice = canvas().await;
    for (line, allow) in [
        ("POST /ServiceRequest", "GET, HEAD"),
        ("POST /CareTeam", "GET, HEAD"),
        ("DELETE /Patient/1", "GET, HEAD, PUT"),
        ("PUT /Observation/1", "GET, HEAD"),
        ("PATCH /Patient/1", "GET, HEAD, PUT"),
        ("GET /CoverageEligibilityRequest/1", ""),
        ("GET /Slot/1", ""),
    ] {
        let mut request = practice.request(line, "");
        request = request.header(
            "content-type",
            match line.split_once(' ').unwrap().0 {
                "PATCH" => "application/merge-patch+json",
                _ => "application/fhir+json",
            },
        );
        let body = axum::body::Body::from(r#"{"resourceType":"Patient"}"#);
        let answer = practice.send(request.body(body).unwrap()).await;
        answer.refuses(405, "not-supported Operation is not supported");
        assert_eq!(answer.header("allow"), allow, "{line}");
    }
    let patient = practice.ask("DELETE /Basic/1", "").await;
    assert_eq!(
        patient.status, 204,
        "a type the set does not mention: {patient:?}"
    );
}

#[tokio::test]
async fn a_transaction_holds_no_more_than_the_set_offers() {
    let practice = canvas().await;
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/1"}}]}"#;
    let answer = practice.ask("POST /", bundle).await;
    answer.refuses(405, "Operation is not supported");
    assert_eq!(
        answer.json()["issue"][0]["expression"][0],
        "Bundle.entry[0]"
    );
}

#[tokio::test]
async fn a_transaction_goes_through_the_rules_as_a_single_write_does() {
    let practice = canvas().await;
    let bundle = |patient: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{patient},"request":{{"method":"POST","url":"Patient"}}}}]}}"#
        )
    };
    let unnamed = r#"{"resourceType":"Patient","gender":"female","birthDate":"1985-12-10"}"#;
    let answer = practice.ask("POST /", &bundle(unnamed)).await;
    answer.refuses(400, "body -> name — Field required (type=missing)");
    let sms = patient(r#","telecom":[{"system":"sms","value":"5550100"}]"#);
    let answer = practice.ask("POST /", &bundle(&sms)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let page = practice.ask("GET /Patient", "").await.json();
    assert_eq!(
        page["entry"][0]["resource"]["telecom"][0]["system"],
        "phone"
    );
}

#[tokio::test]
async fn the_statement_lists_what_the_set_offers() {
    let practice = canvas().await;
    let statement = practice.stranger("GET /demo/fhir/metadata").await.json();
    let interactions = |name: &str| -> Vec<String> {
        let resources = statement["rest"][0]["resource"].as_array().unwrap();
        let resource = resources.iter().find(|r| r["type"] == name).unwrap();
        let listed = resource["interaction"].as_array().unwrap();
        listed
            .iter()
            .map(|i| i["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let care_team = interactions("CareTeam");
    assert!(
        care_team.iter().any(|code| code == "update"),
        "{care_team:?}"
    );
    assert!(
        !care_team
            .iter()
            .any(|code| code == "create" || code == "delete"),
        "{care_team:?}"
    );
    assert_eq!(interactions("CoverageEligibilityRequest"), ["create"]);
    let resources = statement["rest"][0]["resource"].as_array().unwrap().iter();
    let upserts: Vec<_> = resources
        .filter(|r| r["updateCreate"] == true)
        .map(|r| r["type"].as_str().unwrap())
        .collect();
    assert!(
        upserts.contains(&"CareTeam") && upserts.contains(&"Basic"),
        "{upserts:?}"
    );
    assert!(!upserts.contains(&"Patient"), "{upserts:?}");
    assert!(interactions("Basic").iter().any(|code| code == "delete"));
}

#[tokio::test]
async fn a_create_answers_without_body_and_names_the_resource() {
    let practice = canvas().await;
    let created = practice.ask("POST /Patient", &patient("")).await;
    let id = located(&created);
    assert!(created.body.is_empty(), "{created:?}");
    assert_eq!(
        created.header("location"),
        format!("{HOST}/demo/fhir/Patient/{id}")
    );
    let asked = practice
        .ask_with(
            "POST /Patient",
            &patient(""),
            ("prefer", "return=representation"),
        )
        .await;
    assert_eq!(asked.json()["resourceType"], "Patient");
}

#[tokio::test]
async fn faults_of_a_body_are_told_in_steps() {
    let practice = canvas().await;
    let body = patient(
        r#","telecom":[{"system":"phone","value":"5550100","rank":0}],"communication":[{"preferred":true}]"#,
    );
    let answer = practice.ask("POST /Patient", &body).await;
    answer.refuses(
        400,
        "required body -> communication -> 0 -> language — Field required (type=missing)",
    );
    answer.refuses(
        400,
        "value body -> telecom -> 0 -> rank — must be 1 or more",
    );
    let empty = practice.ask("POST /Patient", "").await;
    assert!(matches!(empty.status.as_u16(), 400 | 415), "{empty:?}");
    let broken = practice.ask("POST /Patient", "{").await;
    broken.refuses(400, "structure body — ");
}

#[tokio::test]
async fn the_veracity_dialect_answers_400_but_for_tokens() {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.errors = ErrorDialect::Veracity;
    })
    .await;
    let absent = practice.ask("GET /Patient/nobody", "").await;
    absent.refuses(400, "not-found Unknown Patient resource 'nobody'");
    practice
        .ask("GET /Nothing/1", "")
        .await
        .refuses(400, "Unknown resource type");
    let stranger = practice.stranger("GET /demo/fhir/Patient/1").await;
    assert_eq!(stranger.status, 401);
    let narrow = practice.token_for("system/Patient.rs").await;
    let request = http::Request::get("/demo/fhir/Condition/1")
        .header("authorization", format!("Bearer {narrow}"));
    let refused = practice
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn an_instance_has_its_own_page_size() {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.page_default = Some(2);
    })
    .await;
    for _ in 0..3 {
        practice
            .create("Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)
            .await;
    }
    let page = practice.ask("GET /Basic", "").await.json();
    assert_eq!(page["entry"].as_array().unwrap().len(), 2);
    let asked = practice.ask("GET /Basic?_count=3", "").await.json();
    assert_eq!(asked["entry"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_page_of_a_type_shows_what_is_required_refused_and_ignored() {
    let practice = canvas().await;
    let page = practice.stranger("GET /docs/Observation").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    for shown in [
        "<code>Observation.status</code>",
        "Requested Sign does not exist",
        "<code>issued</code>",
        "<h2>Under the rule set canvas</h2>",
        "offers <code>read</code>",
        "stored as `final`",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
    let page = practice.stranger("GET /docs/Basic").await;
    assert!(
        !String::from_utf8(page.body.to_vec())
            .unwrap()
            .contains("<h2>Under the rule set")
    );
}

#[tokio::test]
async fn the_statement_says_what_the_set_asks_and_does() {
    let practice = canvas().await;
    let statement = practice.stranger("GET /demo/fhir/metadata").await.json();
    let rest = &statement["rest"][0];
    let words = rest["documentation"].as_str().unwrap();
    assert!(words.contains("The rule set `canvas`") && words.contains("`Allergen`"));
    let said = |name: &str| {
        let mut resources = rest["resource"].as_array().unwrap().iter();
        let resource = resources.find(|resource| resource["type"] == name).unwrap();
        resource["documentation"].as_str().map(str::to_owned)
    };
    let task = said("Task").unwrap();
    for words in [
        "A create must have: status, description",
        "An update must have: status",
        "- intent must be unknown",
        "Not taken from the body: lastModified.",
        "What is written: an update clears `description`",
    ] {
        assert!(task.contains(words), "{words:?} in {task}");
    }
    assert_eq!(said("Basic"), None);
}

#[tokio::test]
async fn every_status_has_its_issue_code() {
    let practice = canvas().await;
    let address = "/demo/fhir/Patient/nobody";
    practice
        .stranger(&format!("GET {address}"))
        .await
        .refuses(401, "unknown Authentication failed");
    let mut narrow = canvas().await;
    narrow.token = narrow.token_for("system/Task.rs").await;
    narrow
        .ask("GET /Patient/nobody", "")
        .await
        .refuses(403, "forbidden Authorization failed");
    for (line, body, status, words) in [
        (
            "GET /Patient/nobody",
            "",
            404,
            "not-found Unknown Patient resource 'nobody'",
        ),
        (
            "GET /RiskAssessments",
            "",
            404,
            "not-found Unknown resource type",
        ),
        (
            "POST /ServiceRequest",
            "{}",
            405,
            "not-supported Operation is not supported",
        ),
        (
            "GET /Patient?_format=pdf",
            "",
            400,
            "Invalid response format specified for '_format' parameter",
        ),
        (
            "POST /Patient",
            r#"{"resourceType":"Patient"}"#,
            400,
            "required body -> name — Field required (type=missing)",
        ),
    ] {
        practice.ask(line, body).await.refuses(status, words);
    }
    let id = located(&practice.ask("POST /Patient", &patient("")).await);
    practice.clock.advance_seconds(60);
    let body = patient(&format!(r#","id":"{id}""#));
    let stale = ("if-unmodified-since", "Wed, 21 Oct 2015 07:28:00 GMT");
    practice
        .ask_with(&format!("PUT /Patient/{id}"), &body, stale)
        .await
        .refuses(
            412,
            "conflict The resource has been modified since the precondition was specified.",
        );
}
