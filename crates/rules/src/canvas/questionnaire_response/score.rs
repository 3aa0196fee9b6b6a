//! A scored questionnaire: its score is the sum of what its answers count, so none may be missing.

use std::collections::BTreeSet;

use cresset_model::Value;
use rust_decimal::Decimal;

use super::{answered, questions as by_link_id};
use crate::edit;
use crate::write::Refusal;

/// The extensions by which an option says what it counts.
const WEIGHTS: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
];

/// Every question of a scored questionnaire is answered, but for those that depend on other answers.
pub(super) fn check(questionnaire: &Value, response: &Value, into: &mut Vec<Refusal>) {
    if !is_scored(questionnaire) {
        return;
    }
    let mut answered = BTreeSet::new();
    answers(response, &mut answered);
    let mut asked = Vec::new();
    questions(questionnaire, &mut asked);
    if asked.iter().any(|link_id| !answered.contains(link_id)) {
        let text = "A scored Questionnaire needs an answer to each of its questions";
        into.push(Refusal::rule("QuestionnaireResponse.item", text));
    }
}

/// The score of a response to a scored questionnaire, if any answer has a weight; one without counts
/// nothing.
pub(super) fn of(questionnaire: &Value, response: &Value) -> Option<Decimal> {
    if !is_scored(questionnaire) {
        return None;
    }
    let mut score: Option<Decimal> = None;
    for (question, item) in answered(&by_link_id(questionnaire), response) {
        for answer in edit::items(item, "answer") {
            let counts = answer.get("valueCoding");
            if let Some(counts) = counts.and_then(|coding| counted(question, coding)) {
                score = Some(score.unwrap_or_default().checked_add(counts)?);
            }
        }
    }
    score
}

/// What the option of a question counts that an answer chose.
fn counted(question: &Value, answer: &Value) -> Option<Decimal> {
    let named = |coding: &Value| {
        let text = |name| edit::text(coding, &[name]).map(str::to_owned);
        (text("system"), text("code"))
    };
    let chosen = |option: &&Value| {
        let coding = option.get("valueCoding");
        coding.is_some_and(|coding| named(coding) == named(answer))
    };
    let option = edit::items(question, "answerOption").iter().find(chosen)?;
    match weight(option)?.get("valueDecimal")? {
        // R4 allows `1e1`.
        Value::Number(number) => {
            let plain = number.parse().ok();
            plain.or_else(|| Decimal::from_scientific(number).ok())
        }
        _ => None,
    }
}

/// The extension of an option, or of its coding, by which it says what it counts.
fn weight(option: &Value) -> Option<&Value> {
    let of = |value| WEIGHTS.iter().find_map(|url| edit::extension(value, url));
    of(option).or_else(|| option.get("valueCoding").and_then(of))
}

/// Whether an option counts for a score.
fn is_scored(holder: &Value) -> bool {
    edit::items(holder, "item").iter().any(|item| {
        let mut options = edit::items(item, "answerOption").iter();
        options.any(|option| weight(option).is_some()) || is_scored(item)
    })
}

/// The questions that are always asked.
fn questions<'q>(holder: &'q Value, into: &mut Vec<&'q str>) {
    for item in edit::items(holder, "item") {
        if item.get("enableWhen").is_some() {
            continue;
        }
        let is_question = !matches!(edit::text(item, &["type"]), Some("group" | "display"));
        if let (true, Some(link_id)) = (is_question, edit::text(item, &["linkId"])) {
            into.push(link_id);
        }
        questions(item, into);
    }
}

/// The questions that have an answer.
fn answers<'r>(holder: &'r Value, into: &mut BTreeSet<&'r str>) {
    for item in edit::items(holder, "item") {
        let given = edit::items(item, "answer");
        if let (false, Some(link_id)) = (given.is_empty(), edit::text(item, &["linkId"])) {
            into.insert(link_id);
        }
        for answer in given {
            answers(answer, into);
        }
        answers(item, into);
    }
}
