//! What a response says as Observations: the answers to questions coded in LOINC or SNOMED CT are
//! social history, the score of a scored form is the result of a survey. Each says by a tag where it
//! comes from, so that it and no other is marked as entered in error with its response.

use cresset_model::Value;

use super::{Questions, answered, questions, score};
use crate::edit;
use crate::write::{Around, Find, Refusal};

/// Most Observations of one response: fewer than a rule looks at when they are to be marked.
const MADE_MAX: usize = 100;

const ERROR: &str = "entered-in-error";
const SYSTEMS: [&str; 2] = ["http://loinc.org", "http://snomed.info/sct"];
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
/// The tag of what was made here.
const ORIGIN: &str = "https://cresset.example/fhir/CodeSystem/canvas-origin";
const RESPONSE: &str = "questionnaire-response";
/// Whom or what an Observation may be about.
const SUBJECTS: [&str; 4] = ["Patient", "Group", "Device", "Location"];
const UCUM: &str = "http://unitsofmeasure.org";
/// The unit of a score.
const SCORE: &str = "{score}";

/// The Observations that a response made which is now marked.
pub(super) fn finds(body: &Value) -> Vec<Find> {
    let id = edit::text(body, &["id"]).filter(|id| edit::is_id(id));
    match (edit::text(body, &["status"]), id) {
        (Some(ERROR), Some(id)) => {
            let (own, tag) = (reference(id), format!("{ORIGIN}|{RESPONSE}"));
            let parameters = [("derived-from", &*own), ("_tag", &*tag)];
            vec![Find::new("Observation", parameters)]
        }
        _ => Vec::new(),
    }
}

/// No response makes more Observations than can be marked with it.
pub(super) fn check(asked: &Questions<'_>, response: &Value) -> Option<Refusal> {
    let coded = answered(asked, response).into_iter();
    let coded = coded.filter(|(question, item)| {
        code(question).is_some()
            && edit::items(item, "answer")
                .iter()
                .any(|a| value(a).is_some())
    });
    // The last is for a score.
    let is_above = coded.count() >= MADE_MAX;
    let text = "A response holds fewer than 100 answers to questions coded in LOINC or SNOMED CT";
    is_above.then(|| Refusal::rule("QuestionnaireResponse.item", text))
}

/// A new response brings its Observations; one that is marked marks them.
pub(super) fn consequences(response: &mut Value, around: &Around<'_>) -> Vec<Value> {
    if around.is_update() {
        return marked(response, around);
    }
    let Some(questionnaire) = around.known("Questionnaire") else {
        return Vec::new();
    };
    let Some(common) = common(response, around) else {
        return Vec::new();
    };
    let coded = answered(&questions(questionnaire), response);
    let coded = coded.into_iter().filter_map(|(question, item)| {
        let mut observation = common("social-history", code(question)?);
        answer(&mut observation, edit::items(item, "answer")).then_some(observation)
    });
    let mut all: Vec<Value> = coded.collect();
    if let Some(score) = score::of(questionnaire, response) {
        let mut observation = common("survey", code_of_form(questionnaire));
        let mut quantity = edit::holder("value", Value::Number(score.to_string().into()));
        for (name, text) in [("unit", SCORE), ("system", UCUM), ("code", SCORE)] {
            quantity.set(name, edit::string(text));
        }
        observation.set("valueQuantity", quantity);
        all.push(observation);
    }
    all
}

/// What this response made, as far as it is not marked yet; a transaction may bring other Observations.
fn marked(response: &Value, around: &Around<'_>) -> Vec<Value> {
    if edit::text(response, &["status"]) != Some(ERROR) {
        return Vec::new();
    }
    let own = reference(around.id);
    let is_own = |source: &Value| edit::text(source, &["reference"]) == Some(&*own);
    let subject = edit::text(response, &["subject", "reference"]);
    let is_tag = |tag: &Value| {
        let text = |name| edit::text(tag, &[name]);
        (text("system"), text("code")) == (Some(ORIGIN), Some(RESPONSE))
    };
    let is_made = |value: &&Value| {
        let tags = value.get("meta").map(|meta| edit::items(meta, "tag"));
        tags.unwrap_or_default().iter().any(is_tag)
            && edit::items(value, "derivedFrom").iter().any(is_own)
            && edit::text(value, &["subject", "reference"]) == subject
    };
    let is_marked = |value: &Value| edit::text(value, &["status"]) == Some(ERROR);
    let made = around.left("Observation").filter(is_made);
    let unmarked = made.filter(|value| !is_marked(value));
    let marked = unmarked.map(|observation| {
        let mut observation = observation.clone();
        observation.set("status", edit::string(ERROR));
        observation
    });
    marked.collect()
}

/// What makes an Observation of a category and a code, with what all of one response have in common;
/// nothing where the response is about nobody who is known by an address and can be observed.
fn common(response: &Value, around: &Around<'_>) -> Option<impl Fn(&str, Value) -> Value> {
    let named = |name: &str| {
        let reference = edit::text(response, &[name, "reference"])?;
        (!reference.starts_with('#')).then(|| response.get(name).cloned())?
    };
    let subject = named("subject")?;
    let (of, _) = edit::text(&subject, &["reference"]).and_then(edit::target)?;
    if !SUBJECTS.contains(&of) {
        return None;
    }
    let mut rest = edit::object([("status", "final"), ("issued", around.now)]);
    rest.set("subject", subject);
    let moved = [
        ("encounter", named("encounter")),
        ("effectiveDateTime", response.get("authored").cloned()),
    ];
    for (name, value) in moved {
        if let Some(value) = value {
            rest.set(name, value);
        }
    }
    let is_performer = |author: &Value| {
        let target = edit::text(author, &["reference"]).and_then(edit::target);
        target.is_some_and(|(name, _)| name != "Device")
    };
    if let Some(author) = named("author").filter(is_performer) {
        rest.set("performer", Value::Array(vec![author]));
    }
    let own = edit::object([("reference", &*reference(around.id))]);
    rest.set("derivedFrom", Value::Array(vec![own]));
    let tag = edit::object([("system", ORIGIN), ("code", RESPONSE)]);
    let meta = edit::holder("tag", Value::Array(vec![tag]));
    rest.set("meta", meta);
    Some(move |category: &str, code: Value| {
        let mut observation = rest.clone();
        observation.set("resourceType", edit::string("Observation"));
        observation.set("id", edit::string(&(around.new_id)()));
        let category = edit::concept(CATEGORY, category);
        observation.set("category", Value::Array(vec![category]));
        observation.set("code", code);
        observation
    })
}

fn reference(id: &str) -> String {
    format!("QuestionnaireResponse/{id}")
}

/// The code of a question, where it has one that Observations are known by.
fn code(question: &Value) -> Option<Value> {
    let codings = edit::items(question, "code").iter();
    let is_known = |coding: &&Value| {
        edit::text(coding, &["system"]).is_some_and(|system| SYSTEMS.contains(&system))
    };
    let codings: Vec<Value> = codings.filter(is_known).cloned().collect();
    if codings.is_empty() {
        return None;
    }
    let mut code = edit::holder("coding", Value::Array(codings));
    if let Some(text) = question.get("text") {
        code.set("text", text.clone());
    }
    Some(code)
}

/// The code of a form; where it has none, that is said beside its name.
fn code_of_form(questionnaire: &Value) -> Value {
    let mut code = match edit::items(questionnaire, "code") {
        [] => {
            let unknown = edit::object([("url", ABSENT), ("valueCode", "unknown")]);
            edit::holder("extension", Value::Array(vec![unknown]))
        }
        codings => edit::holder("coding", Value::Array(codings.to_vec())),
    };
    let title = questionnaire
        .get("title")
        .or_else(|| questionnaire.get("name"));
    if let Some(title) = title {
        code.set("text", title.clone());
    }
    code
}

/// Puts the answers to a question into its Observation: one as its value, several as components of the
/// same code. Says whether there are any.
fn answer(observation: &mut Value, answers: &[Value]) -> bool {
    let mut values: Vec<(&str, Value)> = answers.iter().filter_map(value).collect();
    let Some((name, value)) = values.pop() else {
        return false;
    };
    if values.is_empty() {
        observation.set(name, value);
        return true;
    }
    values.push((name, value));
    let code = observation.get("code").cloned().unwrap_or(Value::Null);
    let components = values.into_iter().map(|(name, value)| {
        let mut component = edit::holder("code", code.clone());
        component.set(name, value);
        component
    });
    observation.set("component", Value::Array(components.collect()));
    true
}

/// An answer as the value of an Observation.
fn value(answer: &Value) -> Option<(&'static str, Value)> {
    let of = |name| answer.get(name).cloned();
    let coding = of("valueCoding").map(|coding| {
        let concept = edit::holder("coding", Value::Array(vec![coding]));
        ("valueCodeableConcept", concept)
    });
    let text = || of("valueString").map(|text| ("valueString", text));
    let number =
        || of("valueDecimal").map(|number| ("valueQuantity", edit::holder("value", number)));
    coding.or_else(text).or_else(number)
}
