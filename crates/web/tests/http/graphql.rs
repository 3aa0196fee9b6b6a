//! `$graphql`, as an app of the practice and as a patient's.

use cresset_base::Limits;
use http::Request;
use serde_json::{Value, json};

use super::practice::{Answer, Practice};

mod bounds;

async fn put(practice: &Practice, resource: Value) {
    let name = format!("{}/{}", resource["resourceType"], resource["id"]).replace('"', "");
    let answer = practice
        .ask(&format!("PUT /{name}"), &resource.to_string())
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn filled_within(limits: Limits) -> Practice {
    let practice = Practice::with(limits, |_| {}).await;
    put(
        &practice,
        json!({ "resourceType": "Practitioner", "id": "dr", "name": [{ "family": "Reed" }] }),
    )
    .await;
    for (patient, family) in [("a", "Bell"), ("b", "Bello")] {
        put(
            &practice,
            json!({
                "resourceType": "Patient", "id": patient, "active": true, "birthDate": "1985-12-10",
                "_birthDate": { "extension": [{ "url": "urn:sure", "valueBoolean": false }] },
                "contained": [{ "resourceType": "Organization", "id": "org", "name": "Hill" }],
                "managingOrganization": { "reference": "#org" },
                "generalPractitioner": [{ "reference": "Practitioner/dr" }],
                "name": [
                    { "use": "official", "family": family, "given": ["Ada", "Mae"] },
                    { "use": "nickname", "given": ["Addie"] },
                ],
                "telecom": [{ "system": "phone", "use": "home", "value": "1" }, { "system": "email", "value": "a@b.example" }],
                "multipleBirthInteger": 2,
            }),
        )
        .await;
        for n in 1..=3 {
            put(
                &practice,
                json!({
                    "resourceType": "Observation", "id": format!("{patient}{n}"), "status": "final",
                    "code": { "coding": [{ "system": "urn:code", "code": "x" }] },
                    "subject": { "reference": format!("Patient/{patient}") },
                    "effectiveDateTime": format!("2024-01-0{n}"),
                    "valueQuantity": { "value": 1.50, "unit": "mg" },
                }),
            )
            .await;
        }
    }
    put(
        &practice,
        json!({
            "resourceType": "Observation", "id": "lost", "status": "final", "code": { "text": "x" },
            "subject": { "reference": "Patient/nobody" },
            "performer": [{ "reference": "https://elsewhere.example/fhir/Practitioner/1" }],
        }),
    )
    .await;
    practice
}

async fn filled() -> Practice {
    filled_within(Limits::default()).await
}

async fn post(practice: &Practice, token: &str, path: &str, query: &str) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/demo/fhir{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/graphql")
        .body(axum::body::Body::from(query.to_owned()))
        .unwrap();
    practice.send(request).await
}

async fn asked(practice: &Practice, path: &str, query: &str) -> Value {
    let answer = post(practice, &practice.token, path, query).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

async fn check(practice: &Practice, path: &str, query: &str, expect: Value) {
    let told = asked(practice, path, query).await;
    assert_eq!(told["errors"], Value::Null, "{query}: {told}");
    assert_eq!(told["data"], expect, "{query}");
}

async fn refuses(practice: &Practice, path: &str, query: &str, (status, words): (u16, &str)) {
    let answer = post(practice, &practice.token, path, query).await;
    assert_eq!(answer.status, status, "{query}: {answer:?}");
    let issues = answer.issues().join("; ");
    assert!(issues.contains(words), "{query}: {issues}");
}

#[tokio::test]
async fn elements_of_a_resource_are_told_by_their_names() {
    let practice = filled().await;
    let here = "/Patient/a/$graphql";
    for (query, expect) in [
        (
            "{resourceType id birthDate active deceasedBoolean name{use family given}}",
            json!({ "resourceType": "Patient", "id": "a", "birthDate": "1985-12-10", "active": true,
                "deceasedBoolean": null, "name": [
                { "use": "official", "family": "Bell", "given": ["Ada", "Mae"] },
                { "use": "nickname", "family": null, "given": ["Addie"] } ] }),
        ),
        (
            "query q { born: birthDate _birthDate { extension { url valueBoolean } } multipleBirth __typename }",
            json!({ "born": "1985-12-10", "multipleBirth": 2, "__typename": "Patient",
                "_birthDate": { "extension": [{ "url": "urn:sure", "valueBoolean": false }] } }),
        ),
        (
            r#"{name(use: official){family} telecom(fhirpath: "system='phone'"){value} given: name(_offset: 1, _count: 1){given}}"#,
            json!({ "name": [{ "family": "Bell" }], "telecom": [{ "value": "1" }], "given": [{ "given": ["Addie"] }] }),
        ),
        (
            "{...Names id ... on Observation {status}} fragment Names on Patient {name(use: nickname){given} ...More} fragment More on DomainResource {active}",
            json!({ "name": [{ "given": ["Addie"] }], "active": true, "id": "a" }),
        ),
        (
            "{name @flatten{given} id}",
            json!({ "given": ["Ada", "Mae", "Addie"], "id": "a" }),
        ),
        (
            "{name @first @flatten{family} managingOrganization{resource{...on Organization{name}}}}",
            json!({ "family": "Bell", "managingOrganization": { "resource": { "name": "Hill" } } }),
        ),
        (
            r#"{name @first @singleton{given} telecom @slice(path: "system") @singleton{value}}"#,
            json!({ "name": { "given": ["Ada", "Mae"] }, "telecom.phone": { "value": "1" }, "telecom.email": { "value": "a@b.example" } }),
        ),
        (
            r#"{name @slice(path: "$index"){use}}"#,
            json!({ "name.0": { "use": "official" }, "name.1": { "use": "nickname" } }),
        ),
        (
            "{id @skip(if: true) active @include(if: true)}",
            json!({ "active": true }),
        ),
    ] {
        check(&practice, here, query, expect).await;
    }
    // Numbers as they were written.
    let told = post(
        &practice,
        &practice.token,
        "/Observation/a1/$graphql",
        "{value{...on Quantity{value}}}",
    )
    .await;
    let body = String::from_utf8(told.body.to_vec()).unwrap();
    let sent = r#""value":1.5"#;
    assert!(body.contains(sent), "{body}");
}

#[tokio::test]
async fn references_lead_to_resources_and_lists_lead_back() {
    let practice = filled().await;
    check(
        &practice,
        "/Observation/a1/$graphql",
        "{subject{reference resource{id ...on Patient{generalPractitioner{resource(type: Practitioner){name{family}}}}}}}",
        json!({ "subject": { "reference": "Patient/a", "resource": { "id": "a", "generalPractitioner": [
            { "resource": { "name": [{ "family": "Reed" }] } } ] } } }),
    )
    .await;
    check(
        &practice,
        "/Observation/a1/$graphql",
        "{subject{resource(type: Group){id}}}",
        json!({ "subject": { "resource": null } }),
    )
    .await;
    check(
        &practice,
        "/Patient/a/$graphql",
        r#"{ObservationList(_reference: subject, date: "ge2024-01-02", _sort: "-date"){id effectiveDateTime subject{resource{id}}}}"#,
        json!({ "ObservationList": [
            { "id": "a3", "effectiveDateTime": "2024-01-03", "subject": { "resource": { "id": "a" } } },
            { "id": "a2", "effectiveDateTime": "2024-01-02", "subject": { "resource": { "id": "a" } } } ] }),
    )
    .await;
    // What is not there is told beside the rest, unless it may be missing.
    let query = "{subject{resource{id}} performer{resource{id}} status}";
    let told = asked(&practice, "/Observation/lost/$graphql", query).await;
    assert_eq!(
        told["data"],
        json!({ "subject": { "resource": null }, "performer": [{ "resource": null }], "status": "final" })
    );
    assert_eq!(
        told["errors"],
        json!([
            { "message": "Unknown Patient resource 'nobody'", "path": ["subject", "resource"] },
            { "message": "The reference leads out of this practice", "path": ["performer", "resource"] },
        ])
    );
    check(
        &practice,
        "/Observation/lost/$graphql",
        "{subject{resource(optional: true){id}} performer{resource(optional: true){id}}}",
        json!({ "subject": { "resource": null }, "performer": [{ "resource": null }] }),
    )
    .await;
    refuses(
        &practice,
        "/Patient/none/$graphql",
        "{id}",
        (404, "Unknown"),
    )
    .await;
}

#[tokio::test]
async fn a_practice_is_asked_by_id_by_search_and_page_by_page() {
    let practice = filled().await;
    let system = "/$graphql";
    check(
        &practice,
        system,
        r#"{a: Patient(id: "a"){id} bells: PatientList(family: "bell", _sort: "family"){id} both: PatientList(_id: ["b", "a"]){id} none: PatientList(family: "x"){id}}"#,
        json!({ "a": { "id": "a" }, "bells": [{ "id": "a" }, { "id": "b" }], "both": [{ "id": "a" }, { "id": "b" }], "none": [] }),
    )
    .await;
    check(
        &practice,
        system,
        r#"{DiagnosticReportList(based_on: "ServiceRequest/1"){id}}"#,
        json!({ "DiagnosticReportList": [] }),
    )
    .await;
    let page = |cursor: &str| {
        format!(
            r#"{{ObservationConnection(code: "x", _sort: "_id", _count: 4{cursor}){{count pagesize offset next previous edges{{mode score resource{{id}}}}}}}}"#
        )
    };
    let first = asked(&practice, system, &page("")).await["data"]["ObservationConnection"].take();
    assert_eq!(
        (&first["count"], &first["pagesize"]),
        (&json!(6), &json!(4))
    );
    assert_eq!(first["edges"].as_array().unwrap().len(), 4);
    assert_eq!(
        first["edges"][0],
        json!({ "mode": "match", "score": null, "resource": { "id": "a1" } })
    );
    assert_eq!(first["previous"], Value::Null);
    let cursor = format!(", _cursor: {}", first["next"]);
    let second =
        asked(&practice, system, &page(&cursor)).await["data"]["ObservationConnection"].take();
    assert_eq!(second["edges"][1]["resource"]["id"], "b3");
    assert_eq!(second["next"], Value::Null);
    let forged = ", _cursor: \"forged\"";
    refuses(&practice, system, &page(forged), (400, "page link")).await;
    let told = asked(&practice, system, r#"{Patient(id: "no"){id}}"#).await;
    assert_eq!(told["data"], json!({ "Patient": null }));
    assert_eq!(told["errors"][0]["path"], json!(["Patient"]));
}

#[tokio::test]
async fn a_query_comes_in_the_url_or_in_a_body_with_variables() {
    let practice = filled().await;
    let query = "query one($id: ID!, $sure: Boolean = true){Patient(id: $id){id active @include(if: $sure)}} query two{PatientList{id}}";
    let body = json!({ "query": query, "operationName": "one", "variables": { "id": "a" } });
    let request = practice
        .request("POST /$graphql", "")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body.to_string()))
        .unwrap();
    let answer = practice.send(request).await;
    assert_eq!(
        answer.json(),
        json!({ "data": { "Patient": { "id": "a", "active": true } } })
    );
    let answer = practice
        .ask("GET /Patient/b/$graphql?query=%7Bid%7D", "")
        .await;
    assert_eq!(answer.json(), json!({ "data": { "id": "b" } }));
    for (line, status, words) in [
        ("GET /$graphql", 400, "Send a query"),
        ("GET /$graphql?query=%7Bid%7D&name=x", 400, "'name'"),
        ("GET /$graphql?query=%7Bid%7D&variables=1", 400, "variables"),
    ] {
        practice.ask(line, "").await.refuses(status, words);
    }
    let answer = practice.ask("POST /$graphql", "{}").await;
    answer.refuses(415, "application/graphql");
}

#[tokio::test]
async fn what_a_query_cannot_be_is_told() {
    let practice = filled().await;
    for (query, words) in [
        ("{id", "cannot be read"),
        ("{nam{family}}", "Patient has no element nam"),
        ("{name}", "name needs fields"),
        ("{id{x}}", "id has no fields"),
        ("{name(size: 1){family}}", "name takes no argument size"),
        ("{birthDate(use: x)}", "takes no arguments"),
        ("{name(_count: -1){use}}", "_count is a whole number"),
        (
            r#"{name(fhirpath: "use ="){use}}"#,
            "The path cannot be read",
        ),
        ("{name @last{use}}", "no directive @last"),
        ("{x: id x: active}", "x stands for two"),
        ("{...None}", "no fragment named None"),
        ("{...on Nothing{id}}", "no type Nothing"),
        ("{name @singleton{use}}", "several values"),
        ("{__schema{types{name}}}", "The schema is not told"),
        ("mutation{x}", "$graphql reads"),
        ("query a{id} query b{id}", "operationName"),
        ("query q($x: ID!){id}", "$x needs a value"),
        ("{name(use: $x){use}}", "$x is not declared"),
        ("{ObservationList{id}}", "_reference"),
        (
            "{ObservationList(_reference: subject, nonsense: 1){id}}",
            "nonsense",
        ),
        (
            "{ObservationList(_reference: subject, _include: \"x\"){id}}",
            "_include",
        ),
        ("{AuditEventList(_reference: patient){id}}", "audit trail"),
    ] {
        refuses(&practice, "/Patient/a/$graphql", query, (400, words)).await;
    }
    refuses(
        &practice,
        "/$graphql",
        "{Patient{id}}",
        (400, "needs an id"),
    )
    .await;
    refuses(&practice, "/$graphql", "{id}", (400, "no field id")).await;
}

#[tokio::test]
async fn what_a_query_may_cost_is_bounded() {
    let practice = filled_within(Limits {
        graphql_depth_max: 6,
        graphql_fields_max: 200,
        graphql_resources_max: 5,
        ..Limits::default()
    })
    .await;
    let here = "/Patient/a/$graphql";
    let deep = "{extension".repeat(9) + "{url}" + &"}".repeat(9);
    let wide: Vec<String> = (0..300).map(|n| format!("a{n}: id ")).collect();
    let wide = format!("{{{}}}", wide.concat());
    let laughs = "{...A ...A ...A ...A} fragment A on Patient{...B ...B ...B ...B} \
                  fragment B on Patient{...C ...C ...C ...C} fragment C on Patient{...D ...D ...D ...D} \
                  fragment D on Patient{id}";
    let circle = "{...A} fragment A on Patient{id ...A}";
    for query in [&deep, &wide, laughs, circle, &"{".repeat(5_000)] {
        let answer = post(&practice, &practice.token, here, query).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    refuses(&practice, here, circle, (400, "levels deep")).await;
    refuses(
        &practice,
        "/$graphql",
        "{ObservationList{id}}",
        (400, "more than 5 resources"),
    )
    .await;
    let few = "{ObservationList(_count: 4, _sort: \"_id\"){id}}";
    let told = asked(&practice, "/$graphql", few).await;
    assert_eq!(told["data"]["ObservationList"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_token_sees_by_a_query_what_it_sees_without() {
    let practice = filled().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.rs".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    let token = practice
        .token_for("patient/Patient.r patient/Observation.rs&patient=a")
        .await;
    let ask = |path: &'static str, query: &'static str| post(&practice, &token, path, query);
    let told = ask(
        "/$graphql",
        "{ObservationList(_sort: \"_id\"){id subject{resource{id}}}}",
    )
    .await;
    assert_eq!(told.status, 200, "{told:?}");
    let list = told.json()["data"]["ObservationList"].take();
    let ids = list
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["id"].as_str().unwrap());
    assert_eq!(ids.collect::<Vec<_>>(), ["a1", "a2", "a3"]);
    // Another patient's record is not there, neither by id nor by reference.
    let told = ask(
        "/$graphql",
        "{Patient(id: \"b\"){id} Observation(id: \"b1\"){id}}",
    )
    .await
    .json();
    assert_eq!(
        told["data"],
        json!({ "Patient": null, "Observation": null })
    );
    ask("/Patient/b/$graphql", "{id}")
        .await
        .refuses(404, "Unknown");
    // A type it may not read is told beside the rest; one it may not search refuses the query.
    let told = ask(
        "/Patient/a/$graphql",
        "{id generalPractitioner{resource{...on Practitioner{name{family}}}}}",
    )
    .await;
    assert_eq!(
        told.json()["data"]["generalPractitioner"][0]["resource"],
        Value::Null
    );
    assert!(!told.json()["errors"].as_array().unwrap().is_empty());
    ask("/$graphql", "{PatientList{id}}")
        .await
        .refuses(403, "search on Patient");
}
