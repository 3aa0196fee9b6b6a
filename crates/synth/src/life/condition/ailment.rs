//! Illnesses and injuries that pass.

use crate::concept::{Concept, icd10, loinc, snomed};
use crate::random::Random;

/// An illness or injury that passes.
#[derive(Debug)]
pub(crate) struct Ailment {
    pub(crate) snomed: Concept,
    pub(super) icd10: Concept,
    ages: (f64, f64),
    women_only: bool,
    pub(crate) is_injury: bool,
    /// How many days it lasts.
    pub(super) days: i64,
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

pub(crate) const NORMAL_LUNGS: Finding = Finding {
    code: loinc("32451-7", "Physical findings of Lungs"),
    value: snomed("48348007", "Normal breath sounds"),
};
pub(crate) const WHEEZING: Finding = Finding {
    code: loinc("32451-7", "Physical findings of Lungs"),
    value: snomed("56018004", "Wheezing"),
};

static ALL: [Ailment; 10] = [
    Ailment::of(
        snomed("195662009", "Acute viral pharyngitis"),
        icd10("J02.9", "Acute pharyngitis, unspecified"),
        10,
    )
    .showing(NORMAL_LUNGS),
    Ailment::of(
        snomed("10509002", "Acute bronchitis"),
        icd10("J20.9", "Acute bronchitis, unspecified"),
        14,
    )
    .showing(WHEEZING),
    Ailment::of(
        snomed("15805002", "Acute sinusitis"),
        icd10("J01.90", "Acute sinusitis, unspecified"),
        12,
    )
    .treated("308192"),
    Ailment::of(
        snomed("43878008", "Streptococcal sore throat"),
        icd10("J02.0", "Streptococcal pharyngitis"),
        9,
    )
    .treated("308192"),
    Ailment::of(
        snomed("65363002", "Otitis media"),
        icd10("H66.90", "Otitis media, unspecified, unspecified ear"),
        10,
    )
    .treated("308192")
    .aged(0.4, 12.0),
    Ailment::of(
        snomed("68566005", "Urinary tract infectious disease"),
        icd10("N39.0", "Urinary tract infection, site not specified"),
        7,
    )
    .treated("1648755")
    .aged(16.0, 95.0)
    .of_women(),
    Ailment::of(
        snomed("25374005", "Gastroenteritis"),
        icd10(
            "K52.9",
            "Noninfective gastroenteritis and colitis, unspecified",
        ),
        5,
    ),
    Ailment::of(
        snomed("279039007", "Low back pain"),
        icd10("M54.50", "Low back pain, unspecified"),
        40,
    )
    .treated("310965")
    .aged(20.0, 90.0),
    Ailment::of(
        snomed("44465007", "Sprain of ankle"),
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
        snomed("284549007", "Laceration of hand"),
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
pub(crate) fn passing(random: &mut Random, age: f64, is_female: bool) -> Option<&'static Ailment> {
    let at = random.between(0, 9);
    let ailment = ALL.get(usize::try_from(at).unwrap_or_default())?;
    let fits = age >= ailment.ages.0 && age <= ailment.ages.1 && (is_female || !ailment.women_only);
    fits.then_some(ailment)
}
