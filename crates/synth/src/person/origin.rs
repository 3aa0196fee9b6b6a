//! Race, ethnicity, tribe and language.

use super::names::Culture;
use crate::concept::{Concept, concept, hl7};
use crate::json::Json;
use crate::random::Random;

/// Where a family's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Heritage {
    #[default]
    White,
    Hispanic,
    Black,
    Asian,
    AsianIndian,
    Native,
    Pacific,
}

/// What the patient says of their origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    heritage: Heritage,
    tribal: bool,
    pub(crate) language: Concept,
}

const ENGLISH: Concept = language("en", "English");
const DINE_NATION: Concept = hl7!(
    "v3-TribalEntityUS",
    "170",
    "Navajo Nation, Arizona, New Mexico & Utah"
);

const fn language(code: &'static str, display: &'static str) -> Concept {
    concept("urn:ietf:bcp:47", code, display)
}

/// A code of the CDC race and ethnicity system.
const fn cdc(code: &'static str, display: &'static str) -> Concept {
    concept("urn:oid:2.16.840.1.113883.6.238", code, display)
}

impl Origin {
    /// Draws an origin that goes with the name.
    pub(crate) fn draw(random: &mut Random, culture: Culture, tribal: bool) -> Self {
        let heritage = if tribal {
            Heritage::Native
        } else {
            culture.heritage
        };
        let at_home = match heritage {
            Heritage::Hispanic => language("es", "Spanish"),
            Heritage::Asian => language("zh", "Chinese"),
            Heritage::AsianIndian => language("hi", "Hindi"),
            _ => ENGLISH,
        };
        let language = if random.chance(30.0) {
            at_home
        } else {
            ENGLISH
        };
        Self {
            heritage,
            tribal: tribal || heritage == Heritage::Native,
            language,
        }
    }

    /// The US Core extensions for race, ethnicity and tribal affiliation, as items of `extension`.
    pub(super) fn extensions(&self, j: &mut Json) {
        let (race, detailed) = self.race();
        j.item(|j| {
            j.array("extension", |j| {
                coding(j, "ombCategory", &race);
                if let Some(detailed) = detailed {
                    coding(j, "detailed", &detailed);
                }
                j.extension_text("text", "valueString", detailed.unwrap_or(race).display);
            });
            j.text(
                "url",
                "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
            );
        });
        let (ethnicity, detailed) = self.ethnicity();
        j.item(|j| {
            j.array("extension", |j| {
                coding(j, "ombCategory", &ethnicity);
                if let Some(detailed) = detailed {
                    coding(j, "detailed", &detailed);
                }
                j.extension_text("text", "valueString", ethnicity.display);
            });
            j.text(
                "url",
                "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity",
            );
        });
        if self.tribal {
            tribe(j);
        }
    }

    fn race(self) -> (Concept, Option<Concept>) {
        match self.heritage {
            Heritage::White | Heritage::Hispanic => (cdc("2106-3", "White"), None),
            Heritage::Black => (cdc("2054-5", "Black or African American"), None),
            Heritage::Asian => (cdc("2028-9", "Asian"), None),
            Heritage::AsianIndian => (cdc("2028-9", "Asian"), Some(cdc("2029-7", "Asian Indian"))),
            Heritage::Native => (
                cdc("1002-5", "American Indian or Alaska Native"),
                Some(cdc("1382-1", "Navajo")),
            ),
            Heritage::Pacific => (
                cdc("2076-8", "Native Hawaiian or Other Pacific Islander"),
                Some(cdc("2080-0", "Samoan")),
            ),
        }
    }

    fn ethnicity(self) -> (Concept, Option<Concept>) {
        match self.heritage {
            Heritage::Hispanic => (
                cdc("2135-2", "Hispanic or Latino"),
                Some(cdc("2148-5", "Mexican")),
            ),
            _ => (cdc("2186-5", "Not Hispanic or Latino"), None),
        }
    }
}

fn coding(j: &mut Json, url: &str, concept: &Concept) {
    j.item(|j| {
        j.text("url", url);
        j.coding("valueCoding", concept);
    });
}

fn tribe(j: &mut Json) {
    j.item(|j| {
        j.array("extension", |j| {
            j.item(|j| {
                j.text("url", "tribalAffiliation");
                j.concept("valueCodeableConcept", &DINE_NATION);
            });
            j.item(|j| {
                j.text("url", "isEnrolled");
                j.boolean("valueBoolean", true);
            });
        });
        j.text(
            "url",
            "http://hl7.org/fhir/us/core/StructureDefinition/us-core-tribal-affiliation",
        );
    });
}
