//! What the patients share: the practice, its neighbours, its people and places.

mod allergen;
pub(crate) mod clinician;
mod group;
mod organization;
mod place;
pub(crate) mod questionnaire;

use crate::chart::{Chart, Ids};
use crate::concept::Profile;
use crate::datatype::Ref;
use crate::life::medication::{self, Drug};
use crate::moment::Moment;
use clinician::{Clinician, Duty};

/// The references of everything shared; the facts behind them are tables of this module.
#[derive(Debug, Clone)]
pub(crate) struct Practice {
    /// The practice itself, its own organization.
    pub(crate) clinic: Ref,
    pub(crate) hospital: Ref,
    pub(crate) laboratory: Ref,
    pub(crate) pharmacy: Ref,
    /// Insurer of people of working age and their children.
    pub(crate) commercial_payer: Ref,
    /// Insurer of people from 65.
    pub(crate) senior_payer: Ref,
    /// Insurer of people with low income.
    pub(crate) public_payer: Ref,
    pub(crate) clinic_rooms: Ref,
    pub(crate) hospital_ward: Ref,
    pub(crate) emergency_room: Ref,
    pub(crate) endpoint: Ref,
    pub(crate) clinicians: [Clinician; clinician::COUNT],
    medications: Vec<(Drug, Ref)>,
    questionnaires: Vec<Ref>,
    allergens: Vec<Ref>,
}

impl Practice {
    /// The practice whose resources have these ids.
    pub(crate) fn of(ids: &mut Ids) -> Self {
        Self {
            clinic: ids.next("Organization"),
            hospital: ids.next("Organization"),
            laboratory: ids.next("Organization"),
            pharmacy: ids.next("Organization"),
            commercial_payer: ids.next("Organization"),
            senior_payer: ids.next("Organization"),
            public_payer: ids.next("Organization"),
            clinic_rooms: ids.next("Location"),
            hospital_ward: ids.next("Location"),
            emergency_room: ids.next("Location"),
            endpoint: ids.next("Endpoint"),
            clinicians: clinician::roster(ids),
            medications: medication::catalogued()
                .map(|drug| (drug, ids.next("Medication")))
                .collect(),
            questionnaires: questionnaire::ALL
                .iter()
                .map(|_| ids.next("Questionnaire"))
                .collect(),
            allergens: allergen::ALL
                .iter()
                .map(|_| ids.next("Substance"))
                .collect(),
        }
    }

    /// The clinician with this duty who cares for chart `number`; each takes their share.
    pub(crate) fn clinician(&self, duty: Duty, number: u32) -> Clinician {
        let on_duty = || {
            self.clinicians
                .iter()
                .filter(|clinician| clinician.duty == duty)
        };
        let [first, ..] = &self.clinicians;
        let share = number as usize % on_duty().count().max(1);
        *on_duty().nth(share).unwrap_or(first)
    }

    /// The shared `Medication` of a drug that is kept in the formulary.
    pub(crate) fn medication(&self, drug: &Drug) -> Option<Ref> {
        self.medications
            .iter()
            .find(|(known, _)| known.code == drug.code)
            .map(|(_, this)| *this)
    }

    /// The shared resources, `as_of` this day.
    pub(crate) fn chart(&self, as_of: Moment) -> Chart {
        let mut chart = Chart::default();
        organization::write(self, &mut chart);
        place::write(self, &mut chart);
        clinician::write(self, &mut chart);
        for (drug, this) in &self.medications {
            chart.add(*this, Profile::us_core("us-core-medication"), |j| {
                j.concept("code", &drug.code);
                j.text("status", "active");
            });
        }
        for (form, this) in questionnaire::ALL.iter().zip(&self.questionnaires) {
            form.write(&mut chart, *this, as_of);
        }
        allergen::write(&self.allergens, &mut chart);
        chart
    }

    /// Adds the group of these patients.
    pub(crate) fn group(&self, chart: &mut Chart, this: Ref, members: &[Ref]) {
        group::write(chart, this, self.clinic, members);
    }
}
