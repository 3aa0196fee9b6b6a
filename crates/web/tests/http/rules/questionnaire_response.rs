//! `QuestionnaireResponse` under `canvas`.

use serde_json::{Value, json};

use cresset_base::Limits;

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

/// A form whose questions are coded, but for the last.
fn coded_form() -> Value {
    let loinc =
        |code: &str| json!([{"system": "http://loinc.org", "code": code, "display": "asked"}]);
    let snomed = json!([{"system": "http://snomed.info/sct", "code": "1"}, {"system": "urn:own", "code": "2"}]);
    let options = json!([
        {"valueCoding": {"system": "http://loinc.org", "code": "LA1", "display": "one"}},
        {"valueCoding": {"system": "http://loinc.org", "code": "LA2", "display": "two"}}
    ]);
    json!({"resourceType": "Questionnaire", "id": "coded", "status": "active", "item": [
        {"linkId": "g", "type": "group", "item": [
            {"linkId": "1", "type": "choice", "text": "Do you smoke?", "code": loinc("72166-2"), "answerOption": options}
        ]},
        {"linkId": "2", "type": "text", "code": snomed},
        {"linkId": "3", "type": "decimal", "code": loinc("8302-2")},
        {"linkId": "4", "type": "choice", "repeats": true, "code": loinc("93038-8"), "answerOption": options},
        {"linkId": "5", "type": "text", "code": [{"system": "urn:own", "code": "2"}]}
    ]})
}

fn choice(code: &str) -> Value {
    json!({"valueCoding": {"system": "http://loinc.org", "code": code, "display": code}})
}

/// A response to that form.
fn coded_response() -> Value {
    json!({
        "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "Questionnaire/coded",
        "subject": {"reference": "Patient/1"}, "encounter": {"reference": "Encounter/1"},
        "author": {"reference": "Practitioner/1"}, "authored": "2025-12-24T08:00:00Z",
        "item": [
            {"linkId": "1", "answer": [choice("LA1")]},
            {"linkId": "2", "answer": [{"valueString": "seldom"}]},
            {"linkId": "3", "answer": [{"valueDecimal": 1.50}]},
            {"linkId": "4", "answer": [choice("LA1"), choice("LA2")]},
            {"linkId": "5", "answer": [{"valueString": "no code"}]}
        ]
    })
}

/// The Observations that a response made, the coded ones by code.
async fn made(practice: &Practice, response: &Value) -> Vec<Value> {
    let id = response["id"].as_str().unwrap();
    let line = format!("GET /Observation?derived-from=QuestionnaireResponse/{id}&_sort=code");
    let page = practice.ask(&line, "").await.json();
    let entries = page["entry"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

fn of_code<'o>(observations: &'o [Value], code: &str) -> &'o Value {
    let is_it = |one: &&Value| one["code"]["coding"][0]["code"] == code;
    observations.iter().find(is_it).unwrap()
}

#[tokio::test]
async fn answers_to_coded_questions_become_observations() {
    let mut practice = canvas().await;
    let form = coded_form().to_string();
    practice.import(&[form.as_bytes()]).await;
    let all = practice.token.clone();
    practice.token = practice
        .token_for("system/QuestionnaireResponse.c system/Questionnaire.r")
        .await;
    let answer = practice
        .ask("POST /QuestionnaireResponse", &coded_response().to_string())
        .await;
    practice.token = all;
    let response = json!({"id": super::located(&answer)});
    let made = made(&practice, &response).await;
    assert_eq!(made.len(), 4, "{made:?}");
    for observation in &made {
        assert_eq!(observation["status"], "final");
        assert_eq!(
            observation["category"][0]["coding"][0]["code"],
            "social-history"
        );
        assert_eq!(observation["subject"]["reference"], "Patient/1");
        assert_eq!(observation["encounter"]["reference"], "Encounter/1");
        assert_eq!(observation["performer"][0]["reference"], "Practitioner/1");
        assert_eq!(observation["effectiveDateTime"], "2025-12-24T08:00:00Z");
    }
    let smoking = of_code(&made, "72166-2");
    assert_eq!(
        smoking["valueCodeableConcept"]["coding"][0]["code"], "LA1",
        "{smoking}"
    );
    assert_eq!(smoking["code"]["text"], "Do you smoke?");
    let text = of_code(&made, "1");
    assert_eq!(text["valueString"], "seldom");
    assert_eq!(text["code"]["coding"].as_array().unwrap().len(), 1);
    assert_eq!(
        of_code(&made, "8302-2")["valueQuantity"],
        json!({"value": 1.50})
    );
    let several = of_code(&made, "93038-8");
    let parts = several["component"].as_array().unwrap();
    let code = |part: &Value| part["valueCodeableConcept"]["coding"][0]["code"].clone();
    assert_eq!(
        (code(&parts[0]), code(&parts[1])),
        (json!("LA1"), json!("LA2"))
    );
    assert_eq!(parts[0]["code"], several["code"]);
    let records = practice
        .ask("GET /Provenance?_summary=count", "")
        .await
        .json();
    assert_eq!(records["total"], 4, "each with its record");
}

#[tokio::test]
async fn the_score_of_a_form_becomes_an_observation() {
    let practice = canvas().await;
    let weight = |number: &Value| json!([{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": number}]);
    let loinc = |code: &str| json!({"system": "http://loinc.org", "code": code, "display": code});
    let mut second = loinc("LA2");
    second["extension"] = weight(&json!(0.2));
    let options = json!([
        {"extension": weight(&json!(1.1)), "valueCoding": loinc("LA1")}, {"valueCoding": second}, {"valueCoding": loinc("LA3")}
    ]);
    let question = |link_id: &str| json!({"linkId": link_id, "type": "choice", "repeats": true, "answerOption": options});
    let mut form = json!({
        "resourceType": "Questionnaire", "id": "phq", "status": "active", "title": "How are you?",
        "code": [loinc("44261-6")], "item": [question("1"), question("2")]
    });
    practice.import(&[form.to_string().as_bytes()]).await;
    let response = |form: &str| {
        json!({
            "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": format!("Questionnaire/{form}"),
            "subject": {"reference": "Patient/1"}, "item": [
                {"linkId": "1", "answer": [choice("LA1"), choice("LA2")]}, {"linkId": "2", "answer": [choice("LA3")]}
            ]
        })
    };
    let read = stored(&practice, &response("phq")).await;
    let [score] = made(&practice, &read).await.try_into().unwrap();
    assert_eq!(score["code"]["coding"], json!([loinc("44261-6")]));
    assert_eq!(score["category"][0]["coding"][0]["code"], "survey");
    assert_eq!(score["valueQuantity"]["value"], json!(1.3), "{score}");
    assert_eq!(score["valueQuantity"]["code"], "{score}");

    form.as_object_mut().unwrap().remove("code");
    form["id"] = json!("uncoded");
    practice.import(&[form.to_string().as_bytes()]).await;
    let read = stored(&practice, &response("uncoded")).await;
    let [score] = made(&practice, &read).await.try_into().unwrap();
    assert_eq!(score["code"]["extension"][0]["valueCode"], "unknown");
    assert_eq!(score["code"]["text"], "How are you?");
}

#[tokio::test]
async fn observations_are_marked_with_their_response() {
    let practice = canvas().await;
    let form = coded_form().to_string();
    practice.import(&[form.as_bytes()]).await;
    let read = stored(&practice, &coded_response()).await;
    let marked = with(&coded_response(), "/status", json!("entered-in-error"));
    updated(&practice, &read["id"], &marked).await;
    updated(&practice, &read["id"], &marked).await;
    let made = made(&practice, &read).await;
    assert_eq!(made.len(), 4, "{made:?}");
    for observation in made {
        assert_eq!(observation["status"], "entered-in-error");
        assert_eq!(observation["meta"]["versionId"], "2", "once");
    }
}

#[tokio::test]
async fn a_response_that_would_make_too_many_observations_is_refused() {
    let practice = canvas().await;
    let link_ids: Vec<String> = (0..100).map(|at| at.to_string()).collect();
    let questions: Vec<Value> = link_ids
        .iter()
        .map(|id| json!({"linkId": id, "type": "text", "code": [{"system": "http://loinc.org", "code": "1-8"}]}))
        .collect();
    let form = json!({"resourceType": "Questionnaire", "id": "long", "status": "active", "item": questions});
    practice.import(&[form.to_string().as_bytes()]).await;
    let answers: Vec<Value> = link_ids
        .iter()
        .map(|id| json!({"linkId": id, "answer": [{"valueString": "x"}]}))
        .collect();
    let mut body = with(&coded_response(), "/item", json!(answers));
    body["questionnaire"] = json!("Questionnaire/long");
    let words = "business-rule A response holds fewer than 100 answers to questions coded in";
    refused(&practice, &body, 422, words).await;
    body["item"].as_array_mut().unwrap().pop();
    let read = stored(&practice, &body).await;
    let line = format!(
        "GET /Observation?derived-from=QuestionnaireResponse/{}&_summary=count",
        read["id"].as_str().unwrap()
    );
    assert_eq!(practice.ask(&line, "").await.json()["total"], 99);
    let marked = with(&body, "/status", json!("entered-in-error"));
    updated(&practice, &read["id"], &marked).await;
    let line = format!("{line}&status=entered-in-error");
    assert_eq!(practice.ask(&line, "").await.json()["total"], 99);
}

/// A practice with the coded form, and a response to it.
async fn responded() -> (Practice, Value) {
    let practice = canvas().await;
    practice
        .import(&[coded_form().to_string().as_bytes()])
        .await;
    let read = stored(&practice, &coded_response()).await;
    (practice, read)
}

/// An entry that marks a response.
fn marking(response: &Value) -> Value {
    let mut marked = with(&coded_response(), "/status", json!("entered-in-error"));
    marked["id"] = response["id"].clone();
    let url = format!("QuestionnaireResponse/{}", response["id"].as_str().unwrap());
    json!({"resource": marked, "request": {"method": "PUT", "url": url}})
}

fn posting(body: &Value) -> Value {
    json!({"resource": body, "request": {"method": "POST", "url": body["resourceType"]}})
}

/// Carries out a transaction; what it stores.
async fn transacted(practice: &Practice, entries: &[Value]) -> Vec<Value> {
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let prefer = ("Prefer", "return=representation");
    let answer = practice
        .ask_with("POST /", &bundle.to_string(), prefer)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let entries = answer["entry"].as_array().unwrap().iter();
    entries.map(|entry| entry["resource"].clone()).collect()
}

fn sign() -> Value {
    json!({
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "weight"}]},
        "valueQuantity": {"value": 70}
    })
}

async fn statuses(practice: &Practice, response: &Value) -> Vec<Value> {
    let made = made(practice, response).await.into_iter();
    made.map(|one| one["status"].clone()).collect()
}

#[tokio::test]
async fn what_a_transaction_brings_beside_a_marked_response_is_not_marked() {
    let (practice, old) = responded().await;
    let entries = [posting(&sign()), posting(&coded_response()), marking(&old)];
    let [sign, new, marked] = transacted(&practice, &entries).await.try_into().unwrap();
    assert_eq!(marked["status"], "entered-in-error");
    let address = format!("Observation/{}", sign["id"].as_str().unwrap());
    let sign = super::read(&practice, &address).await;
    assert_eq!(sign["status"], "final");
    let panel = sign["derivedFrom"][0]["reference"].as_str().unwrap();
    assert_eq!(super::read(&practice, panel).await["status"], "final");
    assert_eq!(statuses(&practice, &new).await, vec!["final"; 4]);
    assert_eq!(statuses(&practice, &old).await, vec!["entered-in-error"; 4]);
}

#[tokio::test]
async fn observations_that_others_made_of_a_response_are_not_marked() {
    let (practice, response) = responded().await;
    let derived = json!([{"reference": format!("QuestionnaireResponse/{}", response["id"].as_str().unwrap())}]);
    let others: Vec<String> = (0..120)
        .map(|at| {
            let mut other = with(&sign(), "/derivedFrom", derived.clone());
            other["id"] = json!(format!("o{at}"));
            other.to_string()
        })
        .collect();
    let others: Vec<&[u8]> = others.iter().map(String::as_bytes).collect();
    practice.import(&others).await;
    transacted(&practice, &[marking(&response)]).await;
    let line = "GET /Observation?status=entered-in-error&_summary=count";
    assert_eq!(practice.ask(line, "").await.json()["total"], 4);
}

#[tokio::test]
async fn a_token_of_one_patient_makes_no_observations_of_another() {
    let mut practice = canvas().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    let patient = |id: &str| json!({"resourceType": "Patient", "id": id}).to_string();
    let (a, b, form) = (patient("1"), patient("2"), coded_form().to_string());
    practice
        .import(&[a.as_bytes(), b.as_bytes(), form.as_bytes()])
        .await;
    let author = with(&coded_response(), "/author/reference", json!("Patient/1"));
    let all = practice.token.clone();
    let scope = "patient/QuestionnaireResponse.c patient/Questionnaire.r patient/Observation.c";
    practice.token = practice.token_for(&format!("{scope}&patient=1")).await;
    for about in [
        "Patient/2",
        "https://elsewhere.example/Patient/1",
        "Group/1",
    ] {
        let of_another = with(&author, "/subject/reference", json!(about));
        let answer = practice
            .ask("POST /QuestionnaireResponse", &of_another.to_string())
            .await;
        answer.refuses(
            403,
            "This token writes QuestionnaireResponses only about its own patient",
        );
    }
    let mut of_another = with(&sign(), "/subject/reference", json!("Patient/2"));
    of_another["performer"] = json!([{"reference": "Patient/1"}]);
    let answer = practice
        .ask("POST /Observation", &of_another.to_string())
        .await;
    answer.refuses(
        403,
        "This token writes Observations only about its own patient",
    );
    let answer = practice
        .ask("POST /QuestionnaireResponse", &author.to_string())
        .await;
    let own = json!({"id": super::located(&answer)});
    practice.token = all;
    assert_eq!(made(&practice, &own).await.len(), 4);
    let line = "GET /Observation?_summary=count";
    assert_eq!(practice.ask(line, "").await.json()["total"], 4);
}

#[tokio::test]
async fn a_response_about_what_is_not_observed_makes_no_observations() {
    let practice = canvas().await;
    practice
        .import(&[coded_form().to_string().as_bytes()])
        .await;
    for (about, count) in [("Practitioner/1", 0), ("Organization/1", 0), ("Group/1", 4)] {
        let body = with(&coded_response(), "/subject/reference", json!(about));
        let read = stored(&practice, &body).await;
        assert_eq!(made(&practice, &read).await.len(), count, "{about}");
    }
}

#[tokio::test]
async fn a_transaction_from_which_too_much_follows_is_refused() {
    let limits = Limits {
        bundle_entries_max: 2,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |settings| {
        "canvas".clone_into(&mut settings.rules);
    })
    .await;
    practice
        .import(&[coded_form().to_string().as_bytes()])
        .await;
    // A response, four Observations with their records, and the practice those name.
    let entries = [posting(&coded_response())];
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = practice.ask("POST /", &bundle.to_string()).await;
    answer.refuses(
        413,
        "too-costly A transaction makes at most 8 changes with what follows",
    );
    let line = "GET /Observation?_summary=count";
    assert_eq!(practice.ask(line, "").await.json()["total"], 0);
}

#[tokio::test]
async fn a_score_is_of_answers_that_have_a_weight() {
    let practice = canvas().await;
    let option = |code: &str| json!({"valueCoding": {"system": "http://loinc.org", "code": code, "display": code}});
    let mut weighted = option("LA1");
    weighted["extension"] =
        json!([{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 777}]);
    let form = json!({"resourceType": "Questionnaire", "id": "phq", "status": "active", "item": [
        {"linkId": "1", "type": "choice", "answerOption": [weighted, option("LA2")]}
    ]});
    let form = form.to_string().replace("777", "1.5e1");
    practice.import(&[form.as_bytes()]).await;
    for (code, scores) in [("LA1", vec![json!(15)]), ("LA2", Vec::new())] {
        let item = json!([{"linkId": "1", "answer": [choice(code)]}]);
        let mut body = with(&coded_response(), "/item", item);
        body["questionnaire"] = json!("Questionnaire/phq");
        let read = stored(&practice, &body).await;
        let made = made(&practice, &read).await.into_iter();
        let made: Vec<Value> = made
            .map(|one| one["valueQuantity"]["value"].clone())
            .collect();
        assert_eq!(made, scores, "{code}");
    }
}
