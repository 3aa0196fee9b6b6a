//! The drugs the practice prescribes.

use crate::concept::{Concept, Unit, rxnorm, unit, unit_shown};

/// One drug as it is usually prescribed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drug {
    pub(crate) code: Concept,
    pub(crate) form: Unit,
    /// Forms per dose.
    pub(crate) dose: i64,
    pub(crate) per_day: i64,
    /// Forms handed out at once.
    pub(crate) supply: i64,
    pub(crate) days_supply: i64,
    pub(crate) instruction: &'static str,
    /// Price of one supply in cents.
    pub(crate) price: i64,
    /// Not given to anyone younger, in years.
    pub(crate) age_min: f64,
}

const TABLET: Unit = unit_shown("{tbl}", "tablet");
const CAPSULE: Unit = unit_shown("{capsule}", "capsule");
const PUFF: Unit = unit_shown("{puff}", "puff");

/// A tablet taken so many times a day for three months.
const fn daily(code: Concept, per_day: i64, instruction: &'static str, price: i64) -> Drug {
    Drug {
        code,
        form: TABLET,
        dose: 1,
        per_day,
        supply: 90 * per_day,
        days_supply: 90,
        instruction,
        price,
        age_min: 12.0,
    }
}

const ONE_DAILY: &str = "Take 1 tablet by mouth once daily";
const TWO_DAILY: &str = "Take 1 tablet by mouth twice daily with meals";
const AS_NEEDED: &str = "Take 1 tablet by mouth every 8 hours as needed for pain";

pub(crate) const LISINOPRIL: Drug = daily(
    rxnorm("314076", "lisinopril 10 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_190,
);
pub(crate) const AMLODIPINE: Drug = daily(
    rxnorm("197361", "amlodipine 5 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_240,
);
pub(crate) const ATORVASTATIN: Drug = daily(
    rxnorm("617310", "atorvastatin 20 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_560,
);
pub(crate) const METFORMIN: Drug = daily(
    rxnorm("861007", "metformin hydrochloride 500 MG Oral Tablet"),
    2,
    TWO_DAILY,
    1_420,
);
pub(crate) const INSULIN: Drug = Drug {
    form: unit("mL"),
    dose: 14,
    supply: 10,
    days_supply: 60,
    instruction: "Inject 14 units under the skin at bedtime",
    ..daily(
        rxnorm("285018", "insulin glargine 100 UNT/ML Injectable Solution"),
        1,
        ONE_DAILY,
        8_900,
    )
};
pub(crate) const ASPIRIN: Drug = daily(
    rxnorm("243670", "aspirin 81 MG Oral Tablet"),
    1,
    ONE_DAILY,
    540,
);
pub(crate) const METOPROLOL: Drug = daily(
    rxnorm(
        "866436",
        "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet",
    ),
    1,
    ONE_DAILY,
    1_690,
);
pub(crate) const FUROSEMIDE: Drug = daily(
    rxnorm("313988", "furosemide 40 MG Oral Tablet"),
    1,
    ONE_DAILY,
    980,
);
pub(crate) const WARFARIN: Drug = daily(
    rxnorm("855332", "warfarin sodium 5 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_330,
);
pub(crate) const SERTRALINE: Drug = daily(
    rxnorm("312941", "sertraline 50 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_480,
);
pub(crate) const ESCITALOPRAM: Drug = daily(
    rxnorm("349332", "escitalopram 10 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_510,
);
pub(crate) const LEVOTHYROXINE: Drug = daily(
    rxnorm("966222", "levothyroxine sodium 0.075 MG Oral Tablet"),
    1,
    ONE_DAILY,
    1_710,
);
pub(crate) const FERROUS_SULFATE: Drug = daily(
    rxnorm("310325", "ferrous sulfate 325 MG Oral Tablet"),
    1,
    ONE_DAILY,
    690,
);
pub(crate) const FOLIC_ACID: Drug = daily(
    rxnorm("310410", "folic acid 1 MG Oral Tablet"),
    1,
    ONE_DAILY,
    610,
);
pub(crate) const ACETAMINOPHEN: Drug = daily(
    rxnorm("313782", "acetaminophen 325 MG Oral Tablet"),
    3,
    AS_NEEDED,
    760,
);
pub(crate) const CETIRIZINE: Drug = Drug {
    age_min: 6.0,
    ..daily(
        rxnorm("1014676", "cetirizine hydrochloride 5 MG Oral Tablet"),
        1,
        ONE_DAILY,
        830,
    )
};
pub(crate) const IBUPROFEN: Drug = Drug {
    supply: 30,
    days_supply: 10,
    age_min: 6.0,
    ..daily(
        rxnorm("310965", "ibuprofen 200 MG Oral Tablet"),
        3,
        AS_NEEDED,
        640,
    )
};
pub(crate) const OMEPRAZOLE: Drug = Drug {
    form: CAPSULE,
    instruction: "Take 1 capsule by mouth once daily before breakfast",
    ..daily(
        rxnorm("198051", "omeprazole 20 MG Delayed Release Oral Capsule"),
        1,
        ONE_DAILY,
        1_280,
    )
};
const AMOXICILLIN: Drug = Drug {
    supply: 30,
    days_supply: 10,
    instruction: "Take 1 tablet by mouth three times daily until finished",
    age_min: 0.2,
    ..daily(
        rxnorm("308192", "amoxicillin 500 MG Oral Tablet"),
        3,
        ONE_DAILY,
        1_150,
    )
};
const NITROFURANTOIN: Drug = Drug {
    form: CAPSULE,
    supply: 10,
    days_supply: 5,
    instruction: "Take 1 capsule by mouth twice daily until finished",
    ..daily(
        rxnorm(
            "1648755",
            "nitrofurantoin, macrocrystals 25 MG / nitrofurantoin, monohydrate 75 MG Oral Capsule",
        ),
        2,
        ONE_DAILY,
        2_240,
    )
};
pub(crate) const ALBUTEROL: Drug = Drug {
    dose: 2,
    age_min: 3.0,
    ..inhaled(
        rxnorm(
            "745679",
            "200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
        ),
        "Inhale 2 puffs every 6 hours as needed for wheezing",
    )
};
pub(crate) const FLUTICASONE: Drug = inhaled(
    rxnorm(
        "895994",
        "120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler",
    ),
    "Inhale 1 puff twice daily and rinse the mouth",
);
pub(crate) const FLUTICASONE_SALMETEROL: Drug = inhaled(
    rxnorm(
        "896209",
        "60 ACTUAT fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler",
    ),
    "Inhale 1 puff twice daily and rinse the mouth",
);
pub(crate) const HYDROCORTISONE: Drug = Drug {
    form: unit("g"),
    supply: 30,
    days_supply: 14,
    instruction: "Apply 1 gram thinly to the affected skin twice daily",
    age_min: 0.2,
    ..daily(
        rxnorm("106258", "hydrocortisone 10 MG/ML Topical Cream"),
        2,
        ONE_DAILY,
        890,
    )
};

const fn inhaled(code: Concept, instruction: &'static str) -> Drug {
    Drug {
        code,
        form: PUFF,
        dose: 1,
        per_day: 2,
        supply: 120,
        days_supply: 60,
        instruction,
        price: 4_900,
        age_min: 4.0,
    }
}

/// The drugs that are kept in the practice's formulary and referred to there.
pub(crate) fn catalogued() -> impl Iterator<Item = Drug> {
    [INSULIN, WARFARIN, AMOXICILLIN, SERTRALINE].into_iter()
}

/// The drug for a passing illness with this RxNorm code.
pub(super) fn with_code(code: &str) -> Option<Drug> {
    [AMOXICILLIN, NITROFURANTOIN, IBUPROFEN]
        .into_iter()
        .find(|drug| drug.code.code == code)
}
