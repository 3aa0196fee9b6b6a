//! Every fault of a body in one answer, one issue for each.

use serde_json::{Value, json};

use super::super::practice::Answer;
use super::{canvas, patient, read, stored, with};

/// Asserts what is told of a body, in any order, and nothing besides.
#[track_caller]
fn tells(answer: &Answer, status: u16, expect: &[&str]) {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    let mut told = answer.issues();
    for words in expect {
        let at = told.iter().position(|issue| issue.contains(words));
        told.remove(at.unwrap_or_else(|| panic!("{words:?} not in {told:?}")));
    }
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn what_r4_and_what_the_set_asks_are_told_together() {
    let practice = canvas().await;
    let mut body: Value = serde_json::from_str(&patient("")).unwrap();
    body.as_object_mut().unwrap().remove("birthDate");
    body["name"][0]["use"] = json!("nickname");
    body["telecom"] = json!([{"system": "phone", "value": "5550100", "rank": 0}]);
    body["contact"] =
        json!([{"name": {"text": "Eve"}, "telecom": [{"system": "phone", "value": "555-0100"}]}]);
    let answer = practice.ask("POST /Patient", &body.to_string()).await;
    tells(
        &answer,
        400,
        &[
            "value body -> telecom -> 0 -> rank — must be 1 or more",
            "required body -> birthDate — Field required (type=missing)",
            "invalid body — must have exactly one name of use official",
            "invalid body -> contact -> 0 -> telecom -> 0 — must be exactly 10 digits",
        ],
    );
}

#[tokio::test]
async fn broken_rules_of_business_are_told_beside_a_malformed_body_in_their_own_words() {
    let practice = canvas().await;
    let body = json!({
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "weight"}]},
        "subject": {"reference": "Patient/1"},
        "valueQuantity": {"value": 11, "unit": "st"}
    });
    let answer = practice.ask("POST /Observation", &body.to_string()).await;
    tells(
        &answer,
        400,
        &[
            "required body -> status — Field required (type=missing)",
            "business-rule Invalid sign unit detected for weight",
        ],
    );
}

#[tokio::test]
async fn what_only_code_can_judge_is_told_with_the_rest() {
    let practice = canvas().await;
    let questionnaire = r#"{"resourceType":"Questionnaire","id":"q","status":"active","item":[{"linkId":"1","type":"text"},{"linkId":"2","type":"decimal"}]}"#;
    practice.import(&[questionnaire.as_bytes()]).await;
    let body = json!({
        "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "Questionnaire/q",
        "subject": {"reference": "Patient/1"},
        "item": [
            {"linkId": "1", "answer": [{"valueDecimal": 1}]},
            {"linkId": "2", "answer": [{"valueString": "x"}]},
            {"linkId": "3", "answer": [{"valueString": "x"}]}
        ]
    });
    let three = [
        "business-rule Question of type TXT expects a valueString answer",
        "business-rule Question of type INT expects a valueDecimal answer",
        "business-rule The Questionnaire has no question of this linkId",
    ];
    let post = "POST /QuestionnaireResponse";
    tells(&practice.ask(post, &body.to_string()).await, 422, &three);
    let nobody = with(&body, "/subject", Value::Null);
    let mut four = three.to_vec();
    four.push("required body -> subject — Field required (type=missing)");
    tells(&practice.ask(post, &nobody.to_string()).await, 400, &four);
}

#[tokio::test]
async fn an_id_that_is_not_the_address_is_one_fault_among_the_others() {
    let practice = canvas().await;
    let whole: Value = serde_json::from_str(&patient("")).unwrap();
    let address = format!(
        "PUT /Patient/{}",
        stored(&practice, &whole).await["id"].as_str().unwrap()
    );
    let body = with(&with(&whole, "/gender", json!("x")), "/id", json!("else"));
    tells(
        &practice.ask(&address, &body.to_string()).await,
        400,
        &[
            "invalid Logical Id in URL must match logical Id in resource",
            "value body -> gender — ",
        ],
    );
    tells(
        &practice.ask(&address, &whole.to_string()).await,
        400,
        &["required body -> id — Field required (type=missing)"],
    );
}

#[tokio::test]
async fn all_that_may_not_change_of_a_practitioner_is_told() {
    let practice = canvas().await;
    let username = "http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username";
    let body = |username_is: &str, email: &str| {
        json!({
            "resourceType": "Practitioner", "birthDate": "1970-01-01",
            "extension": [{"url": username, "valueString": username_is}],
            "name": [{"use": "usual", "family": "Bell", "given": ["Ada"]}],
            "telecom": [
                {"system": "phone", "use": "work", "value": "5550100", "rank": 1},
                {"system": "email", "use": "work", "value": email, "rank": 1}
            ]
        })
    };
    let first = stored(&practice, &body("abell", "ada@x.example")).await;
    let id = first["id"].as_str().unwrap();
    let changed = with(&body("eve", "eve@x.example"), "/id", json!(id));
    let answer = practice
        .ask(&format!("PUT /Practitioner/{id}"), &changed.to_string())
        .await;
    tells(
        &answer,
        422,
        &[
            "business-rule The username of a practitioner cannot be changed",
            "business-rule The email address of a practitioner cannot be changed",
        ],
    );
    assert_eq!(read(&practice, &format!("Practitioner/{id}")).await, first);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_so() {
    let practice = canvas().await;
    tells(
        &practice.ask("POST /Patient", "{").await,
        400,
        &["structure body — JSON decode error (type=json_invalid; error=this is not JSON"],
    );
}
