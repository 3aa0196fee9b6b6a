//! Chronic diseases: who gets them, when, and what their care consists of.

mod catalogue;

use super::cast::Part;
use super::laboratory::Panel;
use super::medication::Drug;
use crate::concept::Concept;
use crate::datatype::Quantity;
use crate::moment::Moment;
use crate::number::{interpolated, whole};
use crate::person::{Person, YEAR_DAYS};
use crate::random::Random;

/// A chronic disease of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disease {
    Hypertension,
    Hyperlipidemia,
    Diabetes,
    Obesity,
    KidneyFailure,
    CoronarySclerosis,
    HeartFailure,
    AtrialFibrillation,
    Asthma,
    Copd,
    Depression,
    Anxiety,
    Hypothyroidism,
    Osteoarthritis,
    Reflux,
    Migraine,
    IronDeficiency,
    AtopicDermatitis,
    AllergicRhinitis,
}

/// What is known of a disease.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) disease: Disease,
    pub(crate) snomed: Concept,
    pub(crate) icd10: Concept,
    /// How many percent have it, by age in years.
    risk: &'static [(f64, f64)],
    /// Nobody has it before this age, in years.
    onset_min: f64,
    /// Diseases that make this one likelier.
    companions: &'static [Disease],
    /// Visits a year because of it.
    pub(crate) visits_per_year: f64,
    pub(crate) panels: &'static [Panel],
    pub(crate) drugs: &'static [Drug],
    /// The plan and goal of its care, for diseases that are managed by plan.
    pub(crate) plan: Option<&'static CarePlan>,
}

/// How a disease is managed.
#[derive(Debug)]
pub(crate) struct CarePlan {
    pub(crate) category: Concept,
    pub(crate) title: &'static str,
    pub(crate) activities: &'static [Concept],
    pub(crate) goal: Aim,
}

/// What a plan aims at.
#[derive(Debug)]
pub(crate) struct Aim {
    pub(crate) text: &'static str,
    /// The observation that tells whether it is reached.
    pub(crate) measure: Concept,
    pub(crate) detail: Quantity,
}

/// One disease of one patient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Illness {
    pub(crate) disease: Disease,
    pub(crate) onset: Moment,
}

impl Disease {
    /// What is known of it.
    pub(crate) fn facts(self) -> &'static Facts {
        catalogue::ALL
            .iter()
            .find(|facts| facts.disease == self)
            .unwrap_or(&catalogue::HYPERTENSION)
    }
}

/// Draws the diseases of a person as they are `as_of`, in order of onset.
pub(crate) fn draw(
    random: &mut Random,
    person: &Person,
    part: Option<&Part>,
    as_of: Moment,
) -> Vec<Illness> {
    let age = person.age(as_of);
    let mut illnesses: Vec<Illness> = Vec::new();
    for facts in &catalogue::ALL {
        let company = facts
            .companions
            .iter()
            .any(|c| illnesses.iter().any(|illness| illness.disease == *c));
        let risk = interpolated(facts.risk, age) * if company { 2.2 } else { 1.0 };
        let falls_ill = match part {
            Some(part) => part.diseases.contains(&facts.disease),
            None => random.chance(risk),
        };
        if falls_ill && age > facts.onset_min {
            let earliest = facts.onset_min.max(age - 14.0);
            let onset_age = earliest + (age - earliest) * 0.8 * random.unit();
            let onset = person.birth.plus_days(whole(onset_age * YEAR_DAYS));
            illnesses.push(Illness {
                disease: facts.disease,
                onset,
            });
        }
    }
    illnesses.sort_by_key(|illness| illness.onset);
    illnesses
}
