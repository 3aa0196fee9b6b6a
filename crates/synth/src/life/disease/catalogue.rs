//! The facts of every chronic disease.

use super::{Aim, CarePlan, Disease, Facts};
use crate::concept::{icd10, loinc, snomed, unit, unit_shown};
use crate::datatype::Quantity;
use crate::life::laboratory::Panel;
use crate::life::medication as drug;

/// Every disease; one that makes others likelier comes before them.
pub(super) static ALL: [Facts; 19] = [
    OBESITY,
    HYPERTENSION,
    HYPERLIPIDEMIA,
    DIABETES,
    KIDNEY_FAILURE,
    CORONARY_SCLEROSIS,
    HEART_FAILURE,
    ATRIAL_FIBRILLATION,
    ATOPIC_DERMATITIS,
    ALLERGIC_RHINITIS,
    ASTHMA,
    COPD,
    DEPRESSION,
    ANXIETY,
    HYPOTHYROIDISM,
    OSTEOARTHRITIS,
    REFLUX,
    MIGRAINE,
    IRON_DEFICIENCY,
];

pub(super) const HYPERTENSION: Facts = Facts {
    disease: Disease::Hypertension,
    snomed: snomed("59621000", "Essential hypertension"),
    icd10: icd10("I10", "Essential (primary) hypertension"),
    risk: &[(20.0, 1.0), (40.0, 14.0), (60.0, 38.0), (80.0, 52.0)],
    onset_min: 22.0,
    companions: &[Disease::Obesity],
    visits_per_year: 0.5,
    panels: &[Panel::Metabolic],
    drugs: &[drug::LISINOPRIL, drug::AMLODIPINE],
    plan: Some(&CarePlan {
        category: snomed("443402002", "Lifestyle education regarding hypertension"),
        title: "Blood pressure management",
        activities: &[
            snomed("386463000", "Prescribed activity/exercise education"),
            snomed(
                "1151000175103",
                "Dietary approaches to stop hypertension diet",
            ),
        ],
        goal: Aim {
            text: "Systolic blood pressure below 140 mmHg",
            measure: loinc("8480-6", "Systolic blood pressure"),
            detail: Quantity {
                value: 140,
                scale: 0,
                unit: unit("mm[Hg]"),
            },
        },
    }),
};

const HYPERLIPIDEMIA: Facts = Facts {
    disease: Disease::Hyperlipidemia,
    snomed: snomed("55822004", "Hyperlipidemia"),
    icd10: icd10("E78.5", "Hyperlipidemia, unspecified"),
    risk: &[(20.0, 1.0), (40.0, 12.0), (60.0, 32.0), (80.0, 36.0)],
    onset_min: 25.0,
    companions: &[Disease::Obesity, Disease::Hypertension],
    visits_per_year: 0.3,
    panels: &[Panel::Lipids],
    drugs: &[drug::ATORVASTATIN],
    plan: None,
};

const DIABETES: Facts = Facts {
    disease: Disease::Diabetes,
    snomed: snomed("44054006", "Diabetes mellitus type 2"),
    icd10: icd10("E11.9", "Type 2 diabetes mellitus without complications"),
    risk: &[(20.0, 0.3), (40.0, 5.0), (60.0, 12.0), (80.0, 15.0)],
    onset_min: 28.0,
    companions: &[Disease::Obesity, Disease::Hypertension],
    visits_per_year: 1.2,
    panels: &[
        Panel::GlycatedHemoglobin,
        Panel::Metabolic,
        Panel::Albuminuria,
    ],
    drugs: &[drug::METFORMIN, drug::INSULIN],
    plan: Some(&CarePlan {
        category: snomed("698360004", "Diabetes self management plan"),
        title: "Diabetes self management",
        activities: &[
            snomed("160670007", "Diabetic diet"),
            snomed("229065009", "Exercise therapy"),
        ],
        goal: Aim {
            text: "Hemoglobin A1c below 7 percent",
            measure: loinc("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
            detail: Quantity {
                value: 70,
                scale: 1,
                unit: unit("%"),
            },
        },
    }),
};

const OBESITY: Facts = Facts {
    disease: Disease::Obesity,
    snomed: snomed("414916001", "Obesity"),
    icd10: icd10("E66.9", "Obesity, unspecified"),
    risk: &[(10.0, 4.0), (30.0, 12.0), (60.0, 18.0), (80.0, 10.0)],
    onset_min: 8.0,
    companions: &[],
    visits_per_year: 0.1,
    panels: &[Panel::Lipids],
    drugs: &[],
    plan: None,
};

const KIDNEY_FAILURE: Facts = Facts {
    disease: Disease::KidneyFailure,
    snomed: snomed("433144002", "Chronic kidney disease stage 3"),
    icd10: icd10("N18.30", "Chronic kidney disease, stage 3 unspecified"),
    risk: &[(40.0, 0.5), (60.0, 5.0), (80.0, 14.0)],
    onset_min: 45.0,
    companions: &[Disease::Hypertension, Disease::Diabetes],
    visits_per_year: 0.5,
    panels: &[Panel::Metabolic, Panel::Albuminuria, Panel::BloodCount],
    drugs: &[],
    plan: None,
};

const CORONARY_SCLEROSIS: Facts = Facts {
    disease: Disease::CoronarySclerosis,
    snomed: snomed("53741008", "Coronary arteriosclerosis"),
    icd10: icd10(
        "I25.10",
        "Atherosclerotic heart disease of native coronary artery without angina pectoris",
    ),
    risk: &[(40.0, 0.5), (60.0, 6.0), (80.0, 14.0)],
    onset_min: 42.0,
    companions: &[Disease::Hyperlipidemia, Disease::Diabetes],
    visits_per_year: 0.6,
    panels: &[Panel::Lipids],
    drugs: &[drug::ASPIRIN, drug::METOPROLOL],
    plan: None,
};

const HEART_FAILURE: Facts = Facts {
    disease: Disease::HeartFailure,
    snomed: snomed("84114007", "Heart failure"),
    icd10: icd10("I50.9", "Heart failure, unspecified"),
    risk: &[(50.0, 0.3), (65.0, 3.0), (85.0, 9.0)],
    onset_min: 50.0,
    companions: &[Disease::CoronarySclerosis, Disease::Hypertension],
    visits_per_year: 1.2,
    panels: &[Panel::Metabolic],
    drugs: &[drug::FUROSEMIDE, drug::METOPROLOL],
    plan: None,
};

const ATRIAL_FIBRILLATION: Facts = Facts {
    disease: Disease::AtrialFibrillation,
    snomed: snomed("49436004", "Atrial fibrillation"),
    icd10: icd10("I48.91", "Unspecified atrial fibrillation"),
    risk: &[(50.0, 0.5), (65.0, 4.0), (85.0, 11.0)],
    onset_min: 48.0,
    companions: &[Disease::Hypertension, Disease::CoronarySclerosis],
    visits_per_year: 1.0,
    panels: &[Panel::Coagulation],
    drugs: &[drug::WARFARIN, drug::METOPROLOL],
    plan: None,
};

const ASTHMA: Facts = Facts {
    disease: Disease::Asthma,
    snomed: snomed("195967001", "Asthma"),
    icd10: icd10("J45.909", "Unspecified asthma, uncomplicated"),
    risk: &[(3.0, 3.0), (10.0, 9.0), (40.0, 7.0), (80.0, 6.0)],
    onset_min: 3.0,
    companions: &[Disease::AtopicDermatitis, Disease::AllergicRhinitis],
    visits_per_year: 0.6,
    panels: &[],
    drugs: &[drug::ALBUTEROL, drug::FLUTICASONE],
    plan: Some(&CarePlan {
        category: snomed("699728000", "Asthma self management"),
        title: "Asthma action plan",
        activities: &[
            snomed("371605008", "Deep breathing and coughing exercises"),
            snomed("710081004", "Smoking cessation therapy"),
        ],
        goal: Aim {
            text: "FEV1/FVC above 70 percent",
            measure: loinc("19926-5", "FEV1/FVC"),
            detail: Quantity {
                value: 70,
                scale: 0,
                unit: unit("%"),
            },
        },
    }),
};

const COPD: Facts = Facts {
    disease: Disease::Copd,
    snomed: snomed("13645005", "Chronic obstructive lung disease"),
    icd10: icd10(
        "J44.9",
        "Chronic obstructive pulmonary disease, unspecified",
    ),
    risk: &[(40.0, 0.5), (60.0, 6.0), (80.0, 11.0)],
    onset_min: 45.0,
    companions: &[],
    visits_per_year: 1.0,
    panels: &[Panel::BloodCount],
    drugs: &[drug::FLUTICASONE_SALMETEROL, drug::ALBUTEROL],
    plan: None,
};

const DEPRESSION: Facts = Facts {
    disease: Disease::Depression,
    snomed: snomed("370143000", "Major depressive disorder"),
    icd10: icd10("F32.A", "Depression, unspecified"),
    risk: &[(12.0, 1.0), (18.0, 7.0), (45.0, 9.0), (80.0, 7.0)],
    onset_min: 12.0,
    companions: &[],
    visits_per_year: 0.9,
    panels: &[],
    drugs: &[drug::SERTRALINE],
    plan: Some(&CarePlan {
        category: snomed("718347000", "Mental health care plan"),
        title: "Depression care",
        activities: &[
            snomed("228557008", "Cognitive and behavioral therapy"),
            snomed("229065009", "Exercise therapy"),
        ],
        goal: Aim {
            text: "PHQ-9 score below 5",
            measure: loinc(
                "44261-6",
                "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
            ),
            detail: Quantity {
                value: 5,
                scale: 0,
                unit: unit_shown("{score}", "score"),
            },
        },
    }),
};

const ANXIETY: Facts = Facts {
    disease: Disease::Anxiety,
    snomed: snomed("21897009", "Generalized anxiety disorder"),
    icd10: icd10("F41.1", "Generalized anxiety disorder"),
    risk: &[(12.0, 1.0), (20.0, 6.0), (50.0, 6.0), (80.0, 3.0)],
    onset_min: 13.0,
    companions: &[Disease::Depression],
    visits_per_year: 0.5,
    panels: &[],
    drugs: &[drug::ESCITALOPRAM],
    plan: None,
};

const HYPOTHYROIDISM: Facts = Facts {
    disease: Disease::Hypothyroidism,
    snomed: snomed("40930008", "Hypothyroidism"),
    icd10: icd10("E03.9", "Hypothyroidism, unspecified"),
    risk: &[(20.0, 1.0), (50.0, 6.0), (80.0, 11.0)],
    onset_min: 20.0,
    companions: &[],
    visits_per_year: 0.5,
    panels: &[Panel::Thyroid],
    drugs: &[drug::LEVOTHYROXINE],
    plan: None,
};

const OSTEOARTHRITIS: Facts = Facts {
    disease: Disease::Osteoarthritis,
    snomed: snomed("396275006", "Osteoarthritis"),
    icd10: icd10("M19.90", "Unspecified osteoarthritis, unspecified site"),
    risk: &[(40.0, 2.0), (60.0, 14.0), (80.0, 26.0)],
    onset_min: 42.0,
    companions: &[Disease::Obesity],
    visits_per_year: 0.3,
    panels: &[],
    drugs: &[drug::ACETAMINOPHEN],
    plan: None,
};

const REFLUX: Facts = Facts {
    disease: Disease::Reflux,
    snomed: snomed("235595009", "Gastroesophageal reflux disease"),
    icd10: icd10(
        "K21.9",
        "Gastro-esophageal reflux disease without esophagitis",
    ),
    risk: &[(18.0, 1.0), (40.0, 8.0), (80.0, 12.0)],
    onset_min: 20.0,
    companions: &[Disease::Obesity],
    visits_per_year: 0.2,
    panels: &[],
    drugs: &[drug::OMEPRAZOLE],
    plan: None,
};

const MIGRAINE: Facts = Facts {
    disease: Disease::Migraine,
    snomed: snomed("37796009", "Migraine"),
    icd10: icd10(
        "G43.909",
        "Migraine, unspecified, not intractable, without status migrainosus",
    ),
    risk: &[(12.0, 2.0), (30.0, 9.0), (60.0, 3.0)],
    onset_min: 12.0,
    companions: &[],
    visits_per_year: 0.3,
    panels: &[],
    drugs: &[drug::IBUPROFEN],
    plan: None,
};

const IRON_DEFICIENCY: Facts = Facts {
    disease: Disease::IronDeficiency,
    snomed: snomed("87522002", "Iron deficiency anemia"),
    icd10: icd10("D50.9", "Iron deficiency anemia, unspecified"),
    risk: &[(12.0, 2.0), (30.0, 4.0), (80.0, 4.0)],
    onset_min: 12.0,
    companions: &[],
    visits_per_year: 0.3,
    panels: &[Panel::BloodCount],
    drugs: &[drug::FERROUS_SULFATE],
    plan: None,
};

const ATOPIC_DERMATITIS: Facts = Facts {
    disease: Disease::AtopicDermatitis,
    snomed: snomed("24079001", "Atopic dermatitis"),
    icd10: icd10("L20.9", "Atopic dermatitis, unspecified"),
    risk: &[(1.0, 12.0), (10.0, 9.0), (30.0, 2.0)],
    onset_min: 0.4,
    companions: &[],
    visits_per_year: 0.3,
    panels: &[],
    drugs: &[drug::HYDROCORTISONE],
    plan: None,
};

const ALLERGIC_RHINITIS: Facts = Facts {
    disease: Disease::AllergicRhinitis,
    snomed: snomed("61582004", "Allergic rhinitis"),
    icd10: icd10("J30.9", "Allergic rhinitis, unspecified"),
    risk: &[(4.0, 4.0), (15.0, 9.0), (50.0, 6.0)],
    onset_min: 3.0,
    companions: &[Disease::AtopicDermatitis],
    visits_per_year: 0.2,
    panels: &[],
    drugs: &[drug::CETIRIZINE],
    plan: None,
};
