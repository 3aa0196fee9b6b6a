//! A questionnaire filled in.

use crate::concept::Profile;
use crate::datatype::Ref;
use crate::json::Json;
use crate::life::Life;
use crate::life::visit::Visit;
use crate::practice::questionnaire::{Form, Question, REMARK, TOTAL};

const DISPLAY: &str = "http://hl7.org/fhir/StructureDefinition/display";
const FORM_URI: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-extension-questionnaire-uri";

/// Adds the `QuestionnaireResponse` of a patient; `answers` are positions in each question's choices.
pub(super) fn write(life: &mut Life<'_>, visit: &Visit, form: &Form, answers: &[usize]) -> Ref {
    let number = format!("{}-{}", life.person.record_number, life.visits);
    life.write(
        "QuestionnaireResponse",
        Profile::us_core("us-core-questionnaireresponse"),
        |j| {
            j.object("identifier", |j| {
                j.text("system", "https://saguaro.example/response");
                j.text("value", &number);
            });
            j.text("questionnaire", form.canonical);
            j.object("_questionnaire", |j| {
                j.array("extension", |j| {
                    j.extension_text(DISPLAY, "valueString", form.title);
                    j.extension_text(FORM_URI, "valueUri", form.canonical);
                });
            });
            j.text("status", "completed");
            j.reference("subject", visit.patient);
            j.reference("encounter", visit.encounter);
            j.moment("authored", visit.minute(8));
            j.reference("author", visit.clinician.person);
            j.array("item", |j| items(j, form, answers));
        },
    )
}

fn items(j: &mut Json, form: &Form, answers: &[usize]) {
    if form.is_grouped {
        j.item(|j| {
            j.text("linkId", form.code.code);
            j.text("text", form.title);
            j.array("item", |j| questions(j, form, answers));
        });
    } else {
        questions(j, form, answers);
    }
    let score = i64::try_from(answers.iter().sum::<usize>()).unwrap_or_default();
    let (link_id, text) = TOTAL;
    j.item(|j| {
        j.text("linkId", link_id);
        j.text("text", text);
        j.single("answer", |j| j.decimal("valueDecimal", score, 0));
    });
    if score > 0 {
        let (link_id, text) = REMARK;
        j.item(|j| {
            j.text("linkId", link_id);
            j.text("text", text);
            j.single("answer", |j| {
                j.text("valueString", "Would like to talk about it");
            });
        });
    }
}

fn questions(j: &mut Json, form: &Form, answers: &[usize]) {
    for (question, answer) in form.questions.iter().zip(answers) {
        j.item(|j| answered(j, question, *answer));
    }
}

fn answered(j: &mut Json, question: &Question, answer: usize) {
    j.text("linkId", question.link_id);
    j.text("text", question.code.display);
    j.single("answer", |j| {
        let choice = question.answers.get(answer).copied().unwrap_or_default();
        j.coding("valueCoding", &choice);
        if answer > 0 {
            j.single("item", |j| {
                j.text("linkId", &question.remark());
                j.single("answer", |j| {
                    j.text("valueString", "More so in the last weeks");
                });
            });
        }
    });
}
