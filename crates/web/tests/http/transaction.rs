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

/// Sends a good entry and this one: the refusal names it, and nothing is stored.
async fn refused(practice: &Practice, second: &str, (status, words): (u16, &str), place: &str) {
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
}

#[tokio::test]
async fn one_bad_entry_stops_all_and_is_named() {
    let practice = Practice::open().await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Patient","birthDate":"2023-02-30"},"request":{"method":"POST","url":"Patient"}}"#,
        (400, "birthDate"),
        "Bundle.entry[1].resource.birthDate",
    )
    .await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Patient"}}"#,
        (400, "required"),
        "Bundle.entry[1].request",
    )
    .await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/a"}}"#,
        (400, "same resource"),
        "Bundle.entry[1].request.url",
    )
    .await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Patient","id":"b"},"request":{"method":"PUT","url":"Patient/b","ifMatch":"W/\"4\""}}"#,
        (412, "conflict"),
        "Bundle.entry[1]",
    )
    .await;
}

#[tokio::test]
async fn a_reference_or_patch_that_cannot_be_understood_stops_all() {
    let practice = Practice::open().await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Patient","id":"c"},"request":{"method":"PUT","url":"Patient/b"}}"#,
        (400, "Logical Id"),
        "Bundle.entry[1].resource.id",
    )
    .await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"Group?name=x"}}"#,
        (400, "search of Patient"),
        "Bundle.entry[1].request.ifNoneExist",
    )
    .await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:22222222-2222-4222-8222-222222222222"}},"request":{"method":"POST","url":"Observation"}}"#,
        (400, "names no entry"),
        "Bundle.entry[1].resource.subject.reference",
    )
    .await;
    refused(
        &practice,
        r#"{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=none"}},"request":{"method":"POST","url":"Observation"}}"#,
        (412, "finds no resource"),
        "Bundle.entry[1].resource.subject.reference",
    )
    .await;
    refused(
        &practice,
        r#"{"request":{"method":"PATCH","url":"Patient/none"},"resource":{"resourceType":"Binary","contentType":"text/plain"}}"#,
        (400, "json-patch+json"),
        "Bundle.entry[1].resource.contentType",
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
        .ask("POST /", r#"{"resourceType":"Bundle","type":"collection"}"#)
        .await
        .refuses(400, "transaction");
}

/// What is deleted makes room for what is created, whatever the order in the Bundle; conditions and
/// references by search see the state before, less what is deleted.
#[tokio::test]
async fn entries_are_carried_out_by_method() {
    let practice = Practice::open().await;
    let patient = |mrn: &str| {
        format!(
            r#"{{"resourceType":"Patient","identifier":[{{"system":"urn:mrn","value":"{mrn}"}}]}}"#
        )
    };
    let first = practice.create("Patient", &patient("1")).await;
    let doctor = practice
        .create(
            "Practitioner",
            r#"{"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"7"}]}"#,
        )
        .await;
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"request":{"method":"GET","url":"Patient?identifier=urn:mrn|1"}},
        {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":ONE,"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:mrn|1"}},
        {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"},"performer":[{"reference":"Practitioner?identifier=urn:npi|7"}]},"request":{"method":"POST","url":"Observation"}},
        {"request":{"method":"DELETE","url":"Patient/FIRST"}},
        {"resource":TWO,"request":{"method":"PUT","url":"Patient?identifier=urn:mrn|2"}}]}"#;
    let bundle = bundle
        .replace("ONE", &patient("1"))
        .replace("TWO", &patient("2"))
        .replace("FIRST", &first);
    let answer = practice.ask("POST ", &bundle).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let statuses: Vec<_> = (0..5)
        .map(|at| answer["entry"][at]["response"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        [
            "200 OK",
            "201 Created",
            "201 Created",
            "204 No Content",
            "201 Created"
        ]
    );
    let page = &answer["entry"][0]["resource"];
    assert_eq!(page["total"], 1, "{page}");
    assert_ne!(page["entry"][0]["resource"]["id"], first);
    let found = practice
        .ask(
            &format!("GET /Observation?performer=Practitioner/{doctor}"),
            "",
        )
        .await
        .json();
    assert_eq!(found["total"], 1);

    // The same again: the condition of the create finds what is there, and references lead to it.
    let again = bundle.replace(&format!("Patient/{first}"), "Patient/none");
    let answer = practice
        .ask_with("POST ", &again, ("prefer", "return=representation"))
        .await
        .json();
    assert_eq!(
        answer["entry"][1]["response"]["status"], "200 OK",
        "{answer}"
    );
    let id = answer["entry"][1]["resource"]["id"].as_str().unwrap();
    let subject = &answer["entry"][2]["resource"]["subject"]["reference"];
    assert_eq!(*subject, format!("Patient/{id}"));
    assert_eq!(answer["entry"][4]["response"]["status"], "200 OK");
}

/// Sixteen transactions at once that all create under the same condition make one resource.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditions_of_concurrent_transactions_hold() {
    let practice = std::sync::Arc::new(Practice::open().await);
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"1"}]},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:mrn|1"}},
        {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"}},"request":{"method":"POST","url":"Observation"}}]}"#;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let practice = practice.clone();
        tasks.spawn(async move { practice.ask("POST ", bundle).await.status });
    }
    assert!(tasks.join_all().await.iter().all(|status| *status == 200));
    let total =
        async |url: &str| practice.ask(&format!("GET {url}"), "").await.json()["total"].clone();
    assert_eq!(total("/Patient").await, 1);
    assert_eq!(total("/Observation?patient.identifier=urn:mrn|1").await, 16);
}

#[tokio::test]
async fn every_bad_body_is_named_in_one_answer() {
    let practice = Practice::open().await;
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"resource":{"resourceType":"Patient","birthDate":"2023-02-30","gender":"x"},"request":{"method":"POST","url":"Patient"}},
        {"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/a"}},
        {"resource":{"resourceType":"Patient","active":"no"},"request":{"method":"POST","url":"Patient"}}]}"#;
    let answer = practice.ask("POST /", bundle).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let places: Vec<_> = answer.json()["issue"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["expression"][0].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "Bundle.entry[0].resource.birthDate",
            "Bundle.entry[0].resource.gender",
            "Bundle.entry[2].resource.active"
        ]
    );
    assert_eq!(practice.ask("GET /Patient/a", "").await.status, 404);
}
