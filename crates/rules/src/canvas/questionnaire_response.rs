//! `QuestionnaireResponse`: the answers must be answers to the questions.

use std::collections::BTreeMap;

use cresset_model::Value;

use super::mark;
use crate::edit;
use crate::write::{Around, Behaviour, Refusal};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    wants: |body| {
        edit::text(body, &["questionnaire"])
            .map(str::to_owned)
            .into_iter()
            .collect()
    },
    check,
    shape,
    ignored: &["identifier"],
    ..Behaviour::NONE
};

/// Most characters of a code that are repeated to its sender.
const SHOWN_MAX: usize = 64;

fn check(body: &Value, around: &Around<'_>) -> Result<(), Refusal> {
    if around.is_update() || body.get("questionnaire").is_none() {
        return Ok(());
    }
    let Some(questionnaire) = around.known("Questionnaire") else {
        let text = "The Questionnaire is not known here, or not to this token";
        return Err(Refusal::rule("QuestionnaireResponse.questionnaire", text));
    };
    let mut asked = Questions::new();
    questions(questionnaire, &mut asked);
    answers(&asked, body, "QuestionnaireResponse")
}

fn shape(body: &mut Value, around: &Around<'_>) {
    if !mark::current(body, around, mark::status) {
        edit::default(body, "authored", || edit::string(around.now));
    }
}

/// The questions of a questionnaire by `linkId`, at whatever depth.
fn questions<'q>(holder: &'q Value, into: &mut Questions<'q>) {
    for item in edit::items(holder, "item") {
        if let Some(link_id) = edit::text(item, &["linkId"]) {
            into.insert(link_id, item);
        }
        questions(item, into);
    }
}

type Questions<'q> = BTreeMap<&'q str, &'q Value>;

/// Every item of the response against the question of its `linkId`.
fn answers(questions: &Questions<'_>, holder: &Value, path: &str) -> Result<(), Refusal> {
    for (at, item) in edit::items(holder, "item").iter().enumerate() {
        let path = format!("{path}.item[{at}]");
        let link_id = edit::text(item, &["linkId"]).unwrap_or_default();
        let Some(question) = questions.get(link_id) else {
            let text = "The Questionnaire has no question of this linkId";
            return Err(Refusal::rule(format!("{path}.linkId"), text));
        };
        answer(question, item, &path)?;
        answers(questions, item, &path)?;
        for (at, answer) in edit::items(item, "answer").iter().enumerate() {
            answers(questions, answer, &format!("{path}.answer[{at}]"))?;
        }
    }
    Ok(())
}

fn answer(question: &Value, item: &Value, path: &str) -> Result<(), Refusal> {
    let kind = edit::text(question, &["type"]).unwrap_or_default();
    let given = edit::items(item, "answer");
    let repeats = question.get("repeats") == Some(&Value::Bool(true));
    let refuse = |text: String| Err(Refusal::rule(format!("{path}.answer"), text));
    let shown = match kind {
        "text" | "string" => "TXT",
        "decimal" | "integer" | "quantity" => "INT",
        _ if repeats => "MULT",
        _ => "SING",
    };
    if given.len() > 1 && !repeats {
        return refuse(format!(
            "Question of type {shown} is expecting at most one answer"
        ));
    }
    for answer in given {
        match kind {
            "text" | "string" if answer.get("valueString").is_none() => {
                return refuse("Question of type TXT expects a valueString answer".to_owned());
            }
            "decimal" if answer.get("valueDecimal").is_none() => {
                return refuse(format!(
                    "Question of type {shown} expects a valueDecimal answer"
                ));
            }
            "choice" | "open-choice" => match answer.get("valueCoding") {
                Some(coding) => option(question, coding).or_else(|refused| match kind {
                    "choice" => refuse(refused),
                    _ => Ok(()),
                })?,
                None if kind == "open-choice" && answer.get("valueString").is_some() => {}
                None => {
                    return refuse(format!(
                        "Question of type {shown} expects a valueCoding answer"
                    ));
                }
            },
            _ => {}
        }
    }
    Ok(())
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
