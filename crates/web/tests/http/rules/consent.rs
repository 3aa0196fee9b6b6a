//! Consent under `canvas`: one for each patient and category.

use cresset_base::Limits;
use serde_json::{Value, json};

use super::super::practice::Practice;
use super::{canvas, read, stored, with};

fn consent() -> Value {
    json!({
        "resourceType": "Consent", "status": "active", "scope": {},
        "category": [{"coding": [{"system": "urn:forms", "display": "Telehealth"}]}],
        "patient": {"reference": "Patient/1"},
        "sourceAttachment": {"title": "consent", "contentType": "application/pdf", "data": "JVBERi0="},
        "provision": {"period": {"start": "2025-01-01"}}
    })
}

#[tokio::test]
async fn a_consent_is_renewed_by_the_display_of_its_category() {
    let practice = canvas().await;
    let first = stored(&practice, &consent()).await;
    let display = "/category/0/coding/0/display";
    let longer = with(&consent(), display, json!("Telehealth, abroad"));
    let longer = stored(&practice, &longer).await;
    assert_ne!(longer["id"], first["id"], "another category");
    let elsewhere = with(
        &consent(),
        "/category/0/coding/0/system",
        json!("urn:other"),
    );
    assert_ne!(stored(&practice, &elsewhere).await["id"], first["id"]);
    let again = stored(&practice, &with(&consent(), "/status", json!("rejected"))).await;
    assert_eq!(
        (&again["id"], &again["status"]),
        (&first["id"], &json!("rejected"))
    );
}

#[tokio::test]
async fn a_consent_whose_time_is_over_is_inactive() {
    let practice = canvas().await;
    for (end, status) in [
        ("2025-12-31", "inactive"),
        ("2025", "inactive"),
        ("2026-01-01", "active"),
        ("2026", "active"),
    ] {
        let body = with(&consent(), "/provision/period/end", json!(end));
        assert_eq!(stored(&practice, &body).await["status"], status, "{end}");
    }
    let rejected = with(&consent(), "/provision/period/end", json!("2025-12-31"));
    let rejected = with(&rejected, "/status", json!("rejected"));
    assert_eq!(stored(&practice, &rejected).await["status"], "rejected");
}

#[tokio::test]
async fn a_consent_is_renewed_although_there_are_many_of_its_category() {
    let practice = canvas().await;
    let many: Vec<String> = (0..22)
        .map(|at| {
            let mut one = with(&consent(), "/policyRule", json!({"text": "Unknown"}));
            one["scope"] = json!({"text": "Unknown"});
            one["id"] = json!(format!("c{at}"));
            one.to_string()
        })
        .collect();
    let many: Vec<&[u8]> = many.iter().map(String::as_bytes).collect();
    practice.import(&many).await;
    let renewed = stored(&practice, &with(&consent(), "/status", json!("rejected"))).await;
    assert_eq!(renewed["meta"]["versionId"], "2", "{renewed}");
    let page = practice.ask("GET /Consent?_summary=count", "").await.json();
    assert_eq!(page["total"], 22);
}

/// Imports consents of one category, with these ids.
async fn imported(practice: &Practice, display: &str, ids: &[String]) {
    let body = |id: &String| {
        let mut one = with(&consent(), "/category/0/coding/0/display", json!(display));
        one["policyRule"] = json!({"text": "Unknown"});
        one["scope"] = json!({"text": "Unknown"});
        one["id"] = json!(id);
        one.to_string()
    };
    let bodies: Vec<String> = ids.iter().map(body).collect();
    let bodies: Vec<&[u8]> = bodies.iter().map(String::as_bytes).collect();
    practice.import(&bodies).await;
}

#[tokio::test]
async fn a_consent_to_renew_is_found_behind_many_that_are_called_alike() {
    let practice = canvas().await;
    let ids = |letter: &str, count: usize| -> Vec<String> {
        (0..count).map(|at| format!("{letter}{at}")).collect()
    };
    imported(&practice, "Telehealth, abroad", &ids("a", 120)).await;
    imported(&practice, "Telehealth", &ids("b", 1)).await;
    imported(&practice, "Telehealth, at sea", &ids("c", 120)).await;
    let renewed = stored(&practice, &with(&consent(), "/status", json!("rejected"))).await;
    assert_eq!(
        (&renewed["id"], &renewed["meta"]["versionId"]),
        (&json!("b0"), &json!("2"))
    );
    imported(&practice, "Telehealth, again", &ids("d", 800)).await;
    let other = with(&consent(), "/category/0/coding/0/display", json!("Tele"));
    let answer = practice.ask("POST /Consent", &other.to_string()).await;
    answer.refuses(
        422,
        "too-costly The Consent this one renews would have to be looked for among more than 1000",
    );
}

#[tokio::test]
async fn a_consent_of_a_transaction_renews_the_one_before() {
    let practice = canvas().await;
    let first = stored(&practice, &consent()).await;
    let bundle = |resources: &[Value]| {
        let entry = |resource: &Value| json!({"resource": resource, "request": {"method": "POST", "url": "Consent"}});
        let entries: Vec<Value> = resources.iter().map(entry).collect();
        json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
    };
    let again = with(&consent(), "/status", json!("rejected"));
    let other = with(&again, "/category/0/coding/0/display", json!("Other"));
    let sent = bundle(&[again.clone(), other.clone()]);
    let answer = practice.ask("POST /", &sent).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    assert!(
        answer["entry"][0]["response"]["status"]
            .as_str()
            .unwrap()
            .starts_with("201"),
        "{answer}"
    );
    let address = format!("Consent/{}", first["id"].as_str().unwrap());
    let renewed = read(&practice, &address).await;
    assert_eq!(
        (&renewed["status"], &renewed["meta"]["versionId"]),
        (&json!("rejected"), &json!("2"))
    );
    let third = with(&other, "/category/0/coding/0/display", json!("Third"));
    let answer = practice
        .ask("POST /", &bundle(&[third.clone(), third]))
        .await;
    answer.refuses(
        400,
        "Two entries of a transaction must not create what the rules of the practice have once",
    );
    let answer = practice
        .ask("POST /", &bundle(&[again.clone(), again]))
        .await;
    answer.refuses(
        400,
        "Two entries of a transaction must not change the same resource",
    );
    let page = practice.ask("GET /Consent?_summary=count", "").await.json();
    assert_eq!(page["total"], 2);
}

fn transaction(entries: &[Value]) -> String {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
}

fn posting(resource: &Value, if_none_exist: &Value) -> Value {
    let request = json!({"method": "POST", "url": "Consent", "ifNoneExist": if_none_exist});
    let mut entry = json!({"resource": resource, "request": request});
    if if_none_exist.is_null() {
        entry["request"]
            .as_object_mut()
            .unwrap()
            .remove("ifNoneExist");
    }
    entry
}

#[tokio::test]
async fn a_conditional_create_of_a_transaction_renews_where_its_condition_finds_nothing() {
    let practice = canvas().await;
    let first = stored(&practice, &consent()).await;
    let again = with(&consent(), "/status", json!("rejected"));
    let address = format!("Consent/{}", first["id"].as_str().unwrap());
    for (condition, version) in [("status=active", "1"), ("status=inactive", "2")] {
        let sent = transaction(&[posting(&again, &json!(condition))]);
        let answer = practice.ask("POST /", &sent).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let now = read(&practice, &address).await;
        assert_eq!(now["meta"]["versionId"], version, "{condition}");
    }
    let page = practice.ask("GET /Consent?_summary=count", "").await.json();
    assert_eq!(page["total"], 1);
}

#[tokio::test]
async fn a_consent_renews_wherever_its_patient_stands_in_a_transaction() {
    let practice = canvas().await;
    let patient: Value = serde_json::from_str(&super::patient("")).unwrap();
    let mut patient = stored(&practice, &patient).await;
    patient["gender"] = json!("male");
    let name = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
    let id = patient["id"].as_str().unwrap().to_owned();
    let of = |reference: &str| with(&consent(), "/patient/reference", json!(reference));
    let first = stored(&practice, &of(&format!("Patient/{id}"))).await;
    let put = json!({"method": "PUT", "url": format!("Patient/{id}")});
    let put = json!({"fullUrl": name, "resource": patient, "request": put});
    for (version, entries) in [
        (
            "2",
            [
                put.clone(),
                posting(&with(&of(name), "/status", json!("rejected")), &Value::Null),
            ],
        ),
        ("3", [posting(&of(name), &Value::Null), put]),
    ] {
        let answer = practice.ask("POST /", &transaction(&entries)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let address = format!("Consent/{}", first["id"].as_str().unwrap());
        let now = read(&practice, &address).await;
        assert_eq!(now["meta"]["versionId"], version, "{now}");
    }
}

#[tokio::test]
async fn a_renewal_is_one_of_the_searches_of_a_transaction() {
    let limits = Limits {
        bundle_searches_max: 1,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |settings| {
        "canvas".clone_into(&mut settings.rules);
    })
    .await;
    let other = with(&consent(), "/category/0/coding/0/display", json!("Other"));
    for body in [&consent(), &other] {
        stored(&practice, body).await;
    }
    let both = [
        posting(&consent(), &Value::Null),
        posting(&other, &Value::Null),
    ];
    let answer = practice.ask("POST /", &transaction(&both)).await;
    answer.refuses(413, "too-costly A transaction holds at most 1 conditions");
}

/// What the caller asks to be new and what the rules ask to be new may be the same.
#[tokio::test]
async fn a_consent_may_be_created_under_the_condition_of_the_rules() {
    let practice = canvas().await;
    let condition = "patient=Patient/1&category:text=Telehealth";
    let sent = transaction(&[posting(&consent(), &json!(condition))]);
    let answer = practice.ask("POST /", &sent).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let page = practice.ask("GET /Consent?_summary=count", "").await.json();
    assert_eq!(page["total"], 1);
}
