//! When a patient comes, and what for.

use super::Life;
use super::cast::Trait;
use super::condition::Ailment;
use super::disease::Disease;
use super::{condition, pregnancy};
use crate::moment::Moment;
use crate::number::{measured, whole};
use crate::person::YEAR_DAYS;
use crate::practice::clinician::Duty;

/// How far back the practice's record of an adult reaches.
const RECORD_YEARS: f64 = 5.5;

/// Ages in months at which an infant is seen, after the first week.
const INFANT_MONTHS: [i64; 11] = [1, 2, 4, 6, 9, 12, 15, 18, 24, 30, 36];

/// What a visit is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Well child visit.
    WellChild,
    /// General examination of an adult.
    Checkup,
    /// Care of a known disease.
    FollowUp(Disease),
    /// A passing illness, seen at the practice.
    Illness(&'static Ailment),
    /// An injury, seen at the emergency department.
    Emergency(&'static Ailment),
    /// Antenatal care; how many weeks pregnant.
    Antenatal(i64),
    /// Birth of a child in hospital.
    Delivery,
    /// Some days in hospital because of a disease.
    Hospitalization(Disease),
    /// A specialist's opinion.
    Consultation(Disease),
    /// An operation at the hospital.
    Operation(Operation),
}

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Biopsy,
    Pacemaker,
    KneeReplacement,
}

/// A visit that is going to happen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) at: Moment,
    pub(crate) purpose: Purpose,
}

impl Purpose {
    /// Who sees the patient; `None` is their own clinician.
    pub(crate) fn duty(self) -> Option<Duty> {
        match self {
            Self::Emergency(_) | Self::Hospitalization(_) => Some(Duty::Emergency),
            Self::Antenatal(_) | Self::Delivery => Some(Duty::Obstetrics),
            Self::Consultation(Disease::Depression | Disease::Anxiety) => {
                Some(Duty::BehavioralHealth)
            }
            Self::Consultation(_) | Self::Operation(Operation::Pacemaker) => Some(Duty::Cardiology),
            Self::Operation(Operation::Biopsy) => Some(Duty::Pathology),
            Self::Operation(Operation::KneeReplacement) => Some(Duty::Orthopedics),
            _ => None,
        }
    }

    /// Whether the patient stays in hospital over night.
    pub(crate) fn is_inpatient(self) -> bool {
        matches!(self, Self::Delivery | Self::Hospitalization(_))
    }

    /// Whether this is a visit of a well person that looks at everything.
    pub(crate) fn is_general(self) -> bool {
        matches!(self, Self::WellChild | Self::Checkup)
    }
}

/// Every visit of the patient's record, in order.
pub(super) fn of(life: &mut Life<'_>) -> Vec<Plan> {
    let end = life.end();
    let from = life
        .person
        .birth
        .max(end.plus_days(-whole(RECORD_YEARS * YEAR_DAYS)));
    let mut plans = Vec::new();
    childhood(life, end, &mut plans);
    checkups(life, from, end, &mut plans);
    diseases(life, from, end, &mut plans);
    mishaps(life, from, end, &mut plans);
    pregnancy::plan(life, end, &mut plans);
    hospital(life, end, &mut plans);
    plans.retain(|plan| plan.at > life.person.birth && plan.at.plus_days(6) < end);
    keep_hospital_days_free(&mut plans);
    plans.sort_by_key(|plan| plan.at);
    introduction(life, &mut plans);
    plans
}

/// Nobody sits in the practice's waiting room while they lie in hospital.
fn keep_hospital_days_free(plans: &mut Vec<Plan>) {
    let away: Vec<Moment> = plans
        .iter()
        .filter(|plan| plan.purpose.is_inpatient())
        .map(|plan| plan.at)
        .collect();
    plans.retain(|plan| {
        let clashes = |day: &Moment| (-1..=6).contains(&plan.at.days_since(*day));
        let in_hospital =
            plan.purpose.is_inpatient() || matches!(plan.purpose, Purpose::Operation(_));
        in_hospital || !away.iter().any(clashes)
    });
}

/// A new patient is examined generally before anything else.
fn introduction(life: &mut Life<'_>, plans: &mut Vec<Plan>) {
    let Some(first) = plans.first().copied() else {
        return;
    };
    let day = life
        .person
        .birth
        .plus_days(3)
        .max(first.at.plus_days(-life.random.between(7, 30)));
    if !first.purpose.is_general() {
        let purpose = if life.person.age(day) < 18.0 {
            Purpose::WellChild
        } else {
            Purpose::Checkup
        };
        plans.insert(
            0,
            Plan {
                at: in_office_hours(life, day).min(first.at.plus_minutes(-120)),
                purpose,
            },
        );
    }
}

/// Office hours on a weekday.
pub(super) fn in_office_hours(life: &mut Life<'_>, day: Moment) -> Moment {
    let (hour, quarter) = (life.random.between(8, 15), life.random.between(0, 3));
    day.on_weekday().at(hour, quarter * 15)
}

fn childhood(life: &mut Life<'_>, end: Moment, plans: &mut Vec<Plan>) {
    let birth = life.person.birth;
    let record_start = end.plus_days(-whole(16.0 * YEAR_DAYS));
    let months = INFANT_MONTHS.map(|month| month * 365 / 12);
    let years = (4..18).map(|year| year * 365 + 12);
    for days in std::iter::once(5).chain(months).chain(years) {
        let day = birth.plus_days(days + life.random.between(0, 12));
        let comes = days < 1_200 || life.random.chance(45.0);
        if day > record_start && day < end && comes {
            plans.push(Plan {
                at: in_office_hours(life, day),
                purpose: Purpose::WellChild,
            });
        }
    }
}

fn checkups(life: &mut Life<'_>, from: Moment, end: Moment, plans: &mut Vec<Plan>) {
    // The last year's examination comes first to be planned: everyone who is still cared for has one.
    let mut day = end.plus_days(-life.random.between(40, 300));
    while day > from && life.person.age(day) >= 18.0 {
        plans.push(Plan {
            at: in_office_hours(life, day),
            purpose: Purpose::Checkup,
        });
        let gap = if life.person.age(day) < 50.0 {
            600
        } else {
            420
        };
        day = day.plus_days(-gap - life.random.between(-60, 120));
    }
}

fn diseases(life: &mut Life<'_>, from: Moment, end: Moment, plans: &mut Vec<Plan>) {
    for (position, illness) in (0_i64..).zip(life.illnesses.clone()) {
        let facts = illness.disease.facts();
        let gap = whole(YEAR_DAYS / facts.visits_per_year);
        let start = illness.onset.max(from);
        // Diseases that were there before the record began are taken up one after the other.
        let mut day = start.plus_days(life.random.between(10, 60) + position * 55);
        while day < end {
            plans.push(Plan {
                at: in_office_hours(life, day),
                purpose: Purpose::FollowUp(illness.disease),
            });
            day = day.plus_days(gap + life.random.between(-gap / 5, gap / 5));
        }
        let referred = matches!(
            illness.disease,
            Disease::AtrialFibrillation
                | Disease::CoronarySclerosis
                | Disease::HeartFailure
                | Disease::Depression
        );
        if referred {
            let day = start.plus_days(life.random.between(90, 150));
            plans.push(Plan {
                at: in_office_hours(life, day),
                purpose: Purpose::Consultation(illness.disease),
            });
        }
    }
}

fn mishaps(life: &mut Life<'_>, from: Moment, end: Moment, plans: &mut Vec<Plan>) {
    let years = measured(end.days_since(from)) / YEAR_DAYS;
    let times = whole(years * 0.25 + life.random.unit() * 1.6);
    for _ in 0..times {
        let day = from.plus_days(life.random.between(20, end.days_since(from).max(21)));
        let (age, is_female) = (life.person.age(day), life.person.is_female());
        let Some(ailment) = condition::passing(&mut life.random, age, is_female) else {
            continue;
        };
        let at = in_office_hours(life, day);
        let purpose = if ailment.is_injury {
            Purpose::Emergency(ailment)
        } else {
            Purpose::Illness(ailment)
        };
        plans.push(Plan { at, purpose });
    }
}

fn hospital(life: &mut Life<'_>, end: Moment, plans: &mut Vec<Plan>) {
    let worst = life.illnesses.iter().find(|illness| {
        matches!(
            illness.disease,
            Disease::HeartFailure | Disease::Copd | Disease::AtrialFibrillation
        )
    });
    if let Some(illness) = worst.copied()
        && life.befalls(Trait::Hospitalized, 45.0)
    {
        let since = illness.onset.max(end.plus_days(-1_500));
        let day = since.plus_days(end.days_since(since) * 3 / 4);
        plans.push(Plan {
            at: day.at(11, 20),
            purpose: Purpose::Hospitalization(illness.disease),
        });
    }
    operations(life, end, plans);
}

fn operations(life: &mut Life<'_>, end: Moment, plans: &mut Vec<Plan>) {
    let middle_aged = life.person.age(end) > 45.0;
    let rhythm = life.has(Disease::AtrialFibrillation, end);
    let joints = life.has(Disease::Osteoarthritis, end);
    let chances = [
        (
            Operation::Biopsy,
            Trait::Biopsy,
            if middle_aged { 9.0 } else { 1.0 },
        ),
        (
            Operation::Pacemaker,
            Trait::Pacemaker,
            if rhythm { 25.0 } else { 0.0 },
        ),
        (
            Operation::KneeReplacement,
            Trait::KneeReplaced,
            if joints { 18.0 } else { 0.0 },
        ),
    ];
    for (operation, fate, percent) in chances {
        if life.befalls(fate, percent) {
            let day = end.plus_days(-life.random.between(100, 900));
            let at = in_office_hours(life, day);
            plans.push(Plan {
                at,
                purpose: Purpose::Operation(operation),
            });
        }
    }
}
