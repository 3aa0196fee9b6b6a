//! Coverage under `canvas`.

use cresset_base::Limits;
use serde_json::{Value, json};

use super::super::practice::Practice;
use super::{canvas, read, refused, stored, updated, with};

const SELF_PAY: &str = "http://terminology.hl7.org/CodeSystem/coverage-selfpay";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

fn coverage(order: u8) -> Value {
    json!({
        "resourceType": "Coverage", "status": "active", "order": order,
        "identifier": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"}]}, "value": "A1"}],
        "subscriber": {"reference": "Patient/1"}, "beneficiary": {"reference": "Patient/1"},
        "relationship": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "self"}]},
        "payor": [{"reference": "Organization/1"}]
    })
}

#[tokio::test]
async fn a_coverage_has_a_type_of_its_system() {
    let practice = canvas().await;
    let typed = |system: &str, code: &str| {
        let coding = json!({"coding": [{"system": system, "code": code}]});
        with(&coverage(1), "/type", coding)
    };
    for wrong in [typed(ACT_CODE, "pay"), typed(SELF_PAY, "HMO")] {
        // Neither system has the code of the other.
        let words = "body -> type -> coding -> 0 -> code — must be a code that";
        refused(&practice, &wrong, 400, words).await;
    }
    stored(&practice, &typed(SELF_PAY, "pay")).await;
    stored(&practice, &typed(ACT_CODE, "HMO")).await;
}

#[tokio::test]
async fn a_coverage_moves_those_down_whose_place_it_takes() {
    let practice = canvas().await;
    let mut ids = Vec::new();
    let of_another = with(&coverage(1), "/beneficiary/reference", json!("Patient/2"));
    let of_another = stored(&practice, &of_another).await["id"].clone();
    for order in [1, 2, 5] {
        ids.push(stored(&practice, &coverage(order)).await["id"].clone());
    }
    let orders = async |ids: &[Value]| -> Vec<u64> {
        let mut orders = Vec::new();
        for id in ids {
            let one = read(&practice, &format!("Coverage/{}", id.as_str().unwrap())).await;
            orders.push(one["order"].as_u64().unwrap());
        }
        orders
    };
    ids.push(stored(&practice, &coverage(1)).await["id"].clone());
    assert_eq!(orders(&ids).await, [2, 3, 5, 1], "moved down");
    assert_eq!(orders(&[of_another]).await, [1], "of somebody else");
    updated(&practice, &ids[0], &coverage(3)).await;
    assert_eq!(orders(&ids).await, [3, 4, 5, 1], "by an update");
    ids.push(stored(&practice, &coverage(5)).await["id"].clone());
    assert_eq!(orders(&ids).await, [3, 4, 5, 1, 5], "several are last");
    let ended = with(&coverage(1), "/status", json!("cancelled"));
    stored(&practice, &ended).await;
    assert_eq!(
        orders(&ids).await,
        [3, 4, 5, 1, 5],
        "only what is active has a place"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_coverage_that_would_move_is_not_told() {
    let mut practice = Practice::with(Limits::default(), |settings| {
        "canvas".clone_into(&mut settings.rules);
        let profile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-coverage";
        settings.profiles = vec![profile.to_owned()];
    })
    .await;
    let mut old = with(&coverage(1), "/relationship", Value::Null);
    old["id"] = json!("old");
    practice.import(&[old.to_string().as_bytes()]).await;
    practice.token = practice.token_for("system/Coverage.c").await;
    let answer = practice
        .ask("POST /Coverage", &coverage(1).to_string())
        .await;
    answer.refuses(
        422,
        "business-rule What follows from this write by the rules of the practice cannot be stored",
    );
    assert_eq!(answer.issues().len(), 1, "{answer:?}");
}

#[tokio::test]
async fn a_coverage_that_two_would_move_leaves_one_record() {
    let practice = canvas().await;
    let mut old = coverage(1);
    old["id"] = json!("old");
    practice.import(&[old.to_string().as_bytes()]).await;
    let entry =
        || json!({"resource": coverage(1), "request": {"method": "POST", "url": "Coverage"}});
    let bundle =
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry(), entry()]});
    let answer = practice.ask("POST /", &bundle.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(read(&practice, "Coverage/old").await["order"], 3);
    let records = practice
        .ask("GET /Provenance?target=Coverage/old", "")
        .await
        .json();
    assert_eq!(records["total"], 1, "{records}");
}

#[tokio::test]
async fn coverages_of_a_transaction_see_each_other() {
    let practice = canvas().await;
    let changed = stored(&practice, &coverage(1)).await["id"].clone();
    let mut again = coverage(2);
    again["id"] = changed.clone();
    let post = |order: u8| json!({"resource": coverage(order), "request": {"method": "POST", "url": "Coverage"}});
    let address = format!("Coverage/{}", changed.as_str().unwrap());
    let put = json!({"resource": again, "request": {"method": "PUT", "url": address}});
    let bundle =
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [put, post(1), post(1)]});
    let answer = practice
        .ask_with(
            "POST /",
            &bundle.to_string(),
            ("Prefer", "return=representation"),
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let order = |at: usize| answer["entry"][at]["resource"]["order"].clone();
    // Creates come before updates (R4 3.1.0.11.2): each takes the place of the one before.
    assert_eq!(
        (order(0), order(1), order(2)),
        (json!(2), json!(3), json!(1)),
        "{answer}"
    );
    let records = practice
        .ask(&format!("GET /Provenance?target={address}"), "")
        .await
        .json();
    assert_eq!(records["total"], 2, "one for each write: {records}");
}

#[tokio::test]
async fn a_transaction_for_which_rules_search_too_often_is_refused() {
    let limits = Limits {
        bundle_searches_max: 1,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |settings| {
        "canvas".clone_into(&mut settings.rules);
    })
    .await;
    for (other, status) in [("Patient/2", 413), ("Patient/1", 200)] {
        let entry = |body: Value| json!({"resource": body, "request": {"method": "POST", "url": "Coverage"}});
        let other = with(&coverage(1), "/beneficiary/reference", json!(other));
        let entries = [entry(coverage(1)), entry(other)];
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let answer = practice.ask("POST /", &bundle.to_string()).await;
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 413 {
            answer.refuses(
                413,
                "too-costly The rules of the practice would search more than 1 times",
            );
        }
    }
}

#[tokio::test]
async fn a_coverage_that_only_moves_leaves_its_record() {
    let practice = canvas().await;
    let moved = stored(&practice, &coverage(1)).await;
    let mut first = stored(&practice, &coverage(2)).await;
    first["order"] = json!(1);
    let put = |body: &Value| {
        let address = format!("Coverage/{}", body["id"].as_str().unwrap());
        json!({"resource": body, "request": {"method": "PUT", "url": address}})
    };
    let entries = [put(&moved), put(&first)];
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = practice.ask("POST /", &bundle.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let address = format!("Coverage/{}", moved["id"].as_str().unwrap());
    assert_eq!(read(&practice, &address).await["order"], 2);
    let line = format!("GET /Provenance?target={address}");
    let records = practice.ask(&line, "").await.json();
    assert_eq!(records["total"], 2, "{records}");
}

#[tokio::test]
async fn a_token_of_one_patient_moves_no_coverage_of_another() {
    let mut practice = canvas().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    let patient = |id: &str| json!({"resourceType": "Patient", "id": id}).to_string();
    let (a, b) = (patient("1"), patient("2"));
    practice.import(&[a.as_bytes(), b.as_bytes()]).await;
    let of_another = with(&coverage(1), "/beneficiary/reference", json!("Patient/2"));
    let old = stored(&practice, &of_another).await;
    let all = practice.token.clone();
    practice.token = practice.token_for("patient/Coverage.c&patient=1").await;
    let answer = practice
        .ask("POST /Coverage", &of_another.to_string())
        .await;
    answer.refuses(
        403,
        "This token writes Coverages only about its own patient",
    );
    practice.token = all;
    let address = format!("Coverage/{}", old["id"].as_str().unwrap());
    assert_eq!(read(&practice, &address).await["order"], 1);
}
