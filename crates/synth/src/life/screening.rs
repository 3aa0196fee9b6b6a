//! Screening: questionnaires, the scores that follow from them, and simple questions.

mod response;

use super::Life;
use super::cast::Trait;
use super::condition;
use super::disease::Disease;
use super::observation::{
    self, ACTIVITY, COGNITIVE, DISABILITY, FUNCTIONAL, Observed, SDOH, SOCIAL_HISTORY, SURVEY,
    Value, quantity,
};
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, icd10, loinc, snomed, unit_shown};
use crate::datatype::Ref;
use crate::practice::questionnaire::{PHQ_9, SOCIAL_NEEDS};

const PROFILE: &str = "us-core-observation-screening-assessment";
const SIMPLE: &str = "us-core-simple-observation";
const SCORE: crate::concept::Unit = unit_shown("{score}", "score");
const PHQ_9_SCORE: Concept = loinc(
    "44261-6",
    "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
);

/// Asks what this visit calls for.
pub(super) fn screen(life: &mut Life<'_>, visit: &Visit) {
    let adult = visit.age >= 18.0;
    let general = visit.purpose.is_general();
    let depressed = matches!(visit.purpose, Purpose::FollowUp(Disease::Depression));
    if depressed || (adult && general && life.random.chance(22.0)) {
        mood(life, visit);
    }
    if adult && visit.is_first {
        habits(life, visit);
    }
    if adult && general && (visit.is_first || life.random.chance(4.0)) {
        social_needs(life, visit);
    }
    if general && visit.age > 70.0 && life.befalls(Trait::Geriatric, 25.0) {
        old_age(life, visit);
    }
}

/// Adds one screening result.
fn result(
    life: &mut Life<'_>,
    visit: &Visit,
    what: (Concept, Concept),
    value: Value<'_>,
    sources: &[Ref],
) -> Ref {
    let (code, category) = what;
    let categories = [SURVEY, category];
    let observed = Observed::at(
        visit.minute(9),
        PROFILE,
        &categories,
        std::slice::from_ref(&code),
    );
    let performer = visit.clinician.person;
    observation::write(life, visit, &observed.with(value), |j| {
        j.references("performer", &[performer]);
        if !sources.is_empty() {
            j.references("derivedFrom", sources);
        }
    })
}

fn mood(life: &mut Life<'_>, visit: &Visit) {
    let depressed = life.has(Disease::Depression, visit.start);
    let answers: Vec<usize> = (0..PHQ_9.questions.len())
        .map(|_| {
            usize::try_from(life.random.between(0, if depressed { 2 } else { 0 }))
                .unwrap_or_default()
        })
        .collect();
    let score = i64::try_from(answers.iter().sum::<usize>()).unwrap_or_default();
    let in_writing = life.part.is_some() || life.random.chance(8.0);
    let sources: Vec<Ref> = if in_writing {
        vec![response::write(life, visit, &PHQ_9, &answers)]
    } else {
        Vec::new()
    };
    result(
        life,
        visit,
        (PHQ_9_SCORE, COGNITIVE),
        quantity(score, 0, SCORE),
        &sources,
    );
}

fn social_needs(life: &mut Life<'_>, visit: &Visit) {
    let hardship = life.person.hardship;
    let answers: Vec<usize> = SOCIAL_NEEDS
        .questions
        .iter()
        .map(|_| {
            usize::from(hardship && life.random.chance(70.0) || life.is_cast_for(Trait::Hardship))
        })
        .collect();
    let in_writing = life.part.is_some() || life.random.chance(8.0);
    let sources: Vec<Ref> = if in_writing {
        vec![response::write(life, visit, &SOCIAL_NEEDS, &answers)]
    } else {
        Vec::new()
    };
    let mut members = Vec::new();
    for (question, answer) in SOCIAL_NEEDS.questions.iter().zip(&answers) {
        let answer = question.answers.get(*answer).copied().unwrap_or_default();
        members.push(result(
            life,
            visit,
            (question.code, SDOH),
            Value::Concept(answer),
            &sources,
        ));
    }
    panel(life, visit, &members);
    if answers.get(1).is_some_and(|hunger| *hunger > 0) {
        let codes = [
            snomed("733423003", "Food insecurity"),
            icd10("Z59.41", "Food insecurity"),
        ];
        condition::concern(life, visit, &codes, SDOH);
    }
}

fn panel(life: &mut Life<'_>, visit: &Visit, members: &[Ref]) {
    let categories = [SURVEY, SDOH];
    let observed = Observed::at(
        visit.minute(9),
        PROFILE,
        &categories,
        std::slice::from_ref(&SOCIAL_NEEDS.code),
    );
    let performer = visit.clinician.person;
    observation::write(life, visit, &observed, |j| {
        j.references("performer", &[performer]);
        j.references("hasMember", members);
    });
}

fn old_age(life: &mut Life<'_>, visit: &Visit) {
    let falls = life.random.between(2, 12) * 5;
    let fall_risk = (
        loinc("59460-6", "Fall risk total [Morse Fall Scale]"),
        FUNCTIONAL,
    );
    let mobility = result(life, visit, fall_risk, quantity(falls, 0, SCORE), &[]);
    let comment = (
        loinc("48767-8", "Annotation comment [Interpretation] Narrative"),
        FUNCTIONAL,
    );
    let words = Value::Text("Walks with a cane; a grab bar at home was advised.");
    result(life, visit, comment, words, &[mobility]);
    let memory = life.random.around(25.0, 2.5).min(30);
    result(
        life,
        visit,
        (loinc("72172-0", "Total score [MoCA]"), COGNITIVE),
        quantity(memory, 0, SCORE),
        &[],
    );
    let hearing = loinc(
        "69856-3",
        "Are you deaf, or do you have serious difficulty hearing",
    );
    let answer = life
        .random
        .pick(&[loinc("LA33-6", "Yes"), loinc("LA32-8", "No")]);
    result(
        life,
        visit,
        (hearing, DISABILITY),
        Value::Concept(answer),
        &[],
    );
}

/// Simple questions a new patient is asked.
fn habits(life: &mut Life<'_>, visit: &Visit) {
    let drinks = life.random.between(0, 2);
    let per_day = quantity(drinks, 0, unit_shown("{drinks}/d", "drinks per day"));
    let alcohol = simple(
        life,
        visit,
        loinc("74013-4", "Alcoholic drinks per day"),
        per_day,
        None,
    );
    let education = life.random.pick(&[
        loinc("LA15564-8", "High school graduate"),
        loinc("LA12460-1", "Bachelor's degree (e.g., BA, AB, BS)"),
    ]);
    let code = loinc("82589-3", "Highest level of education");
    simple(life, visit, code, Value::Concept(education), None);
    let talkative = life.part.is_some() || life.random.chance(6.0);
    if talkative {
        let words = if drinks > 0 {
            "Drinks in company, never alone."
        } else {
            "Does not drink."
        };
        let code = loinc("8689-2", "History of Social function Narrative");
        simple(life, visit, code, Value::Text(words), Some(alcohol));
        let directive = loinc("45473-6", "Advance directive - living will [Reported]");
        simple(
            life,
            visit,
            directive,
            Value::Boolean(visit.age > 60.0),
            None,
        );
    }
    if talkative || life.random.chance(25.0) {
        steps(life, visit);
    }
}

fn steps(life: &mut Life<'_>, visit: &Visit) {
    let steps = life.random.around(5_200.0, 1_400.0).max(300);
    let code = [loinc("41950-7", "Number of steps in 24 hour Measured")];
    let profile = "us-core-observation-clinical-result";
    let observed = Observed::at(visit.minute(9), profile, &[ACTIVITY], &code);
    let value = quantity(steps, 0, unit_shown("{steps}/d", "steps per day"));
    observation::write(life, visit, &observed.with(value), |_| ());
}

fn simple(
    life: &mut Life<'_>,
    visit: &Visit,
    code: Concept,
    value: Value<'_>,
    source: Option<Ref>,
) -> Ref {
    let observed = Observed::at(
        visit.minute(9),
        SIMPLE,
        &[SOCIAL_HISTORY],
        std::slice::from_ref(&code),
    );
    let performer = visit.clinician.person;
    observation::write(life, visit, &observed.with(value), |j| {
        j.references("performer", &[performer]);
        if let Some(source) = source {
            j.references("derivedFrom", &[source]);
        }
    })
}
