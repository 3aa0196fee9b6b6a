//! The staff's chart page, and apps launched from it.

use axum::body::Body;
use cresset_store::grant::{AppDetails, ClientType};
use cresset_store::user::Role;
use http::Request;

use super::launch::{Keep, Sent, TestApp, details};
use super::people::{Browser, encoded};
use super::practice::{Answer, HOST, Practice};

const SCOPES: &str = "launch launch/encounter openid fhirUser patient/Patient.rs user/Condition.rs";

async fn demo() -> (Practice, TestApp) {
    let practice = Practice::open().await;
    for (path, body) in [
        (
            "Patient/p1",
            r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Lee","given":["Ann"]}],"birthDate":"1980-02-03","telecom":[{"system":"phone","value":"555-0100"}]}"#,
        ),
        (
            "Patient/p2",
            r#"{"resourceType":"Patient","id":"p2","name":[{"family":"Moss"}]}"#,
        ),
        (
            "Encounter/e1",
            r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"type":[{"text":"Check-up"}],"subject":{"reference":"Patient/p1"},"period":{"start":"2026-01-02T10:00:00Z"}}"#,
        ),
        (
            "Encounter/e2",
            r#"{"resourceType":"Encounter","id":"e2","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p2"}}"#,
        ),
        (
            "DocumentReference/n1",
            r#"{"resourceType":"DocumentReference","id":"n1","status":"current","type":{"text":"Letter"},"subject":{"reference":"Patient/p1"},"content":[{"attachment":{"title":"x"}}]}"#,
        ),
        (
            "DocumentReference/n2",
            r#"{"resourceType":"DocumentReference","id":"n2","status":"current","subject":{"reference":"Patient/p2"},"content":[{"attachment":{"title":"x"}}]}"#,
        ),
        (
            "Condition/c1",
            r#"{"resourceType":"Condition","id":"c1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"Asthma <b>"},"subject":{"reference":"Patient/p1"},"onsetDateTime":"2019-05-06"}"#,
        ),
        (
            "Condition/c2",
            r#"{"resourceType":"Condition","id":"c2","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"CANARY-demop2-1"},"subject":{"reference":"Patient/p2"}}"#,
        ),
        (
            "Observation/o1",
            r#"{"resourceType":"Observation","id":"o1","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"Weight"},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-01-02","valueQuantity":{"value":70.10,"unit":"kg"}}"#,
        ),
    ] {
        let answer = practice.ask(&format!("PUT /{path}"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice.person(Role::Clinician, "roe", "d1").await;
    let launched = AppDetails {
        launch_url: Some("https://app.example/launch".to_owned()),
        ..details(ClientType::Public)
    };
    let app = practice.people_app(SCOPES, launched).await;
    (practice, app)
}

impl Browser<'_> {
    /// Launches an app from a chart; gives the handle that the app is sent.
    async fn launch(
        &mut self,
        chart: &str,
        app: &TestApp,
        encounter: &str,
    ) -> Result<String, Answer> {
        self.launch_with(chart, app, &[("encounter", encounter)])
            .await
    }

    async fn launch_with(
        &mut self,
        chart: &str,
        app: &TestApp,
        open: &[(&str, &str)],
    ) -> Result<String, Answer> {
        let token = self.get(chart).await.field("form_token");
        let mut fields = vec![
            ("form_token", token.as_str()),
            ("client_id", app.client_id.as_str()),
        ];
        fields.extend(open);
        let answer = self.post(&format!("{chart}/launch"), &fields).await;
        if answer.status != 303 {
            return Err(answer);
        }
        let location = answer.location();
        let begin = format!(
            "https://app.example/launch?{}&launch=",
            encoded(&[("iss", &format!("{HOST}/demo/fhir"))])
        );
        Ok(location
            .strip_prefix(&begin)
            .unwrap_or_else(|| panic!("{location}"))
            .to_owned())
    }
}

#[tokio::test]
async fn staff_find_a_patient_and_see_the_chart() {
    let (practice, _) = demo().await;
    let mut roe = practice.browser_of("roe").await;
    let all = roe.get("/demo/chart").await.html();
    assert!(all.contains("Ann Lee") && all.contains("Moss"), "{all}");
    let found = roe.get("/demo/chart?name=le").await.html();
    assert!(
        found.contains("href=\"/demo/chart/p1\"") && !found.contains("Moss"),
        "{found}"
    );
    let none = roe.get("/demo/chart?name=zzz%2C%24%7C%5C").await;
    assert_eq!(none.status, 200);
    assert!(none.html().contains("Nobody is called"));
    let page = roe.get("/demo/chart/p1").await;
    let html = page.html();
    for words in [
        "Ann Lee",
        "1980-02-03",
        "555-0100",
        "Asthma &#60;b&#62;",
        "2019-05-06",
        "70.10 kg",
        "Check-up",
        "Launch Sunrise",
        "No allergies are recorded.",
        "<circle",
    ] {
        assert!(html.contains(words), "{words} {html}");
    }
    assert!(!html.contains("CANARY-demop2-1"), "{html}");
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://app.example;"),
        "{policy}"
    );
    assert_eq!(roe.get("/demo/chart/p9").await.status, 404);
}

#[tokio::test]
async fn a_chart_is_for_staff_and_shows_what_the_role_sees() {
    let (practice, _) = demo().await;
    practice.person(Role::Patient, "ann", "p1").await;
    practice.person(Role::FrontDesk, "desk", "d2").await;
    let mut ann = practice.browser_of("ann").await;
    for path in ["/demo/chart", "/demo/chart/p1", "/demo/chart/p2"] {
        assert_eq!(ann.get(path).await.status, 403, "{path}");
        assert_eq!(
            practice.stranger(&format!("GET {path}")).await.status,
            303,
            "{path}"
        );
    }
    let html = practice
        .browser_of("desk")
        .await
        .get("/demo/chart/p1")
        .await
        .html();
    assert!(
        html.contains("Ann Lee") && html.contains("555-0100"),
        "{html}"
    );
    for hidden in ["Asthma", "Problems", "Vital signs", "70.10"] {
        assert!(!html.contains(hidden), "{hidden} {html}");
    }
}

#[tokio::test]
async fn an_app_is_launched_with_patient_and_encounter() {
    let (practice, app) = demo().await;
    let mut roe = practice.browser_of("roe").await;
    let handle = roe.launch("/demo/chart/p1", &app, "e1").await.unwrap();
    let address = app.address(&[("scope", SCOPES), ("launch", &handle)]);
    let (_, page) = roe.consent_page(&address).await;
    assert!(
        page.html()
            .contains("the health record of <strong>Ann Lee</strong>"),
        "{}",
        page.html()
    );
    let again = roe.get(&address).await;
    assert_eq!(
        Sent::of(&again).get("error"),
        "invalid_request",
        "a launch is used once"
    );
    let handle = roe.launch("/demo/chart/p1", &app, "e1").await.unwrap();
    let address = app.address(&[("scope", SCOPES), ("launch", &handle)]);
    let code = roe.allow(&address, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["patient"], "p1");
    assert_eq!(tokens["encounter"], "e1");
    assert_eq!(tokens["need_patient_banner"], true);
    assert_eq!(tokens["scope"], SCOPES);
    let token = tokens["access_token"].as_str().unwrap();
    for (path, expect) in [
        ("/Patient/p1", 200),
        ("/Patient/p2", 404),
        ("/Condition/c2", 200),
    ] {
        let request = Request::get(format!("/demo/fhir{path}"))
            .header("authorization", format!("Bearer {token}"));
        let answer = practice.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, expect, "{path}");
    }
    let handle = roe.launch("/demo/chart/p1", &app, "").await.unwrap();
    let address = app.address(&[("scope", SCOPES), ("launch", &handle)]);
    let code = roe.allow(&address, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert!(tokens.get("encounter").is_none());
    assert!(
        !tokens["scope"]
            .as_str()
            .unwrap()
            .contains("launch/encounter")
    );
}

/// SMART App Launch 2.2, "fhirContext": the document that is open goes along.
#[tokio::test]
async fn an_app_is_launched_about_a_document() {
    let (practice, app) = demo().await;
    let mut roe = practice.browser_of("roe").await;
    let page = roe.get("/demo/chart/p1").await.html();
    assert!(
        page.contains("<option value=\"n1\">Letter</option>"),
        "{page}"
    );
    let open = [("document", "n1")];
    let handle = roe
        .launch_with("/demo/chart/p1", &app, &open)
        .await
        .unwrap();
    let address = app.address(&[("scope", SCOPES), ("launch", &handle)]);
    let code = roe.allow(&address, Keep::All).await.code();
    let tokens = app.redeem(&practice, &code).await.json();
    let context = serde_json::json!([{ "reference": "DocumentReference/n1" }]);
    assert_eq!(tokens["fhirContext"], context, "{tokens}");
    for other in ["n2", "n9"] {
        let open = [("document", other)];
        let refused = roe.launch_with("/demo/chart/p1", &app, &open).await;
        assert_eq!(refused.unwrap_err().status, 404, "{other}");
    }
}

/// C17: a launch is one person's, one app's, one practice's, once, for five minutes.
#[tokio::test]
async fn a_launch_is_good_for_whom_it_was_made() {
    let (practice, app) = demo().await;
    practice.person(Role::Clinician, "moe", "d3").await;
    let launched = AppDetails {
        launch_url: Some("https://app.example/launch".to_owned()),
        ..details(ClientType::Public)
    };
    let other = practice.people_app(SCOPES, launched).await;
    let mut roe = practice.browser_of("roe").await;
    let with = |app: &TestApp, handle: &str| app.address(&[("scope", SCOPES), ("launch", handle)]);

    let handle = roe.launch("/demo/chart/p1", &app, "").await.unwrap();
    let stolen = roe.get(&with(&other, &handle)).await;
    assert_eq!(Sent::of(&stolen).get("error"), "invalid_request");

    let handle = roe.launch("/demo/chart/p1", &app, "").await.unwrap();
    let (_, page) = practice
        .browser_of("moe")
        .await
        .consent_page(&with(&app, &handle))
        .await;
    assert_eq!(page.status, 400);
    assert!(page.html().contains("Somebody else launched this app"));

    let handle = roe.launch("/demo/chart/p1", &app, "").await.unwrap();
    practice.clock.advance_seconds(300);
    let late = roe.get(&with(&app, &handle)).await;
    assert_eq!(Sent::of(&late).get("error"), "invalid_request");

    for (chart, encounter) in [("/demo/chart/p1", "e2"), ("/demo/chart/p1", "e9")] {
        let refused = roe.launch(chart, &app, encounter).await.unwrap_err();
        assert_eq!(refused.status, 404, "another patient's visit");
    }
    let token = roe.get("/demo/chart/p1").await.field("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("client_id", app.client_id.as_str()),
    ];
    assert_eq!(roe.post("/demo/chart/p9/launch", &fields).await.status, 404);
    let without = app.address(&[("scope", SCOPES)]);
    let refused = roe.get(&without).await;
    assert_eq!(
        Sent::of(&refused).get("error"),
        "invalid_request",
        "launch without a launch"
    );
}

/// Who read a patient's record is told to the patient, and to nobody else.
#[tokio::test]
async fn a_patient_sees_who_used_the_record() {
    let (practice, app) = demo().await;
    practice.person(Role::Patient, "ann", "p1").await;
    practice.person(Role::Patient, "bob", "p2").await;
    let mut roe = practice.browser_of("roe").await;
    roe.get("/demo/chart/p1").await;
    let mut ann = practice.browser_of("ann").await;
    let scope = "openid patient/Patient.rs";
    let code = ann
        .allow(&app.address(&[("scope", scope)]), Keep::All)
        .await
        .code();
    let tokens = app.redeem(&practice, &code).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let request =
        Request::get("/demo/fhir/Patient/p1").header("authorization", format!("Bearer {token}"));
    assert_eq!(
        practice
            .send(request.body(Body::empty()).unwrap())
            .await
            .status,
        200
    );
    let html = ann.get("/demo/record-access").await.html();
    for words in [
        "Person roe",
        "opened the chart",
        "Person ann, with Sunrise",
        "allowed access",
        "read name and contact",
    ] {
        assert!(html.contains(words), "{words} {html}");
    }
    let mut bob = practice.browser_of("bob").await;
    for path in ["/demo/record-access", "/demo/record-access?patient=p1"] {
        let html = bob.get(path).await.html();
        assert!(
            !html.contains("opened the chart") && !html.contains("Sunrise"),
            "{path} {html}"
        );
    }
    // Who may see the whole record may see who used it.
    let html = roe.get("/demo/record-access?patient=p1").await.html();
    assert!(html.contains("read name and contact"), "{html}");
}
