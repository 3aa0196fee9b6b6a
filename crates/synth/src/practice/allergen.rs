//! What an app can look up to record an allergy: substances under the codes of the drug database that
//! practices license. The codes here are made up, because theirs are not free.

use crate::chart::Chart;
use crate::concept::{Concept, Profile, concept, hl7, rxnorm, snomed};
use crate::datatype::Ref;

/// The made-up code of each, and the code everybody knows it by.
pub(crate) const ALL: [(Concept, Concept); 6] = [
    (
        made_up("demo-1", "penicillin G"),
        rxnorm("7980", "penicillin G"),
    ),
    (made_up("demo-2", "aspirin"), rxnorm("1191", "aspirin")),
    (made_up("demo-3", "ibuprofen"), rxnorm("5640", "ibuprofen")),
    (made_up("demo-4", "Peanut"), snomed("762952008", "Peanut")),
    (
        made_up("demo-5", "Grass pollen"),
        snomed("256277009", "Grass pollen"),
    ),
    (made_up("demo-6", "Mold"), snomed("84489001", "Mold")),
];

const fn made_up(code: &'static str, display: &'static str) -> Concept {
    concept("http://www.fdbhealth.com/", code, display)
}

/// Writes them under these references.
pub(super) fn write(these: &[Ref], chart: &mut Chart) {
    for ((own, known), this) in ALL.iter().zip(these) {
        chart.add(*this, Profile::NONE, |j| {
            j.text("status", "active");
            j.concepts(
                "category",
                &[hl7!("substance-category", "allergen", "Allergen")],
            );
            j.concept_of("code", &[*own, *known]);
        });
    }
}
