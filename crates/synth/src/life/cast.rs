//! The first five patients are cast: their parts make sure that five charts show everything a
//! record can hold. Everyone after them is drawn.

use super::disease::Disease;
use crate::person::Sex;

/// Something that happens to a cast patient for certain and to others by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trait {
    /// Had another family name.
    FormerName,
    /// Lived elsewhere before.
    Moved,
    /// Has a suffix to the name.
    Suffix,
    /// Belongs to a tribe.
    Tribal,
    /// Money is short.
    Hardship,
    /// Has died.
    Deceased,
    /// Carries a pacemaker.
    Pacemaker,
    /// Has an artificial knee.
    KneeReplaced,
    /// Was in hospital.
    Hospitalized,
    /// Was pregnant.
    Pregnant,
    /// Breathes oxygen.
    Oxygen,
    /// Refused a vaccine.
    VaccineRefused,
    /// Had a tissue sample examined.
    Biopsy,
    /// Had a chest radiograph.
    Radiograph,
    /// Had an electrocardiogram.
    Electrocardiogram,
    /// Did not let the blood pressure be taken once.
    PressureRefused,
    /// Was examined for memory and mobility.
    Geriatric,
    /// Told the practice of a medicine somebody else prescribed.
    MedicineElsewhere,
    /// Has a record from before without dates.
    UndatedHistory,
}

/// One part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) sex: Sex,
    pub(crate) age_days: i64,
    pub(crate) diseases: &'static [Disease],
    pub(crate) traits: &'static [Trait],
}

/// The part of patient `number`, if they have one.
pub(crate) fn part(number: u32) -> Option<&'static Part> {
    PARTS.get(number as usize)
}

static PARTS: [Part; 5] = [
    Part {
        sex: Sex::Female,
        age_days: 12_500,
        diseases: &[Disease::Asthma, Disease::Depression, Disease::Migraine],
        traits: &[
            Trait::FormerName,
            Trait::Moved,
            Trait::Hardship,
            Trait::Pregnant,
            Trait::MedicineElsewhere,
        ],
    },
    Part {
        sex: Sex::Male,
        age_days: 1_180,
        diseases: &[Disease::AtopicDermatitis],
        traits: &[Trait::Tribal, Trait::VaccineRefused, Trait::UndatedHistory],
    },
    Part {
        sex: Sex::Male,
        age_days: 24_700,
        diseases: &[
            Disease::Diabetes,
            Disease::Hypertension,
            Disease::Hyperlipidemia,
            Disease::KidneyFailure,
            Disease::AtrialFibrillation,
        ],
        traits: &[
            Trait::Suffix,
            Trait::Pacemaker,
            Trait::Hospitalized,
            Trait::Biopsy,
            Trait::Electrocardiogram,
            Trait::PressureRefused,
        ],
    },
    Part {
        sex: Sex::Female,
        age_days: 3_500,
        diseases: &[Disease::Asthma],
        traits: &[Trait::Moved],
    },
    Part {
        sex: Sex::Female,
        age_days: 29_800,
        diseases: &[
            Disease::Copd,
            Disease::Hypertension,
            Disease::Osteoarthritis,
            Disease::Hypothyroidism,
        ],
        traits: &[
            Trait::Oxygen,
            Trait::Deceased,
            Trait::Radiograph,
            Trait::Geriatric,
        ],
    },
];
