//! Conditions: the problem list, the diagnoses of a visit, and concerns.

use super::Life;
use super::cast::Trait;
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Profile, hl7, icd10, loinc, snomed, us_core};
use crate::datatype::Ref;
use crate::moment::Moment;
use crate::random::Random;

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
const ASSERTED: &str = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate";

/// An illness or injury that passes.
#[derive(Debug)]
pub(crate) struct Ailment {
    pub(crate) snomed: Concept,
    icd10: Concept,
    ages: (f64, f64),
    women_only: bool,
    pub(crate) is_injury: bool,
    /// How many days it lasts.
    days: i64,
    /// The RxNorm code of the drug of the formulary that is given for it.
    pub(crate) drug: Option<&'static str>,
    /// What the examination of the lungs or throat, or a rapid test, shows.
    pub(crate) finding: Option<Finding>,
}

/// A finding of the examination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finding {
    pub(crate) code: Concept,
    pub(crate) value: Concept,
}

const NORMAL_LUNGS: Finding = Finding {
    code: loinc("32451-7", "Physical findings of Lungs"),
    value: snomed("48348007", "Normal breath sounds (finding)"),
};
const WHEEZING: Finding = Finding {
    code: loinc("32451-7", "Physical findings of Lungs"),
    value: snomed("56018004", "Wheezing (finding)"),
};

static PASSING: [Ailment; 10] = [
    Ailment::of(
        snomed("195662009", "Acute viral pharyngitis (disorder)"),
        icd10("J02.9", "Acute pharyngitis, unspecified"),
        10,
    )
    .showing(NORMAL_LUNGS),
    Ailment::of(
        snomed("10509002", "Acute bronchitis (disorder)"),
        icd10("J20.9", "Acute bronchitis, unspecified"),
        14,
    )
    .showing(WHEEZING),
    Ailment::of(
        snomed("15805002", "Acute sinusitis (disorder)"),
        icd10("J01.90", "Acute sinusitis, unspecified"),
        12,
    )
    .treated("308192"),
    Ailment::of(
        snomed("43878008", "Streptococcal sore throat (disorder)"),
        icd10("J02.0", "Streptococcal pharyngitis"),
        9,
    )
    .treated("308192"),
    Ailment::of(
        snomed("65363002", "Otitis media (disorder)"),
        icd10("H66.90", "Otitis media, unspecified, unspecified ear"),
        10,
    )
    .treated("308192")
    .aged(0.4, 12.0),
    Ailment::of(
        snomed("68566005", "Urinary tract infectious disease (disorder)"),
        icd10("N39.0", "Urinary tract infection, site not specified"),
        7,
    )
    .treated("1648755")
    .aged(16.0, 95.0)
    .of_women(),
    Ailment::of(
        snomed("25374005", "Gastroenteritis (disorder)"),
        icd10(
            "K52.9",
            "Noninfective gastroenteritis and colitis, unspecified",
        ),
        5,
    ),
    Ailment::of(
        snomed("279039007", "Low back pain (finding)"),
        icd10("M54.50", "Low back pain, unspecified"),
        40,
    )
    .treated("310965")
    .aged(20.0, 90.0),
    Ailment::of(
        snomed("44465007", "Sprain of ankle (disorder)"),
        icd10(
            "S93.409A",
            "Sprain of unspecified ligament of unspecified ankle, initial encounter",
        ),
        30,
    )
    .treated("310965")
    .aged(6.0, 80.0)
    .injury(),
    Ailment::of(
        snomed("284549007", "Laceration of hand (disorder)"),
        icd10(
            "S61.419A",
            "Laceration without foreign body of unspecified hand, initial encounter",
        ),
        15,
    )
    .aged(3.0, 85.0)
    .injury(),
];

impl Ailment {
    const fn of(snomed: Concept, icd10: Concept, days: i64) -> Self {
        Self {
            snomed,
            icd10,
            ages: (0.2, 120.0),
            women_only: false,
            is_injury: false,
            days,
            drug: None,
            finding: None,
        }
    }

    const fn treated(self, drug: &'static str) -> Self {
        Self {
            drug: Some(drug),
            ..self
        }
    }

    const fn aged(self, from: f64, to: f64) -> Self {
        Self {
            ages: (from, to),
            ..self
        }
    }

    const fn of_women(self) -> Self {
        Self {
            women_only: true,
            ..self
        }
    }

    const fn injury(self) -> Self {
        Self {
            is_injury: true,
            ..self
        }
    }

    const fn showing(self, finding: Finding) -> Self {
        Self {
            finding: Some(finding),
            ..self
        }
    }
}

/// Draws what befalls a person of this age and sex; `None` if the draw does not fit them.
pub(super) fn passing(random: &mut Random, age: f64, is_female: bool) -> Option<&'static Ailment> {
    let at = random.between(0, 9);
    let ailment = PASSING.get(usize::try_from(at).unwrap_or_default())?;
    let fits = age >= ailment.ages.0 && age <= ailment.ages.1 && (is_female || !ailment.women_only);
    fits.then_some(ailment)
}

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
    for illness in life.illnesses.clone() {
        if illness.onset <= visit.start && life.problem(illness.disease).is_none() {
            let facts = illness.disease.facts();
            let this = write(
                life,
                visit,
                &Recorded {
                    profile: "us-core-condition-problems-health-concerns",
                    categories: &[PROBLEM],
                    codes: &[facts.snomed, facts.icd10],
                    onset: illness.onset,
                    abatement: None,
                },
            );
            life.problems.push((illness.disease, this));
        }
    }
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
        Purpose::Illness(ailment) | Purpose::Emergency(ailment) => Some(diagnosis(
            life,
            visit,
            &[ailment.snomed, ailment.icd10],
            visit.end.plus_days(ailment.days),
        )),
        Purpose::Delivery => {
            let code = snomed("77386006", "Pregnancy (finding)");
            Some(diagnosis(
                life,
                visit,
                &[code, icd10("Z37.0", "Single live birth")],
                visit.end,
            ))
        }
        _ => None,
    };
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
                    snomed("74400008", "Appendicitis (disorder)"),
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
