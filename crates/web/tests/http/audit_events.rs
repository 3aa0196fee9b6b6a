//! The audit trail as `AuditEvent`s: for those allowed, and written by nobody.

use cresset_model::{Bounds, parse};
use cresset_store::user::Role;
use cresset_validate::{Ask, Detail};
use serde_json::Value;

use super::practice::{Answer, Practice};

fn observation(of: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"of-{of}","status":"final","code":{{"text":"c"}},
        "subject":{{"reference":"Patient/{of}"}}}}"#
    )
}

/// Two patients, an observation of each, both read.
async fn practice() -> Practice {
    let practice = Practice::open().await;
    for of in ["a", "b"] {
        let body = format!(r#"{{"resourceType":"Patient","id":"{of}"}}"#);
        practice.ask(&format!("PUT /Patient/{of}"), &body).await;
        let line = format!("PUT /Observation/of-{of}");
        practice.ask(&line, &observation(of)).await;
        practice.ask(&format!("GET /Observation/of-{of}"), "").await;
        // Within one commit changes are recorded before reads.
        practice.store.settle().await.unwrap();
    }
    practice.ask("GET /Observation", "").await;
    practice.ask("GET /Observation/none", "").await;
    practice.store.settle().await.unwrap();
    practice
}

fn events(answer: &Answer) -> Vec<Value> {
    let bundle = answer.json();
    assert_eq!(bundle["type"], "searchset", "{bundle}");
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

/// Subtype, outcome and the entities with a reference of each.
fn told(answer: &Answer) -> Vec<String> {
    let each = events(answer).into_iter().map(|event| {
        let entities = event["entity"].as_array().unwrap().iter();
        let named: Vec<_> = entities
            .filter_map(|entity| entity["what"]["reference"].as_str())
            .collect();
        let (did, outcome) = (&event["subtype"][0]["code"], &event["outcome"]);
        format!(
            "{} {} {}",
            did.as_str().unwrap(),
            outcome.as_str().unwrap(),
            named.join(" ")
        )
    });
    each.collect()
}

#[tokio::test]
async fn nobody_writes_what_passes_for_a_record_of_the_system() {
    let practice = Practice::open().await;
    let body = r#"{"resourceType":"AuditEvent","id":"x","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},"recorded":"2026-01-01T00:00:00Z","agent":[{"requestor":true}],"source":{"observer":{"display":"me"}}}"#;
    for line in [
        "POST /AuditEvent",
        "PUT /AuditEvent/x",
        "PUT /AuditEvent?_id=x",
        "DELETE /AuditEvent/x",
        "DELETE /AuditEvent?_id=x",
    ] {
        let answer = practice.ask(line, body).await;
        assert_eq!(answer.status, 405, "{line}: {answer:?}");
    }
    let patch = r#"[{"op":"add","path":"/action","value":"R"}]"#;
    let header = ("content-type", "application/json-patch+json");
    let request = practice.request("PATCH /AuditEvent/1", "");
    let request = request.header(header.0, header.1);
    let answer = practice.send(request.body(patch.into()).unwrap()).await;
    assert_eq!(answer.status, 405, "{answer:?}");
    let meta = r#"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"code":"x"}]}}]}"#;
    let answer = practice.ask("POST /AuditEvent/1/$meta-add", meta).await;
    assert!(answer.status.is_client_error(), "{answer:?}");
    for kind in ["batch", "transaction"] {
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{{"resource":{body},"request":{{"method":"POST","url":"AuditEvent"}}}}]}}"#
        );
        let answer = practice.ask("POST /", &bundle).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains("not supported"), "{kind}: {text}");
    }
    assert!(
        cresset_fhir::prepare::prepare_tree(
            &parse(body.as_bytes(), Bounds::default()).unwrap(),
            &[],
            cresset_validate::standard(),
            |_| Ok(false)
        )
        .is_err()
    );
    let metadata = practice.ask("GET /metadata", "").await.json();
    let resources = metadata["rest"][0]["resource"].as_array().unwrap();
    let own = resources
        .iter()
        .find(|r| r["type"] == "AuditEvent")
        .unwrap();
    let offered: Vec<_> = own["interaction"].as_array().unwrap().iter().collect();
    assert_eq!(offered.len(), 2, "{offered:?}");
}

#[tokio::test]
async fn the_trail_is_searched_the_newest_first() {
    let practice = practice().await;
    let all = practice.ask("GET /AuditEvent", "").await;
    assert_eq!(
        told(&all),
        [
            "read 4 Observation/none",
            "search-type 0 Patient/a Patient/b",
            "read 0 Observation/of-b Patient/b",
            "update 0 Observation/of-b Patient/b",
            "update 0 Patient/b Patient/b",
            "read 0 Observation/of-a Patient/a",
            "update 0 Observation/of-a Patient/a",
            "update 0 Patient/a Patient/a",
        ]
    );
    let check = async |query: &str, expect: &[&str]| {
        let answer = practice.ask(&format!("GET /AuditEvent?{query}"), "").await;
        assert_eq!(told(&answer), expect, "{query}");
    };
    let of_b = ["read 0 Observation/of-b Patient/b"];
    check("patient=Patient/b&action=R&subtype=read", &of_b).await;
    check("entity=Observation/of-b&action=R", &of_b).await;
    check("outcome=4", &["read 4 Observation/none"]).await;
    check("date=lt2000", &[]).await;
    check("agent=app_nobody", &[]).await;
    let own = format!("agent={}&outcome=4", practice.client_id);
    check(&own, &["read 4 Observation/none"]).await;

    let first = practice.ask("GET /AuditEvent?_count=3", "").await;
    let bundle = first.json();
    let mut links = bundle["link"].as_array().unwrap().iter();
    let next = links.find(|link| link["relation"] == "next").unwrap();
    let next = next["url"].as_str().unwrap();
    let next = &next[next.find("/AuditEvent").unwrap()..];
    assert_eq!(told(&first).len(), 3);
    let second = practice.ask(&format!("GET {next}"), "").await;
    let ids = |answer: &Answer| -> Vec<u64> {
        let each = events(answer).into_iter();
        each.map(|event| event["id"].as_str().unwrap().parse().unwrap())
            .collect()
    };
    let (first, second) = (ids(&first), ids(&second));
    assert_eq!(second[0] + 1, first[2], "{first:?} {second:?}");

    let id = events(&all)[2]["id"].as_str().unwrap().to_owned();
    let one = practice.ask(&format!("GET /AuditEvent/{id}"), "").await;
    assert_eq!(one.json(), events(&all)[2]);
    let found = practice.ask(&format!("GET /AuditEvent?_id={id}"), "").await;
    assert_eq!(events(&found), [one.json()]);
    let within = practice
        .ask("GET /Patient/b/AuditEvent?subtype=read", "")
        .await;
    // To read of b in the trail was to read of b.
    let of_trail = format!("read 0 AuditEvent/{id} Patient/b");
    assert_eq!(told(&within), [&of_trail, of_b[0]]);
}

#[tokio::test]
async fn a_search_that_cannot_be_done_is_refused_and_none_is_widened() {
    let practice = practice().await;
    for query in [
        "agent-name=x",
        "patient:missing=true",
        "nonsense=1",
        "_sort=date",
        "_summary=count",
        "date=yesterday",
        "outcome=1",
        "action=X",
        "patient=",
        "patient=a&patient=b",
        "_include=AuditEvent:patient",
    ] {
        let answer = practice
            .ask_with(
                &format!("GET /AuditEvent?{query}"),
                "",
                ("prefer", "handling=lenient"),
            )
            .await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
    for path in ["0", "999999", "01", "x", "1/_history", "1/_history/1"] {
        let answer = practice.ask(&format!("GET /AuditEvent/{path}"), "").await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
    }
}

/// An empty answer would say that nobody looked.
#[tokio::test]
async fn a_reference_is_not_followed_to_the_trail() {
    let practice = practice().await;
    for query in [
        "Patient?_revinclude=AuditEvent:patient",
        "Patient?_revinclude=AuditEvent:*",
        "Patient?_revinclude:iterate=AuditEvent:entity",
        "Patient?_has:AuditEvent:patient:action=R",
        "Patient?_has:Observation:patient:_has:AuditEvent:entity:action=R",
        "Patient?name=x&_has:AuditEvent:entity:_id=1",
        "Provenance?target:AuditEvent.action=R",
        "Provenance?_include=Provenance:target:AuditEvent",
        "?_type=Patient,Observation&_revinclude=AuditEvent:entity",
        "Patient/a/*?_revinclude=AuditEvent:entity",
    ] {
        let answer = practice.ask(&format!("GET /{query}"), "").await;
        answer.refuses(400, "search AuditEvent itself by patient, entity or agent");
    }
    for query in ["Patient?_revinclude=*", "Patient?_include=*"] {
        let answer = practice.ask(&format!("GET /{query}"), "").await;
        assert_eq!(answer.status, 200, "{query}: what is there is shown");
    }
}

#[tokio::test]
async fn every_event_is_valid() {
    let practice = practice().await;
    practice.form("/demo/auth/token/", "grant_type=x").await;
    practice.store.settle().await.unwrap();
    for event in events(&practice.ask("GET /AuditEvent?_count=50", "").await) {
        let text = event.to_string();
        let tree = parse(text.as_bytes(), Bounds::default()).unwrap();
        let ask = Ask {
            profiles: &[],
            detail: Detail::Refusals,
        };
        let issues = cresset_validate::standard().validate(tree.root(), &ask);
        assert!(issues.is_empty(), "{text}: {issues:?}");
    }
}

/// A token for the record of one patient.
async fn token_of_patient(practice: &Practice) -> String {
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    let client_id = app.client_id.clone();
    practice.store.update_app(app, None).await.unwrap();
    let auth = practice.serving_auth().await;
    auth.enable_app(&client_id).await.unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=patient/*.rs&patient=a",
        practice.client_id, practice.client_secret
    );
    let given = practice.form("/demo/auth/token/", &form).await.json();
    given["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_patient_sees_what_was_done_in_their_record_and_nobody_else() {
    let mut practice = practice().await;
    let request = practice.request("GET /Observation", "");
    let peer = cresset_web::extract::Peer("192.0.2.9".parse().unwrap());
    let request = request.extension(peer).body(axum::body::Body::empty());
    practice.send(request.unwrap()).await;
    let all = practice.ask("GET /AuditEvent?_count=50", "").await;
    practice.token = token_of_patient(&practice).await;
    let own = practice.ask("GET /AuditEvent?_count=50", "").await;
    assert_eq!(
        told(&own),
        [
            "token 0 Patient/a",
            "search-type 0 Patient/a",
            "search-type 0 Patient/a",
            "read 0 Observation/of-a Patient/a",
            "update 0 Observation/of-a Patient/a",
            "update 0 Patient/a Patient/a",
        ]
    );
    let text = String::from_utf8_lossy(&own.body).into_owned();
    assert!(
        !text.contains("Patient/b") && !text.contains("192.0.2.9"),
        "{text}"
    );
    for event in events(&all) {
        let id = event["id"].as_str().unwrap();
        let answer = practice.ask(&format!("GET /AuditEvent/{id}"), "").await;
        let is_own = event.to_string().contains("Patient/a");
        assert_eq!(answer.status == 200, is_own, "{event}");
    }
    for query in ["patient=b", "entity=Observation/of-b", "_id=3"] {
        let answer = practice.ask(&format!("GET /AuditEvent?{query}"), "").await;
        assert!(
            !String::from_utf8_lossy(&answer.body).contains("of-b"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn without_the_scope_there_is_no_trail() {
    let mut practice = practice().await;
    practice.token = practice.token_for("system/Observation.rs").await;
    for line in [
        "GET /AuditEvent",
        "GET /AuditEvent/1",
        "GET /?_type=AuditEvent",
    ] {
        let answer = practice.ask(line, "").await;
        assert_eq!(answer.status, 403, "{line}: {answer:?}");
    }
}

#[tokio::test]
async fn staff_see_on_a_page_who_used_a_record() {
    let practice = practice().await;
    practice.person(Role::Clinician, "roe", "d1").await;
    practice.person(Role::FrontDesk, "desk", "d2").await;
    practice.person(Role::Administrator, "boss", "d3").await;
    practice.person(Role::Patient, "ann", "a").await;
    let mut roe = practice.browser_of("roe").await;
    let chart = roe.get("/demo/chart/a").await.html();
    assert!(chart.contains("/demo/record-access?patient=a"), "{chart}");
    let page = roe.get("/demo/record-access?patient=a").await.html();
    assert!(page.contains("opened the chart"), "{page}");
    assert!(page.contains("Person roe"), "{page}");
    let mut boss = practice.browser_of("boss").await;
    let page = boss.get("/demo/record-access?patient=a").await.html();
    assert!(page.contains("looked who used the record"), "{page}");
    let mut desk = practice.browser_of("desk").await;
    let page = desk.get("/demo/record-access?patient=a").await.html();
    assert!(!page.contains("opened the chart"), "{page}");
    let chart = desk.get("/demo/chart/a").await.html();
    assert!(!chart.contains("record-access"), "{chart}");
    let mut ann = practice.browser_of("ann").await;
    let page = ann.get("/demo/record-access").await.html();
    assert!(page.contains("looked who used the record"), "{page}");
    let page = ann.get("/demo/record-access?patient=b").await.html();
    assert!(page.contains("You have no record here"), "{page}");
}
