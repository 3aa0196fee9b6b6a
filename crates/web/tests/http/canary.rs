//! Nothing of another patient or practice reaches a patient's app or pages, whichever way is tried.

use axum::body::Body;
use cresset_definitions::ResourceType;
use cresset_store::grant::ClientType;
use cresset_store::user::Role;
use http::Request;

use super::launch::{Keep, TestApp, details};
use super::people::Browser;
use super::practice::Practice;

const SCOPES: &str = "launch/patient openid fhirUser offline_access patient/*.cruds";
const OWN: &str = "CANARY-demop1-1";
/// Stands in everything that belongs to the other patient.
const CANARY: &str = "CANARY-demop2-1";

/// Two patients with the same kinds of record; those of the second carry the canary.
async fn demo() -> (Practice, TestApp) {
    let practice = Practice::open().await;
    for (patient, mark) in [("p1", OWN), ("p2", CANARY)] {
        let records = [
            format!(
                r#"{{"resourceType":"Patient","id":"{patient}","name":[{{"family":"{mark}"}}],"generalPractitioner":[{{"reference":"Practitioner/d1"}}]}}"#
            ),
            format!(
                r#"{{"resourceType":"Condition","id":"c-{patient}","code":{{"text":"{mark}"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
            ),
            format!(
                r#"{{"resourceType":"Observation","id":"o-{patient}","status":"final","code":{{"text":"{mark}"}},"subject":{{"reference":"Patient/{patient}"}},"performer":[{{"reference":"Practitioner/d1"}}]}}"#
            ),
            format!(
                r#"{{"resourceType":"Device","id":"v-{patient}","lotNumber":"{mark}","patient":{{"reference":"Patient/{patient}"}}}}"#
            ),
            format!(
                r#"{{"resourceType":"DocumentReference","id":"r-{patient}","status":"current","description":"{mark}","content":[{{"attachment":{{"title":"{mark}"}}}}],"subject":{{"reference":"Patient/{patient}"}}}}"#
            ),
            // It is about the first patient, and only looks at the second.
            format!(
                r#"{{"resourceType":"Observation","id":"f-{patient}","status":"final","code":{{"text":"looks at"}},"subject":{{"reference":"Patient/p1"}},"focus":[{{"reference":"Patient/{patient}"}}],"derivedFrom":[{{"reference":"Observation/o-{patient}"}}]}}"#
            ),
        ];
        let doctor =
            r#"{"resourceType":"Practitioner","id":"d1","name":[{"family":"Roe"}]}"#.to_owned();
        for record in std::iter::once(doctor).chain(records) {
            let json: serde_json::Value = serde_json::from_str(&record).unwrap();
            let word = |name: &str| json[name].as_str().unwrap().to_owned();
            let line = format!("PUT /{}/{}", word("resourceType"), word("id"));
            let answer = practice.ask(&line, &record).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
    }
    practice.person(Role::Patient, "ann", "p1").await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    (practice, app)
}

/// Ways to the other patient's records, besides a search of every type.
fn ways() -> Vec<String> {
    let types = ResourceType::all().map(|of| format!("/{}?_count=100", of.name()));
    let others = [
        "/Patient/p2",
        "/Condition/c-p2",
        "/Observation/o-p2",
        "/Device/v-p2",
        "/DocumentReference/r-p2",
        "/Patient/p2/_history",
        "/Condition/c-p2/_history",
        "/Condition/c-p2/_history/1",
        "/Condition?patient=p2",
        "/Condition?subject=Patient/p2",
        "/Condition?subject:not=x",
        "/Condition?_id=c-p2",
        "/Condition?code:text=CANARY",
        "/Observation?subject:Patient.name=CANARY-demop2-1",
        "/Observation?subject.name:contains=CANARY",
        "/Practitioner?_has:Observation:performer:_id=o-p2",
        "/Observation?_include=Observation:subject",
        "/Observation?_include=*",
        "/Observation?_include=Observation:focus",
        "/Observation?_include=Observation:derived-from",
        "/Observation?_include:iterate=Observation:derived-from&_include=Observation:subject",
        "/Practitioner?_revinclude=Observation:performer",
        "/Practitioner?_revinclude=Patient:general-practitioner",
        "/Practitioner?_revinclude=*",
        "/Patient?_revinclude=Observation:focus",
        "/Patient?_sort=family",
        "/Patient?_total=accurate",
        "/Patient?_summary=count",
        "/Observation?_elements=code",
    ];
    types.chain(others.map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_patients_app_sees_nothing_of_another_patient() {
    let (practice, app) = demo().await;
    let mut ann = practice.browser_of("ann").await;
    let address = app.address(&[("scope", SCOPES)]);
    let code = ann.allow(&address, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let mut seen_own = 0;
    for way in ways() {
        let request = Request::get(format!("/demo/fhir{way}"))
            .header("authorization", format!("Bearer {token}"));
        let answer = practice.send(request.body(Body::empty()).unwrap()).await;
        // An address may say again what was asked.
        let text = answer.html().replace("name=CANARY-demop2-1", "name=asked");
        assert!(!text.contains(CANARY), "{way} {text}");
        assert!(
            answer.status.is_success() || [400, 403, 404].contains(&answer.status.as_u16()),
            "{way} {answer:?}"
        );
        seen_own += usize::from(text.contains(OWN));
    }
    assert!(seen_own > 5, "the ways lead somewhere");
    for line in [
        "PUT /Condition/c-p2",
        "DELETE /Condition/c-p2",
        "POST /Condition",
    ] {
        let (method, path) = line.split_once(' ').unwrap();
        let body = if method == "DELETE" {
            ""
        } else {
            r#"{"resourceType":"Condition","id":"c-p2","code":{"text":"mine"},"subject":{"reference":"Patient/p2"}}"#
        };
        let body = if method == "POST" {
            body.replace(r#""id":"c-p2","#, "")
        } else {
            body.to_owned()
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("/demo/fhir{path}"))
            .header("content-type", "application/fhir+json")
            .header("authorization", format!("Bearer {token}"));
        let answer = practice.send(request.body(Body::from(body)).unwrap()).await;
        // Deleting what is not there for the caller is answered as for what never was.
        let expect: &[u16] = if method == "DELETE" {
            &[204]
        } else {
            &[403, 404]
        };
        assert!(
            expect.contains(&answer.status.as_u16()),
            "{line} {answer:?}"
        );
    }
    let untouched = practice.ask("GET /Condition/c-p2", "").await;
    assert!(untouched.html().contains(CANARY) && untouched.header("etag") == "W/\"1\"");
    let elsewhere =
        Request::get("/other/fhir/Patient").header("authorization", format!("Bearer {token}"));
    let answer = practice.send(elsewhere.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 401, "another practice");
}

#[tokio::test]
async fn a_patients_pages_show_nothing_of_another_patient() {
    let (practice, app) = demo().await;
    let mut ann: Browser<'_> = practice.browser_of("ann").await;
    let (consent, _) = ann.consent_page(&app.address(&[("scope", SCOPES)])).await;
    let choice = format!("{consent}/patient");
    let found = format!("{consent}/patient?name=CANARY");
    for path in [
        consent.as_str(),
        &choice,
        &found,
        "/demo/account",
        "/demo/connected-apps",
        "/demo/record-access",
        "/demo/record-access?patient=p2",
        "/demo/chart",
        "/demo/chart?name=CANARY",
        "/demo/chart/p2",
    ] {
        let html = ann.get(path).await.html();
        assert!(!html.contains(CANARY), "{path} {html}");
    }
}
