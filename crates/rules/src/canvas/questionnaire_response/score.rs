//! A scored questionnaire: its score is that of all its answers, so none may be missing.

use std::collections::BTreeSet;

use cresset_model::Value;

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

/// Whether an option counts for a score.
fn is_scored(holder: &Value) -> bool {
    let weighs = |value: &Value| {
        WEIGHTS
            .iter()
            .any(|url| edit::extension(value, url).is_some())
    };
    edit::items(holder, "item").iter().any(|item| {
        let mut options = edit::items(item, "answerOption").iter();
        options.any(|option| weighs(option) || option.get("valueCoding").is_some_and(weighs))
            || is_scored(item)
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
