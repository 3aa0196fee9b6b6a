//! What each panel measures, its usual range, and what disease does to it.

use super::Panel;
use crate::concept::{Concept, Unit, loinc, snomed, unit, unit_shown};
use crate::life::Life;
use crate::life::disease::Disease;
use crate::life::observation::{Value, quantity};
use crate::life::schedule::Purpose;
use crate::life::visit::Visit;
use crate::number::measured;

/// One thing a laboratory determines.
#[derive(Debug)]
pub(super) struct Analyte {
    pub(super) code: Concept,
    pub(super) scale: Scale,
}

/// How its result is expressed.
#[derive(Debug)]
pub(super) enum Scale {
    Measured(Range),
    /// Present or absent.
    Presence,
    /// In words.
    Words(&'static [&'static str]),
}

/// The usual range, in units of 10^-`places`, and what shifts a patient away from its middle.
#[derive(Debug)]
pub(super) struct Range {
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) places: u32,
    pub(super) unit: Unit,
    /// Disease, the middle it leads to, and the deviation around it.
    shifts: &'static [(Disease, f64, f64)],
}

const NEGATIVE: Concept = snomed("260385009", "Negative");
const POSITIVE: Concept = snomed("10828004", "Positive");
const MG_DL: Unit = unit("mg/dL");
const MMOL_L: Unit = unit("mmol/L");

/// The analytes of a panel.
pub(super) fn of(panel: Panel) -> &'static [Analyte] {
    match panel {
        Panel::Metabolic => METABOLIC,
        Panel::Lipids => LIPIDS,
        Panel::BloodCount => BLOOD_COUNT,
        Panel::GlycatedHemoglobin => GLYCATED_HEMOGLOBIN,
        Panel::Albuminuria => ALBUMINURIA,
        Panel::Thyroid => THYROID,
        Panel::Coagulation => COAGULATION,
        Panel::Urinalysis => URINALYSIS,
        Panel::StrepTest => STREP_TEST,
        Panel::PregnancyTest => PREGNANCY_TEST,
        Panel::LeadScreening => LEAD,
    }
}

const fn measured_in(code: Concept, range: (i64, i64, u32), unit: Unit) -> Analyte {
    let (low, high, places) = range;
    Analyte {
        code,
        scale: Scale::Measured(Range {
            low,
            high,
            places,
            unit,
            shifts: &[],
        }),
    }
}

const fn shifted(
    code: Concept,
    range: (i64, i64, u32),
    unit: Unit,
    shifts: &'static [(Disease, f64, f64)],
) -> Analyte {
    let (low, high, places) = range;
    Analyte {
        code,
        scale: Scale::Measured(Range {
            low,
            high,
            places,
            unit,
            shifts,
        }),
    }
}

const METABOLIC: &[Analyte] = &[
    shifted(
        loinc("2345-7", "Glucose [Mass/volume] in Serum or Plasma"),
        (70, 99, 0),
        MG_DL,
        &[(Disease::Diabetes, 148.0, 22.0)],
    ),
    shifted(
        loinc("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma"),
        (7, 20, 0),
        MG_DL,
        &[(Disease::KidneyFailure, 28.0, 4.0)],
    ),
    shifted(
        loinc("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"),
        (60, 120, 2),
        MG_DL,
        &[(Disease::KidneyFailure, 165.0, 15.0)],
    ),
    measured_in(
        loinc("17861-6", "Calcium [Mass/volume] in Serum or Plasma"),
        (86, 103, 1),
        MG_DL,
    ),
    measured_in(
        loinc("2951-2", "Sodium [Moles/volume] in Serum or Plasma"),
        (136, 145, 0),
        MMOL_L,
    ),
    measured_in(
        loinc("2823-3", "Potassium [Moles/volume] in Serum or Plasma"),
        (35, 51, 1),
        MMOL_L,
    ),
    measured_in(
        loinc("2075-0", "Chloride [Moles/volume] in Serum or Plasma"),
        (98, 107, 0),
        MMOL_L,
    ),
    measured_in(
        loinc(
            "2028-9",
            "Carbon dioxide, total [Moles/volume] in Serum or Plasma",
        ),
        (22, 29, 0),
        MMOL_L,
    ),
    shifted(
        loinc(
            "98979-8",
            "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood by Creatinine-based formula (CKD-EPI 2021)",
        ),
        (60, 120, 0),
        unit_shown("mL/min/{1.73_m2}", "mL/min/1.73 m2"),
        &[(Disease::KidneyFailure, 46.0, 5.0)],
    ),
];

const LIPIDS: &[Analyte] = &[
    shifted(
        loinc("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"),
        (125, 199, 0),
        MG_DL,
        &[(Disease::Hyperlipidemia, 218.0, 18.0)],
    ),
    shifted(
        loinc("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma"),
        (50, 149, 0),
        MG_DL,
        &[
            (Disease::Hyperlipidemia, 178.0, 25.0),
            (Disease::Diabetes, 165.0, 25.0),
        ],
    ),
    measured_in(
        loinc(
            "2085-9",
            "Cholesterol in HDL [Mass/volume] in Serum or Plasma",
        ),
        (40, 80, 0),
        MG_DL,
    ),
    shifted(
        loinc(
            "18262-6",
            "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay",
        ),
        (50, 129, 0),
        MG_DL,
        &[(Disease::Hyperlipidemia, 136.0, 18.0)],
    ),
];

const BLOOD_COUNT: &[Analyte] = &[
    measured_in(
        loinc(
            "6690-2",
            "Leukocytes [#/volume] in Blood by Automated count",
        ),
        (45, 110, 1),
        unit("10*3/uL"),
    ),
    measured_in(
        loinc(
            "789-8",
            "Erythrocytes [#/volume] in Blood by Automated count",
        ),
        (390, 570, 2),
        unit("10*6/uL"),
    ),
    shifted(
        loinc("718-7", "Hemoglobin [Mass/volume] in Blood"),
        (120, 170, 1),
        unit("g/dL"),
        &[
            (Disease::IronDeficiency, 106.0, 5.0),
            (Disease::KidneyFailure, 121.0, 6.0),
        ],
    ),
    shifted(
        loinc(
            "4544-3",
            "Hematocrit [Volume Fraction] of Blood by Automated count",
        ),
        (360, 500, 1),
        unit("%"),
        &[(Disease::IronDeficiency, 325.0, 14.0)],
    ),
    shifted(
        loinc("787-2", "MCV [Entitic volume] by Automated count"),
        (800, 1000, 1),
        unit("fL"),
        &[(Disease::IronDeficiency, 740.0, 22.0)],
    ),
    measured_in(
        loinc("777-3", "Platelets [#/volume] in Blood by Automated count"),
        (150, 400, 0),
        unit("10*3/uL"),
    ),
];

const GLYCATED_HEMOGLOBIN: &[Analyte] = &[shifted(
    loinc("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
    (40, 56, 1),
    unit("%"),
    &[(Disease::Diabetes, 74.0, 5.0)],
)];

const ALBUMINURIA: &[Analyte] = &[shifted(
    loinc("14959-1", "Microalbumin/Creatinine [Mass Ratio] in Urine"),
    (2, 29, 0),
    unit("mg/g"),
    &[(Disease::KidneyFailure, 120.0, 25.0)],
)];

const THYROID: &[Analyte] = &[shifted(
    loinc("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma"),
    (40, 450, 2),
    unit("m[IU]/L"),
    &[(Disease::Hypothyroidism, 420.0, 90.0)],
)];

const COAGULATION: &[Analyte] = &[shifted(
    loinc("34714-6", "INR in Blood by Coagulation assay"),
    (8, 12, 1),
    unit_shown("{INR}", "INR"),
    &[(Disease::AtrialFibrillation, 25.0, 2.5)],
)];

const URINALYSIS: &[Analyte] = &[
    Analyte {
        code: loinc("5778-6", "Color of Urine"),
        scale: Scale::Words(&["Yellow", "Straw", "Amber"]),
    },
    measured_in(
        loinc("5803-2", "pH of Urine by Test strip"),
        (50, 80, 1),
        unit_shown("[pH]", "pH"),
    ),
    Analyte {
        code: loinc("20454-5", "Protein [Presence] in Urine by Test strip"),
        scale: Scale::Presence,
    },
    Analyte {
        code: loinc("5802-4", "Nitrite [Presence] in Urine by Test strip"),
        scale: Scale::Presence,
    },
];

const STREP_TEST: &[Analyte] = &[Analyte {
    code: loinc(
        "78012-2",
        "Streptococcus pyogenes Ag [Presence] in Throat by Rapid immunoassay",
    ),
    scale: Scale::Presence,
}];

const PREGNANCY_TEST: &[Analyte] = &[Analyte {
    code: loinc(
        "2106-3",
        "Choriogonadotropin (pregnancy test) [Presence] in Urine",
    ),
    scale: Scale::Presence,
}];

const LEAD: &[Analyte] = &[measured_in(
    loinc("77307-7", "Lead [Mass/volume] in Venous blood"),
    (0, 34, 1),
    unit("ug/dL"),
)];

impl Analyte {
    /// Draws the result for a patient as they are at this visit.
    pub(super) fn draw(&self, life: &mut Life<'_>, visit: &Visit) -> Value<'static> {
        match &self.scale {
            Scale::Measured(range) => range.draw(life, visit),
            Scale::Presence => Value::Concept(if self.is_expected(visit) {
                POSITIVE
            } else {
                NEGATIVE
            }),
            Scale::Words(words) => Value::Text(life.random.pick(words)),
        }
    }

    /// Whether the reason of the visit makes the test positive.
    fn is_expected(&self, visit: &Visit) -> bool {
        match visit.purpose {
            Purpose::Illness(_) => self.code.code != "20454-5",
            Purpose::Antenatal(_) => self.code.code == "2106-3",
            _ => false,
        }
    }
}

impl Range {
    fn draw(&self, life: &mut Life<'_>, visit: &Visit) -> Value<'static> {
        let shift = self
            .shifts
            .iter()
            .find(|(disease, ..)| life.has(*disease, visit.start));
        let (middle, deviation) = shift.map_or_else(
            || {
                (
                    measured(self.low + self.high) / 2.0,
                    measured(self.high - self.low) / 5.5,
                )
            },
            |(_, middle, deviation)| (*middle, *deviation),
        );
        quantity(
            life.random.around(middle, deviation).max(0),
            self.places,
            self.unit,
        )
    }
}
