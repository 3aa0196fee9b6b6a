//! Procedures: what was done, and the requests for what is more than a conversation.

use super::Life;
use super::condition::{self, Ailment};
use super::disease::Disease;
use super::observation::{self, EXAM, Observed, PROCEDURE, THERAPY, Value, quantity};
use super::schedule::{Operation, Purpose};
use super::visit::Visit;
use crate::concept::{Concept, Profile, loinc, snomed, unit};
use crate::datatype::Ref;

const RECONCILIATION: Concept = snomed("430193006", "Medication reconciliation");
const EXAMINATION: Concept = snomed("5880005", "Physical examination procedure");
const DEPRESSION_SCREENING: Concept = snomed("171207006", "Depression screening");
const NEEDS_ASSESSMENT: Concept = snomed("710824005", "Assessment of health and social care needs");
const SPIROMETRY: Concept = snomed("127783003", "Spirometry");
const FETAL_HEART: Concept = snomed("225158009", "Auscultation of the fetal heart");
const CHILDBIRTH: Concept = snomed("66348005", "Childbirth");
const SUTURE: Concept = snomed("288086009", "Suture open wound");
const SPLINT: Concept = snomed("274474001", "Bone immobilization");
const OXYGEN: Concept = snomed("57485005", "Oxygen therapy");
const SKIN_BIOPSY: Concept = snomed("240977001", "Biopsy of skin");
const PACEMAKER: Concept = snomed("307280005", "Implantation of cardiac pacemaker");

const KNEE_REPLACEMENT: Concept = snomed("609588000", "Total knee replacement");

const CLINICAL_RESULT: &str = "us-core-observation-clinical-result";

/// Performs what this visit calls for.
pub(super) fn perform(life: &mut Life<'_>, visit: &Visit) {
    match visit.purpose {
        Purpose::WellChild => done(life, visit, EXAMINATION, None),
        Purpose::Checkup => {
            done(life, visit, RECONCILIATION, None);
            if life.random.chance(35.0) {
                done(life, visit, DEPRESSION_SCREENING, None);
            }
            if visit.is_first {
                done(life, visit, NEEDS_ASSESSMENT, None);
            }
        }
        Purpose::FollowUp(disease) => follow_up(life, visit, disease),
        Purpose::Illness(ailment) => examine(life, visit, ailment),
        Purpose::Emergency(ailment) => {
            let code = if ailment.snomed.code == "284549007" {
                SUTURE
            } else {
                SPLINT
            };
            done(life, visit, code, None);
        }
        Purpose::Antenatal(_) => done(life, visit, FETAL_HEART, None),
        Purpose::Delivery => done(
            life,
            visit,
            Concept {
                code: "177184002",
                display: "Normal delivery procedure",
                ..CHILDBIRTH
            },
            None,
        ),
        Purpose::Hospitalization(_) => {
            done(life, visit, OXYGEN, None);
            let flow = (loinc("3151-8", "Inhaled oxygen flow rate"), THERAPY);
            found(life, visit, flow, quantity(2, 0, unit("L/min")));
        }
        Purpose::Consultation(_) => done(life, visit, RECONCILIATION, None),
        Purpose::Operation(operation) => operate(life, visit, operation),
    }
}

fn follow_up(life: &mut Life<'_>, visit: &Visit, disease: Disease) {
    done(life, visit, RECONCILIATION, None);
    let lungs = matches!(disease, Disease::Asthma | Disease::Copd);
    if lungs && visit.age > 6.0 {
        let sound = if life.random.chance(60.0) {
            condition::NORMAL_LUNGS
        } else {
            condition::WHEEZING
        };
        found(life, visit, (sound.code, EXAM), Value::Concept(sound.value));
        done(life, visit, SPIROMETRY, None);
        let share = life
            .random
            .around(if disease == Disease::Copd { 62.0 } else { 78.0 }, 4.0);
        found(
            life,
            visit,
            (loinc("19926-5", "FEV1/FVC"), PROCEDURE),
            quantity(share, 0, unit("%")),
        );
    }
}

fn examine(life: &mut Life<'_>, visit: &Visit, ailment: &Ailment) {
    done(life, visit, EXAMINATION, None);
    if let Some(finding) = ailment.finding {
        found(
            life,
            visit,
            (finding.code, EXAM),
            Value::Concept(finding.value),
        );
    }
}

fn operate(life: &mut Life<'_>, visit: &Visit, operation: Operation) {
    let code = match operation {
        Operation::Biopsy => SKIN_BIOPSY,
        Operation::Pacemaker => PACEMAKER,
        Operation::KneeReplacement => KNEE_REPLACEMENT,
    };
    let surgical = snomed("387713003", "Surgical procedure");
    let request = request(life, visit, (code, surgical), None);
    done(life, visit, code, Some(request));
}

fn found(life: &mut Life<'_>, visit: &Visit, what: (Concept, Concept), value: Value<'_>) {
    let (code, category) = what;
    let observed = Observed::at(
        visit.minute(14),
        CLINICAL_RESULT,
        std::slice::from_ref(&category),
        std::slice::from_ref(&code),
    );
    observation::write(life, visit, &observed.with(value), |_| ());
}

/// Asks for something to be done: a code, and the category of service it belongs to.
pub(super) fn request(
    life: &mut Life<'_>,
    visit: &Visit,
    what: (Concept, Concept),
    reason: Option<Concept>,
) -> Ref {
    let (code, category) = what;
    let (requester, authored) = (life.clinician.person, visit.start.plus_days(-7));
    let problem = visit
        .condition
        .or_else(|| life.problems.first().map(|(_, this)| *this));
    life.write(
        "ServiceRequest",
        Profile::us_core("us-core-servicerequest"),
        |j| {
            j.text("status", "completed");
            j.text("intent", "order");
            j.concepts("category", &[category]);
            j.concept("code", &code);
            j.reference("subject", visit.patient);
            j.reference("encounter", visit.encounter);
            j.period("occurrencePeriod", visit.start, Some(visit.end));
            j.moment("authoredOn", authored);
            j.reference("requester", requester);
            if let Some(reason) = reason {
                j.concepts("reasonCode", &[reason]);
            }
            if let Some(problem) = problem {
                j.references("reasonReference", &[problem]);
            }
        },
    )
}

/// Adds a completed `Procedure`.
fn done(life: &mut Life<'_>, visit: &Visit, code: Concept, request: Option<Ref>) {
    life.write("Procedure", Profile::us_core("us-core-procedure"), |j| {
        if let Some(request) = request {
            j.references("basedOn", &[request]);
        }
        j.text("status", "completed");
        j.concept("code", &code);
        j.reference("subject", visit.patient);
        j.reference("encounter", visit.encounter);
        j.moment("performedDateTime", visit.minute(16));
        j.single("performer", |j| {
            j.reference("actor", visit.clinician.person);
        });
    });
}
