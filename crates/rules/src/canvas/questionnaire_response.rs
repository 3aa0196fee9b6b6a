//! `QuestionnaireResponse`: the answers must be answers to the questions.

mod observations;
mod score;

use std::collections::BTreeMap;

use cresset_model::Value;

use super::{mark, note};
use crate::edit;
use crate::write::{Around, Behaviour, Refusal};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    wants: |body| {
        let questionnaire = edit::text(body, &["questionnaire"]).map(str::to_owned);
        let mut wanted = note::wants(body, "encounter");
        wanted.extend(questionnaire);
        wanted
    },
    check,
    shape,
    about: Some("subject"),
    finds: observations::finds,
    consequences: observations::consequences,
    imported: Some(shown),
    ignored: &["identifier"],
    ..Behaviour::NONE
};

/// Most characters of a code that are repeated to its sender.
const SHOWN_MAX: usize = 64;

fn check(body: &Value, around: &Around<'_>) -> Vec<Refusal> {
    let mut refusals = note::check(body, around, "encounter");
    if around.is_update() || body.get("questionnaire").is_none() {
        return refusals;
    }
    let Some(questionnaire) = around.known("Questionnaire") else {
        let text = "The Questionnaire is not known here, or not to this token";
        refusals.push(Refusal::rule("QuestionnaireResponse.questionnaire", text));
        return refusals;
    };
    let asked = questions(questionnaire);
    answers(&asked, body, "QuestionnaireResponse", &mut refusals);
    score::check(questionnaire, body, &mut refusals);
    refusals.extend(observations::check(&asked, body));
    refusals
}

fn shape(body: &mut Value, around: &Around<'_>) {
    if !mark::current(body, around, mark::status) {
        edit::default(body, "authored", || edit::string(around.now));
    }
}

/// What an answer shows whose display is empty in the record it comes from.
const NO_DISPLAY: &str = "<no display available>";

/// Older records hold coded answers with an empty display, which R4 does not allow.
fn shown(holder: &mut Value) {
    for item in edit::items_mut(holder, "item") {
        for answer in edit::items_mut(item, "answer") {
            if let Some(coding) = answer.get_mut("valueCoding")
                && edit::text(coding, &["display"]) == Some("")
            {
                coding.set("display", edit::string(NO_DISPLAY));
            }
            shown(answer);
        }
        shown(item);
    }
}

type Questions<'q> = BTreeMap<&'q str, &'q Value>;

/// The questions of a questionnaire by `linkId`, at whatever depth.
fn questions(questionnaire: &Value) -> Questions<'_> {
    fn add<'q>(holder: &'q Value, into: &mut Questions<'q>) {
        for item in edit::items(holder, "item") {
            if let Some(link_id) = edit::text(item, &["linkId"]) {
                into.insert(link_id, item);
            }
            add(item, into);
        }
    }
    let mut questions = Questions::new();
    add(questionnaire, &mut questions);
    questions
}

/// The questions of a response, each with the item that answers it, in the order of the answers.
fn answered<'a>(questions: &Questions<'a>, response: &'a Value) -> Vec<(&'a Value, &'a Value)> {
    fn add<'a>(
        questions: &Questions<'a>,
        holder: &'a Value,
        into: &mut Vec<(&'a Value, &'a Value)>,
    ) {
        for item in edit::items(holder, "item") {
            let question = edit::text(item, &["linkId"]).and_then(|id| questions.get(id));
            into.extend(question.map(|question| (*question, item)));
            for answer in edit::items(item, "answer") {
                add(questions, answer, into);
            }
            add(questions, item, into);
        }
    }
    let mut all = Vec::new();
    add(questions, response, &mut all);
    all
}

/// Every item of the response against the question of its `linkId`.
fn answers(questions: &Questions<'_>, holder: &Value, path: &str, into: &mut Vec<Refusal>) {
    for (at, item) in edit::items(holder, "item").iter().enumerate() {
        let path = format!("{path}.item[{at}]");
        let link_id = edit::text(item, &["linkId"]).unwrap_or_default();
        match questions.get(link_id) {
            Some(question) => answer(question, item, &path, into),
            None => into.push(Refusal::rule(
                format!("{path}.linkId"),
                "The Questionnaire has no question of this linkId",
            )),
        }
        answers(questions, item, &path, into);
        for (at, answer) in edit::items(item, "answer").iter().enumerate() {
            answers(questions, answer, &format!("{path}.answer[{at}]"), into);
        }
    }
}

/// The answers to one question.
fn answer(question: &Value, item: &Value, path: &str, into: &mut Vec<Refusal>) {
    let kind = edit::text(question, &["type"]).unwrap_or_default();
    let given = edit::items(item, "answer");
    let repeats = question.get("repeats") == Some(&Value::Bool(true));
    let shown = match kind {
        "text" | "string" => "TXT",
        "decimal" | "integer" | "quantity" => "INT",
        _ if repeats => "MULT",
        _ => "SING",
    };
    if given.len() > 1 && !repeats {
        let text = format!("Question of type {shown} is expecting at most one answer");
        into.push(Refusal::rule(format!("{path}.answer"), text));
    }
    for (at, answer) in given.iter().enumerate() {
        if let Err(text) = judged(kind, shown, question, answer) {
            into.push(Refusal::rule(format!("{path}.answer[{at}]"), text));
        }
    }
}

/// One answer against the kind of its question.
fn judged(kind: &str, shown: &str, question: &Value, answer: &Value) -> Result<(), String> {
    let expects = |value: &str| Err(format!("Question of type {shown} expects a {value} answer"));
    match (kind, answer.get("valueCoding")) {
        ("text" | "string", _) if answer.get("valueString").is_none() => expects("valueString"),
        ("decimal", _) if answer.get("valueDecimal").is_none() => expects("valueDecimal"),
        ("choice", Some(coding)) => option(question, coding),
        ("choice", None) => expects("valueCoding"),
        ("open-choice", None) if answer.get("valueString").is_none() => expects("valueCoding"),
        _ => Ok(()),
    }
}

/// A coded answer must be one of the question's options, of the same system.
fn option(question: &Value, given: &Value) -> Result<(), String> {
    let options = edit::items(question, "answerOption");
    let codings: Vec<&Value> = options
        .iter()
        .filter_map(|o| o.get("valueCoding"))
        .collect();
    if codings.is_empty() {
        // Its options are a value set, which is not looked up here.
        return Ok(());
    }
    let (system, code) = (edit::text(given, &["system"]), edit::text(given, &["code"]));
    let of_code = |coding: &&&Value| edit::text(coding, &["code"]) == code;
    let same: Vec<_> = codings.iter().filter(of_code).collect();
    let shown = bounded(code.unwrap_or_default());
    let Some(first) = same.first() else {
        return Err(format!(
            "Question received an invalid response option code: {shown}"
        ));
    };
    if same
        .iter()
        .any(|coding| edit::text(coding, &["system"]) == system)
    {
        return Ok(());
    }
    if same.len() > 1 {
        return Err(format!(
            "Question received a response option code: {shown} that belongs to more than one option response"
        ));
    }
    let expected = short(edit::text(first, &["system"]).unwrap_or_default());
    let given = bounded(short(system.unwrap_or_default()));
    Err(format!(
        "Question expects answer of code system {expected} but {given} was given"
    ))
}

/// As much of a text of the caller as an answer repeats.
fn bounded(text: &str) -> String {
    text.chars().take(SHOWN_MAX).collect()
}

/// The EHR's short name of a code system.
fn short(system: &str) -> &str {
    match system {
        "http://loinc.org" => "LOINC",
        "http://snomed.info/sct" => "SNOMED",
        "http://canvasmedical.com" => "CANVAS",
        "http://www.ama-assn.org/go/cpt" => "CPT",
        "http://hl7.org/fhir/sid/icd-10" => "ICD-10",
        other if other.ends_with("/fhir/systems/internal") => "INTERNAL",
        other => other,
    }
}
