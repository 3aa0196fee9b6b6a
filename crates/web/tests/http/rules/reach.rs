//! Whom a token writes about that is kept to its patient for some things and not for others.

use cresset_store::grant::ClientType;
use cresset_store::user::Role;
use serde_json::{Value, json};

use super::super::launch::{Sent, details};
use super::super::practice::Practice;

use super::{canvas, read, with};

/// What every sign is when it is stored, whatever was sent.
const FINAL: &str = "status=final";

/// A practice with two patients, and a token a clinician gave an app with the record of the first open.
async fn open(scopes: &str) -> (Practice, String) {
    let mut practice = canvas().await;
    let patient = |id: &str| json!({"resourceType": "Patient", "id": id}).to_string();
    let (a, b) = (patient("1"), patient("2"));
    practice.import(&[a.as_bytes(), b.as_bytes()]).await;
    practice.person(Role::Clinician, "roe", "d1").await;
    let scopes = format!("launch/patient {scopes}");
    let app = practice
        .people_app(&scopes, details(ClientType::Public))
        .await;
    let token = {
        let mut roe = practice.browser_of("roe").await;
        let address = app.address(&[("scope", &scopes)]);
        let (path, _) = roe.consent_page(&address).await;
        let choice = format!("{path}/patient");
        let form_token = roe.get(&choice).await.field("form_token");
        let chosen = [("form_token", form_token.as_str()), ("patient", "1")];
        assert_eq!(roe.post(&choice, &chosen).await.location(), path);
        let page = roe.get(&path).await;
        let form_token = page.field("form_token");
        let ticked = page.ticked();
        let mut fields = vec![
            ("form_token", form_token.as_str()),
            ("decision", "allow"),
            ("patient", "1"),
        ];
        fields.extend(ticked.iter().map(|kept| ("keep", kept.as_str())));
        let code = Sent::of(&roe.post(&path, &fields).await).code();
        let tokens = app.redeem(&practice, &code).await.json();
        assert_eq!(tokens["patient"], "1", "{tokens}");
        for scope in scopes.split(' ') {
            assert!(
                tokens["scope"]
                    .as_str()
                    .unwrap()
                    .split(' ')
                    .any(|s| s == scope),
                "{tokens}"
            );
        }
        tokens["access_token"].as_str().unwrap().to_owned()
    };
    let all = std::mem::replace(&mut practice.token, token);
    (practice, all)
}

/// A sign of the second patient.
fn of_another(code: &str) -> Value {
    json!({"resourceType": "Observation", "status": "unknown",
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": "A sign"}]},
        "subject": {"reference": "Patient/2"}, "valueQuantity": {"value": 70}})
}

const HELD: &str = "This token writes Observations only about its own patient";

#[tokio::test]
async fn who_may_write_signs_of_anybody_writes_them_beside_its_patient() {
    let scopes = format!("patient/Observation.c user/Observation.c?{FINAL}");
    let (mut practice, all) = open(&scopes).await;
    let created = practice
        .ask("POST /Observation", &of_another("29463-7").to_string())
        .await;
    let id = super::located(&created);
    practice.token = all;
    let sign = read(&practice, &format!("Observation/{id}")).await;
    assert_eq!(sign["subject"]["reference"], "Patient/2");
    let panels = practice
        .ask("GET /Observation?patient=2&code=85353-1", "")
        .await;
    assert_eq!(
        panels.json()["total"],
        1,
        "what follows is stored: {panels:?}"
    );
}

#[tokio::test]
async fn what_is_not_of_those_anybody_may_have_is_held_to_the_patient() {
    let scopes = "patient/Observation.c user/Observation.c?code=http://loinc.org|29463-7";
    let (mut practice, all) = open(scopes).await;
    let weight = of_another("29463-7");
    let created = practice.ask("POST /Observation", &weight.to_string()).await;
    super::located(&created);
    // A pulse, alone and where the patient wrote it; twice, as a duplicate must not be told of either.
    let pulse = of_another("8867-4");
    let mut own = pulse.clone();
    own["performer"] = json!([{"reference": "Patient/1"}]);
    let panel = with(
        &pulse,
        "/derivedFrom",
        json!([{"reference": "Observation/of-2"}]),
    );
    for held in [&pulse, &own, &panel] {
        let answer = practice.ask("POST /Observation", &held.to_string()).await;
        answer.refuses(403, HELD);
    }
    let about_own = with(&pulse, "/subject/reference", json!("Patient/1"));
    let created = practice
        .ask("POST /Observation", &about_own.to_string())
        .await;
    super::located(&created);
    practice.token = all;
    let found = practice
        .ask("GET /Observation?patient=2&code=8867-4", "")
        .await;
    assert_eq!(found.json()["total"], 0, "nothing was changed: {found:?}");
}

#[tokio::test]
async fn a_right_to_read_about_anybody_is_none_to_write() {
    let scopes = format!("patient/Observation.c user/Observation.rs?{FINAL}");
    let (practice, _) = open(&scopes).await;
    let sign = of_another("29463-7").to_string();
    let answer = practice.ask("POST /Observation", &sign).await;
    answer.refuses(403, HELD);
}

#[tokio::test]
async fn an_update_is_of_what_is_stored_and_what_it_becomes() {
    let scopes = "patient/Coverage.cu user/Coverage.u?status=active";
    let (mut practice, all) = open(scopes).await;
    let coverage = |status: &str| {
        json!({"resourceType": "Coverage", "id": "c", "status": status, "order": 1,
            "identifier": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"}]}, "value": "1"}],
            "subscriber": {"reference": "Patient/2"}, "beneficiary": {"reference": "Patient/2"},
            "relationship": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "self"}]},
            "payor": [{"reference": "Organization/o"}]})
    };
    let stored = coverage("active").to_string();
    practice.import(&[stored.as_bytes()]).await;
    let kept = with(&coverage("active"), "/subscriberId", json!("new"));
    let answer = practice.ask("PUT /Coverage/c", &kept.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = practice
        .ask("PUT /Coverage/c", &coverage("cancelled").to_string())
        .await;
    answer.refuses(
        403,
        "This token writes Coverages only about its own patient",
    );
    practice.token = all;
    let left = read(&practice, "Coverage/c").await;
    assert_eq!(
        (&left["status"], &left["subscriberId"]),
        (&json!("active"), &json!("new"))
    );
}
