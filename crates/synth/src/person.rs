//! Who a patient is: sex, age, name, origin and home.

pub(crate) mod names;
mod origin;
mod patient;
mod related;

use crate::life::cast::{Part, Trait};
use crate::moment::Moment;
use crate::number::{measured, whole};
use crate::random::Random;
use names::{Culture, Home};
pub(crate) use origin::Origin;

/// Days of a year, leap days included.
pub(crate) const YEAR_DAYS: f64 = 365.25;

/// Sex as recorded at birth; it decides growth, reference ranges and what can happen in a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sex {
    #[default]
    Female,
    Male,
}

/// One patient's lasting facts.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) sex: Sex,
    pub(crate) birth: Moment,
    /// When the patient died, if they did.
    pub(crate) death: Option<Moment>,
    pub(crate) family: &'static str,
    /// The name before the present one.
    pub(crate) former_family: Option<&'static str>,
    pub(crate) given: &'static str,
    pub(crate) middle: &'static str,
    pub(crate) suffix: Option<&'static str>,
    pub(crate) origin: Origin,
    pub(crate) home: Home,
    /// Where the patient lived before, and when they moved.
    pub(crate) former_home: Option<(Home, Moment)>,
    /// Last four digits of the phone number.
    pub(crate) phone: i64,
    /// Medical record number.
    pub(crate) record_number: i64,
    /// How tall for their age and sex, in standard deviations.
    pub(crate) stature: f64,
    /// How heavy for their height, age and sex, in standard deviations.
    pub(crate) build: f64,
    /// Whether money is short, which decides insurance and social needs.
    pub(crate) hardship: bool,
}

impl Person {
    /// Draws a person, who plays `part` if there is one.
    pub(crate) fn draw(random: &mut Random, part: Option<&Part>, as_of: Moment) -> Self {
        let (age_days, sex) = match part {
            Some(part) => (part.age_days, part.sex),
            None => (age_days(random), random.pick(&[Sex::Female, Sex::Male])),
        };
        let birth = as_of
            .plus_days(-age_days)
            .at(random.between(0, 23), random.between(0, 59));
        let fated = |what: Trait| part.is_some_and(|p| p.traits.contains(&what));
        let age = measured(age_days) / YEAR_DAYS;
        let culture = random.pick(Culture::ALL);
        let family = random.pick(culture.families);
        let given = random.pick(culture.given(sex));
        let renamed =
            fated(Trait::FormerName) || (sex == Sex::Female && age > 24.0 && random.chance(30.0));
        let moved = fated(Trait::Moved) || random.chance(15.0);
        Self {
            sex,
            birth,
            death: death(random, fated(Trait::Deceased), age, as_of),
            family,
            former_family: renamed.then(|| another(random, culture.families, family)),
            given,
            middle: another(random, culture.given(sex), given),
            suffix: (fated(Trait::Suffix) || (sex == Sex::Male && random.chance(3.0)))
                .then_some("Jr."),
            origin: Origin::draw(random, culture, fated(Trait::Tribal)),
            home: Home::draw(random),
            former_home: moved.then(|| {
                (
                    Home::draw(random),
                    as_of.plus_days(-age_days.min(random.between(520, 1_800))),
                )
            }),
            phone: random.between(100, 199),
            record_number: random.between(1_000_000, 9_999_999),
            stature: random.bell(),
            build: random.bell(),
            hardship: fated(Trait::Hardship) || random.chance(14.0),
        }
    }

    /// Age in years at `moment`.
    pub(crate) fn age(&self, moment: Moment) -> f64 {
        measured(moment.days_since(self.birth)) / YEAR_DAYS
    }

    /// Whether the patient, if grown up, is married.
    pub(crate) fn is_married(&self) -> bool {
        self.record_number % 5 < 3
    }

    /// Whether the patient is female.
    pub(crate) fn is_female(&self) -> bool {
        self.sex == Sex::Female
    }

    /// One of two values, by sex.
    pub(crate) fn by_sex<T>(&self, female: T, male: T) -> T {
        if self.is_female() { female } else { male }
    }
}

/// One of `names`, but not `name`.
fn another(random: &mut Random, names: &[&'static str], name: &str) -> &'static str {
    let others: Vec<&'static str> = names
        .iter()
        .copied()
        .filter(|other| *other != name)
        .collect();
    random.pick(&others)
}

/// The age of a patient who walks in: children and the old are seen a little more often than they live.
fn age_days(random: &mut Random) -> i64 {
    match random.between(0, 99) {
        0..22 => random.between(60, 6_570),
        22..48 => random.between(6_571, 16_000),
        48..80 => random.between(16_001, 25_500),
        _ => random.between(25_501, 33_500),
    }
}

fn death(random: &mut Random, fated: bool, age: f64, as_of: Moment) -> Option<Moment> {
    let percent = if age > 80.0 {
        22.0
    } else if age > 60.0 {
        6.0
    } else {
        0.3
    };
    (fated || random.chance(percent)).then(|| {
        as_of
            .plus_days(-random.between(30, 500).min(whole(age * YEAR_DAYS / 2.0)))
            .at(random.between(0, 23), random.between(0, 59))
    })
}
