//! Allergies and intolerances, asked for at the first general visit.

use super::Life;
use super::visit::Visit;
use crate::concept::{Concept, Profile, hl7, rxnorm, snomed};

/// Something people are allergic to.
struct Allergen {
    code: Concept,
    category: &'static str,
    manifestation: Concept,
    criticality: &'static str,
    percent: f64,
}

const ALLERGENS: &[Allergen] = &[
    Allergen {
        code: rxnorm("7980", "penicillin G"),
        category: "medication",
        manifestation: snomed("247472004", "Wheal"),
        criticality: "high",
        percent: 6.0,
    },
    Allergen {
        code: snomed("762952008", "Peanut"),
        category: "food",
        manifestation: snomed("39579001", "Anaphylaxis"),
        criticality: "high",
        percent: 2.5,
    },
    Allergen {
        code: snomed("256277009", "Grass pollen"),
        category: "environment",
        manifestation: snomed("76067001", "Sneezing"),
        criticality: "low",
        percent: 6.0,
    },
    Allergen {
        code: snomed("84489001", "Mold"),
        category: "environment",
        manifestation: snomed("49727002", "Cough"),
        criticality: "low",
        percent: 3.0,
    },
];

const NONE_KNOWN: Concept = snomed("716186003", "No known allergy");

/// Asks once and writes the answer down.
pub(super) fn record(life: &mut Life<'_>, visit: &Visit) {
    if !visit.is_first {
        return;
    }
    let mut any = false;
    for (at, allergen) in ALLERGENS.iter().enumerate() {
        // Every second cast patient has one allergy, another one each.
        let cast = life.part.is_some() && life.number as usize == at * 2;
        if cast || life.random.chance(allergen.percent) {
            any = true;
            allergic(life, visit, allergen);
        }
    }
    if !any && life.random.chance(20.0) {
        life.write(
            "AllergyIntolerance",
            Profile::us_core("us-core-allergyintolerance"),
            |j| {
                j.concept(
                    "clinicalStatus",
                    &hl7!("allergyintolerance-clinical", "active", "Active"),
                );
                j.concept(
                    "verificationStatus",
                    &hl7!("allergyintolerance-verification", "confirmed", "Confirmed"),
                );
                j.concept("code", &NONE_KNOWN);
                j.reference("patient", visit.patient);
                j.date("recordedDate", visit.start);
            },
        );
    }
}

fn allergic(life: &mut Life<'_>, visit: &Visit, allergen: &Allergen) {
    life.write(
        "AllergyIntolerance",
        Profile::us_core("us-core-allergyintolerance"),
        |j| {
            j.concept(
                "clinicalStatus",
                &hl7!("allergyintolerance-clinical", "active", "Active"),
            );
            j.concept(
                "verificationStatus",
                &hl7!("allergyintolerance-verification", "confirmed", "Confirmed"),
            );
            j.text("type", "allergy");
            j.array("category", |j| j.text_item(allergen.category));
            j.text("criticality", allergen.criticality);
            j.concept("code", &allergen.code);
            j.reference("patient", visit.patient);
            j.reference("encounter", visit.encounter);
            j.date("recordedDate", visit.start);
            j.reference("recorder", visit.clinician.person);
            j.single("reaction", |j| {
                j.concepts("manifestation", &[allergen.manifestation]);
                j.text(
                    "severity",
                    if allergen.criticality == "high" {
                        "severe"
                    } else {
                        "mild"
                    },
                );
            });
        },
    );
}
