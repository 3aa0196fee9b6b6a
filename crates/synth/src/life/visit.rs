//! One visit: who, where, when, and the order in which its record is made.

use super::Life;
use super::schedule::{Plan, Purpose};
use super::{
    allergy, care, claim, condition, device, document, encounter, immunization, laboratory,
    medication, pregnancy, procedure, provenance, report, screening, social_history, vital_signs,
};
use crate::datatype::Ref;
use crate::moment::Moment;
use crate::practice::clinician::Clinician;

/// A visit that is happening.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) purpose: Purpose,
    pub(crate) patient: Ref,
    pub(crate) encounter: Ref,
    pub(crate) start: Moment,
    pub(crate) end: Moment,
    pub(crate) clinician: Clinician,
    /// The organization that gives the care.
    pub(crate) organization: Ref,
    pub(crate) place: Ref,
    /// The condition the visit is about, once it is known.
    pub(crate) condition: Option<Ref>,
    /// The patient's age in years.
    pub(crate) age: f64,
    /// Whether the patient was never here before.
    pub(crate) is_first: bool,
}

impl Visit {
    /// The time of an event some minutes into the visit.
    pub(crate) fn minute(&self, minutes: i64) -> Moment {
        self.start.plus_minutes(minutes)
    }
}

/// Lets a planned visit happen.
pub(super) fn take_place(life: &mut Life<'_>, plan: &Plan) {
    let mut visit = arrive(life, plan);
    condition::diagnose(life, &mut visit);
    vital_signs::measure(life, &visit);
    social_history::ask(life, &visit);
    screening::screen(life, &visit);
    laboratory::order_for(life, &visit);
    allergy::record(life, &visit);
    immunization::vaccinate(life, &visit);
    pregnancy::record(life, &visit);
    care::plan(life, &visit);
    procedure::perform(life, &visit);
    let orders = medication::prescribe(life, &visit);
    device::implant(life, &visit);
    report::order_for(life, &visit);
    document::note(life, &visit);
    encounter::write(life, &visit);
    claim::settle(life, &visit, &orders);
    provenance::account_when_due(life);
}

fn arrive(life: &mut Life<'_>, plan: &Plan) -> Visit {
    let encounter = life.reserve("Encounter");
    let is_first = life.visits == 0;
    life.visits += 1;
    let practice = life.practice;
    let clinician = plan
        .purpose
        .duty()
        .map_or(life.clinician, |duty| practice.clinician(duty, life.number));
    let minutes = match plan.purpose {
        Purpose::Hospitalization(_) => life.random.between(2, 5) * 1_440,
        Purpose::Delivery => 2 * 1_440 + 300,
        Purpose::Emergency(_) | Purpose::Operation(_) => 180,
        _ => life.random.between(2, 5) * 10,
    };
    let (organization, place) = match plan.purpose {
        Purpose::Emergency(_) => (practice.hospital, practice.emergency_room),
        Purpose::Delivery | Purpose::Hospitalization(_) | Purpose::Operation(_) => {
            (practice.hospital, practice.hospital_ward)
        }
        _ => (practice.clinic, practice.clinic_rooms),
    };
    let end = plan.at.plus_minutes(minutes);
    life.last_visit = end;
    Visit {
        purpose: plan.purpose,
        patient: life.patient,
        encounter,
        start: plan.at,
        end,
        clinician,
        organization,
        place,
        condition: None,
        age: life.person.age(plan.at),
        is_first,
    }
}
