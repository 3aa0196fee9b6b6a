//! Pregnancy: antenatal visits, a birth, and what is asked about it.

use super::Life;
use super::cast::Trait;
use super::observation::{self, Observed, SOCIAL_HISTORY, Value};
use super::schedule::{Plan, Purpose, in_office_hours};
use super::visit::Visit;
use crate::concept::{Concept, loinc, snomed};
use crate::moment::Moment;

/// Weeks of pregnancy at which the patient is seen.
const WEEKS: [i64; 6] = [9, 14, 20, 26, 32, 37];

const PREGNANT: Concept = snomed("77386006", "Pregnancy");
const NOT_PREGNANT: Concept = snomed("60001007", "Not pregnant");
const STATUS: Concept = loinc("82810-3", "Pregnancy status");
const INTENT: Concept = loinc("86645-9", "Pregnancy intention in the next year - Reported");

const INTENTS: &[Concept] = &[
    snomed("454381000124105", "Not sure of desire to become pregnant"),
    snomed("454391000124108", "No desire to become pregnant"),
    snomed("454401000124105", "Wants to become pregnant"),
];

/// Plans a pregnancy within the last years, for women of the age for it.
pub(super) fn plan(life: &mut Life<'_>, end: Moment, plans: &mut Vec<Plan>) {
    let birth = end.plus_days(-life.random.between(120, 1_700));
    let age = life.person.age(birth);
    let possible = life.person.is_female() && (20.0..42.0).contains(&age);
    if !possible || !life.befalls(Trait::Pregnant, 30.0) {
        return;
    }
    let conception = birth.plus_days(-39 * 7);
    for week in WEEKS {
        let at = in_office_hours(life, conception.plus_days(week * 7));
        plans.push(Plan {
            at,
            purpose: Purpose::Antenatal(week),
        });
    }
    plans.push(Plan {
        at: birth.at(4, 40),
        purpose: Purpose::Delivery,
    });
}

/// Records whether the patient is pregnant and whether she means to be.
pub(super) fn record(life: &mut Life<'_>, visit: &Visit) {
    let pregnant = matches!(visit.purpose, Purpose::Antenatal(_));
    let asked =
        life.person.is_female() && (15.0..50.0).contains(&visit.age) && visit.purpose.is_general();
    if pregnant || asked {
        let status = Value::Concept(if pregnant { PREGNANT } else { NOT_PREGNANT });
        answer(
            life,
            visit,
            ("us-core-observation-pregnancystatus", STATUS),
            status,
        );
    }
    if asked {
        let intent = Value::Concept(life.random.pick(INTENTS));
        answer(
            life,
            visit,
            ("us-core-observation-pregnancyintent", INTENT),
            intent,
        );
    }
}

fn answer(life: &mut Life<'_>, visit: &Visit, what: (&'static str, Concept), value: Value<'_>) {
    let (profile, code) = what;
    let observed = Observed::at(
        visit.minute(3),
        profile,
        &[SOCIAL_HISTORY],
        std::slice::from_ref(&code),
    );
    observation::write(life, visit, &observed.with(value), |_| ());
}
