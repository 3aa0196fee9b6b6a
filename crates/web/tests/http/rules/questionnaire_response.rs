//! `QuestionnaireResponse` under `canvas`.

use serde_json::{Value, json};

use super::super::practice::{HOST, Practice};
use super::{canvas, refused, stored, updated, with};

const QUESTIONNAIRE: &str = r#"{"resourceType":"Questionnaire","id":"q1","status":"active","item":[
    {"linkId":"1","type":"choice","answerOption":[{"valueCoding":{"system":"http://loinc.org","code":"LA6568-5","display":"Not at all"}}]},
    {"linkId":"2","type":"text"},
    {"linkId":"3","type":"decimal"}]}"#;

/// A practice with the questionnaire, which no app creates.
async fn asked() -> Practice {
    let practice = canvas().await;
    practice.import(&[QUESTIONNAIRE.as_bytes()]).await;
    practice
}

fn response(item: &Value) -> Value {
    json!({
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "questionnaire": format!("{HOST}/demo/fhir/Questionnaire/q1"),
        "subject": {"reference": "Patient/1"}, "item": [item]
    })
}

fn coded(system: &str, code: &str) -> Value {
    response(
        &json!({"linkId": "1", "answer": [{"valueCoding": {"system": system, "code": code, "display": "x"}}]}),
    )
}

#[tokio::test]
async fn answers_are_checked_against_their_questionnaire() {
    let practice = asked().await;
    for (body, words) in [
        (
            coded("http://loinc.org", "LA1"),
            "Question received an invalid response option code: LA1",
        ),
        (
            coded("http://snomed.info/sct", "LA6568-5"),
            "Question expects answer of code system LOINC but SNOMED was given",
        ),
        (
            response(&json!({"linkId": "1", "answer": [{"valueString": "x"}]})),
            "Question of type SING expects a valueCoding answer",
        ),
        (
            response(&json!({"linkId": "2", "answer": [{"valueDecimal": 1}]})),
            "Question of type TXT expects a valueString answer",
        ),
        (
            response(
                &json!({"linkId": "2", "answer": [{"valueString": "a"}, {"valueString": "b"}]}),
            ),
            "Question of type TXT is expecting at most one answer",
        ),
        (
            response(&json!({"linkId": "9", "answer": [{"valueString": "a"}]})),
            "The Questionnaire has no question of this linkId",
        ),
        (
            with(
                &coded("http://loinc.org", "LA6568-5"),
                "/questionnaire",
                json!("Questionnaire/none"),
            ),
            "The Questionnaire is not known here",
        ),
    ] {
        refused(&practice, &body, 422, words).await;
    }
    let read = stored(&practice, &coded("http://loinc.org", "LA6568-5")).await;
    assert_eq!(read["authored"], "2026-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn status_is_completed_and_no_answer_is_empty() {
    let practice = asked().await;
    let good = coded("http://loinc.org", "LA6568-5");
    for (body, words) in [
        (
            with(&good, "/status", Value::Null),
            "body -> status — Field required (type=missing)",
        ),
        (
            with(&good, "/status", json!("in-progress")),
            "body -> status — must be completed",
        ),
        (
            with(&good, "/item/0/answer/0/valueCoding/display", json!("")),
            "body -> item -> 0 -> answer -> 0 -> valueCoding -> display — ",
        ),
        (
            with(&good, "/item/0/answer/0/valueCoding/display", Value::Null),
            "must have a display that is not empty",
        ),
        (
            response(&json!({"linkId": "2", "answer": [{"valueString": ""}]})),
            "body -> item -> 0 -> answer -> 0 -> valueString — ",
        ),
        (
            with(&good, "/item", json!([good["item"][0], good["item"][0]])),
            "must answer each linkId at most once",
        ),
    ] {
        refused(&practice, &body, 400, words).await;
    }
    let read = stored(&practice, &good).await;
    let marked = with(&good, "/status", json!("entered-in-error"));
    assert_eq!(
        updated(&practice, &read["id"], &marked).await["status"],
        "entered-in-error"
    );
}

#[tokio::test]
async fn a_questionnaire_elsewhere_takes_texts_and_one_must_be_named() {
    let practice = canvas().await;
    let elsewhere = json!({"extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-extension-questionnaire-uri", "valueUri": "https://forms.example/1"}]});
    let item = json!({"linkId": "1", "text": "How are you?", "answer": [{"valueString": "well"}]});
    let mut body = response(&item);
    body.as_object_mut().unwrap().remove("questionnaire");
    refused(
        &practice,
        &body,
        400,
        "must name its questionnaire, or give",
    )
    .await;
    body["_questionnaire"] = elsewhere;
    for wrong in [
        with(&body, "/item/0/text", Value::Null),
        with(&body, "/item/0/answer/0", json!({"valueDecimal": 1})),
    ] {
        refused(
            &practice,
            &wrong,
            400,
            "must give the text of each item and answers as valueString alone",
        )
        .await;
    }
    stored(&practice, &body).await;
}

#[tokio::test]
async fn a_scored_questionnaire_needs_every_answer() {
    let practice = canvas().await;
    let weight =
        json!([{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 1}]);
    let choice = |link_id: &str| json!({"linkId": link_id, "type": "choice", "answerOption": [{"valueCoding": {"system": "http://loinc.org", "code": "LA1", "extension": weight}}]});
    let depends = json!([{"question": "1", "operator": "=", "answerCoding": {"code": "LA2"}}]);
    let mut third = choice("3");
    third["enableWhen"] = depends;
    let form = json!({"resourceType": "Questionnaire", "id": "phq", "status": "active", "item": [
        {"linkId": "g", "type": "group", "item": [choice("1"), choice("2")]}, third
    ]});
    practice.import(&[form.to_string().as_bytes()]).await;
    let answered = |link_ids: &[&str]| {
        let item = |link_id: &&str| json!({"linkId": link_id, "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA1", "display": "x"}}]});
        let items: Vec<_> = link_ids.iter().map(item).collect();
        json!({
            "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "Questionnaire/phq",
            "subject": {"reference": "Patient/1"}, "item": items
        })
    };
    let words = "business-rule A scored Questionnaire needs an answer to each of its questions";
    refused(&practice, &answered(&["1"]), 422, words).await;
    stored(&practice, &answered(&["1", "2"])).await;
}
