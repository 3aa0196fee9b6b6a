//! Conditions: the problem list, the diagnoses of a visit, and concerns.

mod ailment;

use super::Life;
use super::cast::Trait;
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Profile, hl7, icd10, snomed, us_core};
use crate::datatype::Ref;
use crate::moment::Moment;
pub(crate) use ailment::{Ailment, NORMAL_LUNGS, WHEEZING, passing};

const PROBLEM: Concept = hl7!(
    "condition-category",
    "problem-list-item",
    "Problem List Item"
);
const DIAGNOSIS: Concept = hl7!(
    "condition-category",
    "encounter-diagnosis",
    "Encounter Diagnosis"
);
const CONCERN: Concept = us_core!("condition-category", "health-concern", "Health Concern");
const ACTIVE: Concept = hl7!("condition-clinical", "active", "Active");
const RESOLVED: Concept = hl7!("condition-clinical", "resolved", "Resolved");
const CONFIRMED: Concept = hl7!("condition-ver-status", "confirmed", "Confirmed");
const DELIVERY: [Concept; 2] = [
    snomed("48782003", "Delivery normal"),
    icd10("O80", "Encounter for full-term uncomplicated delivery"),
];
const ASSERTED: &str = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate";

/// One condition to be recorded.
struct Recorded<'a> {
    profile: &'static str,
    categories: &'a [Concept],
    codes: &'a [Concept],
    onset: Moment,
    abatement: Option<Moment>,
}

/// Records what is found out at this visit, and what the visit is about.
pub(super) fn diagnose(life: &mut Life<'_>, visit: &mut Visit) {
    problems(life, visit);
    if visit.is_first && visit.age > 30.0 {
        past_problem(life, visit);
    }
    visit.condition = match visit.purpose {
        Purpose::FollowUp(disease) | Purpose::Consultation(disease) => life.problem(disease),
        Purpose::Hospitalization(disease) => {
            let facts = disease.facts();
            Some(diagnosis(
                life,
                visit,
                &[facts.snomed, facts.icd10],
                visit.end,
            ))
        }
        Purpose::Illness(ailment) | Purpose::Emergency(ailment) => {
            let until = visit.end.plus_days(ailment.days);
            Some(diagnosis(
                life,
                visit,
                &[ailment.snomed, ailment.icd10],
                until,
            ))
        }
        Purpose::Delivery => Some(diagnosis(life, visit, &DELIVERY, visit.end)),
        _ => None,
    };
}

/// Puts the diseases that have set in on the problem list.
fn problems(life: &mut Life<'_>, visit: &Visit) {
    for illness in life.illnesses.clone() {
        if illness.onset > visit.start || life.problem(illness.disease).is_some() {
            continue;
        }
        let facts = illness.disease.facts();
        let recorded = Recorded {
            profile: "us-core-condition-problems-health-concerns",
            categories: &[PROBLEM],
            codes: &[facts.snomed, facts.icd10],
            onset: illness.onset,
            abatement: None,
        };
        let this = write(life, visit, &recorded);
        life.problems.push((illness.disease, this));
    }
}

/// Records what a screening showed as a concern about the circumstances of life.
pub(super) fn concern(
    life: &mut Life<'_>,
    visit: &Visit,
    codes: &[Concept],
    category: Concept,
) -> Ref {
    write(
        life,
        visit,
        &Recorded {
            profile: "us-core-condition-problems-health-concerns",
            categories: &[CONCERN, category],
            codes,
            onset: visit.start.plus_days(-60),
            abatement: None,
        },
    )
}

/// A problem of long ago that is over.
fn past_problem(life: &mut Life<'_>, visit: &Visit) {
    if life.part.is_some() || life.random.chance(20.0) {
        let onset = visit.start.plus_days(-life.random.between(2_500, 6_000));
        write(
            life,
            visit,
            &Recorded {
                profile: "us-core-condition-problems-health-concerns",
                categories: &[PROBLEM],
                codes: &[
                    snomed("74400008", "Appendicitis"),
                    icd10("K37", "Unspecified appendicitis"),
                ],
                onset,
                abatement: Some(onset.plus_days(21)),
            },
        );
    }
}

fn diagnosis(life: &mut Life<'_>, visit: &Visit, codes: &[Concept], until: Moment) -> Ref {
    let over = until < life.end();
    write(
        life,
        visit,
        &Recorded {
            profile: "us-core-condition-encounter-diagnosis",
            categories: &[DIAGNOSIS],
            codes,
            onset: visit.start.plus_days(-2),
            abatement: over.then_some(until),
        },
    )
}

fn write(life: &mut Life<'_>, visit: &Visit, recorded: &Recorded<'_>) -> Ref {
    let dated = !(life.is_cast_for(Trait::UndatedHistory) && visit.is_first);
    life.write("Condition", Profile::us_core(recorded.profile), |j| {
        if dated {
            j.single("extension", |j| {
                j.text("url", ASSERTED);
                j.date("valueDateTime", visit.start);
            });
        }
        let status = if recorded.abatement.is_some() {
            RESOLVED
        } else {
            ACTIVE
        };
        j.concept("clinicalStatus", &status);
        j.concept("verificationStatus", &CONFIRMED);
        j.concepts("category", recorded.categories);
        j.concept_of("code", recorded.codes);
        j.reference("subject", visit.patient);
        j.reference("encounter", visit.encounter);
        j.moment("onsetDateTime", recorded.onset);
        if let Some(abatement) = recorded.abatement {
            j.moment("abatementDateTime", abatement);
        }
        j.date("recordedDate", visit.start);
        j.reference("recorder", visit.clinician.person);
    })
}
