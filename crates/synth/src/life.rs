//! The story of one patient, told visit by visit.
//!
//! [`chart`] draws a person and their diseases, plans the visits ([`schedule`]) and lets each
//! happen ([`visit`]); the modules below write what a visit leaves in the record, one area each.

pub(crate) mod cast;
pub(crate) mod disease;
pub(crate) mod medication;

mod allergy;
mod care;
mod claim;
mod condition;
mod coverage;
mod device;
mod document;
mod encounter;
mod growth;
mod immunization;
mod laboratory;
mod observation;
mod pregnancy;
mod procedure;
mod provenance;
mod report;
mod schedule;
mod screening;
mod social_history;
mod visit;
mod vital_signs;

use crate::chart::{Chart, Ids};
use crate::concept::Profile;
use crate::datatype::Ref;
use crate::json::Json;
use crate::moment::Moment;
use crate::person::Person;
use crate::practice::Practice;
use crate::practice::clinician::{Clinician, Duty};
use crate::random::Random;
use cast::{Part, Trait};
use disease::{Disease, Illness};

/// One patient's life while it is being told.
#[derive(Debug)]
pub(crate) struct Life<'p> {
    pub(crate) practice: &'p Practice,
    /// The patient's number in the population.
    pub(crate) number: u32,
    pub(crate) part: Option<&'static Part>,
    pub(crate) person: Person,
    pub(crate) random: Random,
    pub(crate) as_of: Moment,
    pub(crate) patient: Ref,
    pub(crate) coverage: Ref,
    pub(crate) payer: Ref,
    pub(crate) relative: Ref,
    /// The patient's own clinician.
    pub(crate) clinician: Clinician,
    /// The diseases this patient has or will have, in order of onset.
    pub(crate) illnesses: Vec<Illness>,
    /// The diseases that have been diagnosed, and their problem list entries.
    pub(crate) problems: Vec<(Disease, Ref)>,
    /// When each standing prescription was last written.
    pub(crate) prescribed: Vec<(&'static str, Moment)>,
    /// How many doses of each vaccine series were given, by position in its table.
    pub(crate) doses: Vec<usize>,
    chart: Chart,
    ids: Ids,
    /// The diseases whose care is planned.
    pub(crate) planned: Vec<Disease>,
    /// The diseases whose laboratory work-up is done.
    pub(crate) tested: Vec<Disease>,
    /// How many visits have begun.
    pub(crate) visits: u32,
    /// When the last visit ended.
    pub(crate) last_visit: Moment,
    /// What the next provenance will account for.
    unaccounted: Vec<Ref>,
}

/// The chart of patient `number`.
pub(crate) fn chart(practice: &Practice, seed: u64, number: u32, as_of: Moment) -> Chart {
    let mut life = Life::begin(practice, seed, number, as_of);
    life.register();
    for plan in schedule::of(&mut life) {
        visit::take_place(&mut life, &plan);
    }
    provenance::account(&mut life);
    life.chart
}

/// The reference of patient `number`, without their life.
pub(crate) fn patient_of(seed: u64, number: u32) -> Ref {
    ids_of(seed, number).next("Patient")
}

/// The ids of a patient's chart; chart 0 is the practice's.
fn ids_of(seed: u64, number: u32) -> Ids {
    Ids::of(seed, u64::from(number) + 1)
}

impl<'p> Life<'p> {
    fn begin(practice: &'p Practice, seed: u64, number: u32, as_of: Moment) -> Self {
        let mut random = Random::of(seed, u64::from(number) + 1);
        let mut ids = ids_of(seed, number);
        let part = cast::part(number);
        let person = Person::draw(&mut random, part, as_of);
        let illnesses = disease::draw(&mut random, &person, part, as_of);
        let duty = if person.age(as_of) < 18.0 {
            Duty::Pediatrics
        } else {
            Duty::FamilyMedicine
        };
        Self {
            practice,
            number,
            part,
            payer: coverage::payer(practice, &person, as_of),
            person,
            random,
            as_of,
            patient: ids.next("Patient"),
            coverage: ids.next("Coverage"),
            relative: ids.next("RelatedPerson"),
            clinician: practice.clinician(duty, number),
            illnesses,
            problems: Vec::new(),
            prescribed: Vec::new(),
            doses: Vec::new(),
            chart: Chart::default(),
            ids,
            planned: Vec::new(),
            tested: Vec::new(),
            visits: 0,
            last_visit: as_of,
            unaccounted: Vec::new(),
        }
    }

    /// Writes what exists before the first visit: the patient, a relative, the insurance.
    fn register(&mut self) {
        let person = self.person.clone();
        let (doctor, clinic, as_of) = (self.clinician.person, self.practice.clinic, self.as_of);
        self.write_as(self.patient, Profile::us_core("us-core-patient"), |j| {
            person.patient(j, doctor, clinic, as_of);
        });
        let given = self.random.pick(&[
            "Rosa", "Elena", "Marion", "Robin", "Shawn", "Carmen", "Noor", "Jordan",
        ]);
        let patient = self.patient;
        self.write_as(
            self.relative,
            Profile::us_core("us-core-relatedperson"),
            |j| {
                person.relative(j, patient, given, as_of);
            },
        );
        coverage::write(self);
    }

    /// Adds a resource under a new id.
    pub(crate) fn write(
        &mut self,
        resource_type: &'static str,
        profile: Profile,
        body: impl FnOnce(&mut Json),
    ) -> Ref {
        let this = self.ids.next(resource_type);
        self.write_as(this, profile, body);
        this
    }

    /// Adds a resource under an id that was given out before.
    pub(crate) fn write_as(&mut self, this: Ref, profile: Profile, body: impl FnOnce(&mut Json)) {
        self.chart.add(this, profile, body);
        if profile.is_some() {
            self.unaccounted.push(this);
        }
    }

    /// Gives out the reference of a resource that is written later.
    pub(crate) fn reserve(&mut self, resource_type: &'static str) -> Ref {
        self.ids.next(resource_type)
    }

    /// Whether something befalls this patient: certainly if it is in their part, else by chance.
    pub(crate) fn befalls(&mut self, what: Trait, percent: f64) -> bool {
        self.is_cast_for(what) || self.random.chance(percent)
    }

    /// Whether it is in the patient's part.
    pub(crate) fn is_cast_for(&self, what: Trait) -> bool {
        self.part.is_some_and(|part| part.traits.contains(&what))
    }

    /// Whether the patient had the disease by then, diagnosed or not.
    pub(crate) fn has(&self, disease: Disease, moment: Moment) -> bool {
        self.illnesses
            .iter()
            .any(|illness| illness.disease == disease && illness.onset <= moment)
    }

    /// The problem list entry of a diagnosed disease.
    pub(crate) fn problem(&self, disease: Disease) -> Option<Ref> {
        self.problems
            .iter()
            .find(|(known, _)| *known == disease)
            .map(|(_, this)| *this)
    }

    /// The last moment of the record: death, or the day the population is seen from.
    pub(crate) fn end(&self) -> Moment {
        self.person.death.unwrap_or(self.as_of)
    }
}
