//! The FHIR data types, written into JSON.

use crate::concept::{Concept, Unit};
use crate::id::Id;
use crate::json::Json;
use crate::moment::Moment;

/// A reference to a resource of this population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ref {
    /// The type of the target.
    pub(crate) resource_type: &'static str,
    /// The id of the target.
    pub(crate) id: Id,
}

/// A `Quantity` in UCUM units: `value` counted in units of 10^-`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantity {
    pub(crate) value: i64,
    pub(crate) scale: u32,
    pub(crate) unit: Unit,
}

/// A point of contact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telecom<'a> {
    /// `phone` or `email`.
    pub(crate) system: &'static str,
    pub(crate) value: &'a str,
    /// `home`, `work` or `mobile`.
    pub(crate) usage: &'static str,
}

impl Json {
    /// A `CodeableConcept` member of one coding.
    pub(crate) fn concept(&mut self, key: &str, concept: &Concept) {
        self.object(key, |j| j.single("coding", |j| j.coding_members(concept)));
    }

    /// A `CodeableConcept` member of all codings for one thing; if they are several, its text says
    /// which words to show.
    pub(crate) fn concept_of(&mut self, key: &str, codings: &[Concept]) {
        if let [only] = codings {
            return self.concept(key, only);
        }
        self.object(key, |j| {
            j.array("coding", |j| {
                for coding in codings {
                    j.item(|j| j.coding_members(coding));
                }
            });
            j.text("text", codings.first().map_or("", |c| c.display));
        });
    }

    /// A member that is a list of `CodeableConcept`s of one coding each.
    pub(crate) fn concepts(&mut self, key: &str, concepts: &[Concept]) {
        self.array(key, |j| concepts.iter().for_each(|c| j.concept_item(c)));
    }

    /// A `CodeableConcept` of one coding as an array's item.
    pub(crate) fn concept_item(&mut self, concept: &Concept) {
        self.item(|j| j.single("coding", |j| j.coding_members(concept)));
    }

    /// A `Coding` member.
    pub(crate) fn coding(&mut self, key: &str, concept: &Concept) {
        self.object(key, |j| j.coding_members(concept));
    }

    /// The members of a `Coding`.
    pub(crate) fn coding_members(&mut self, concept: &Concept) {
        self.text("system", concept.system);
        self.text("code", concept.code);
        if !concept.display.is_empty() {
            self.text("display", concept.display);
        }
    }

    /// A `Quantity` member.
    pub(crate) fn quantity(&mut self, key: &str, quantity: Quantity) {
        self.object(key, |j| {
            j.decimal("value", quantity.value, quantity.scale);
            j.text("unit", quantity.unit.shown);
            j.text("system", "http://unitsofmeasure.org");
            j.text("code", quantity.unit.code);
        });
    }

    /// A `Money` member in US dollars.
    pub(crate) fn money(&mut self, key: &str, cents: i64) {
        self.object(key, |j| {
            j.decimal("value", cents, 2);
            j.text("currency", "USD");
        });
    }

    /// A `Reference` member.
    pub(crate) fn reference(&mut self, key: &str, target: Ref) {
        self.object(key, |j| j.target(target));
    }

    /// A member that is a list of `Reference`s.
    pub(crate) fn references(&mut self, key: &str, targets: &[Ref]) {
        self.array(key, |j| {
            for target in targets {
                j.item(|j| j.target(*target));
            }
        });
    }

    fn target(&mut self, target: Ref) {
        self.joined(
            "reference",
            &[target.resource_type, "/", target.id.as_str()],
        );
    }

    /// A `Period` member; open if it has no end.
    pub(crate) fn period(&mut self, key: &str, start: Moment, end: Option<Moment>) {
        self.object(key, |j| {
            j.moment("start", start);
            if let Some(end) = end {
                j.moment("end", end);
            }
        });
    }

    /// A `Period` member of whole days.
    pub(crate) fn days(&mut self, key: &str, start: Moment, end: Option<Moment>) {
        self.object(key, |j| {
            j.date("start", start);
            if let Some(end) = end {
                j.date("end", end);
            }
        });
    }

    /// An `Identifier` as an array's item.
    pub(crate) fn identifier_item(&mut self, system: &str, value: &str) {
        self.item(|j| {
            j.text("system", system);
            j.text("value", value);
        });
    }

    /// A `ContactPoint` as an array's item.
    pub(crate) fn telecom_item(&mut self, telecom: Telecom<'_>) {
        self.item(|j| {
            j.text("system", telecom.system);
            j.text("value", telecom.value);
            j.text("use", telecom.usage);
        });
    }

    /// A generated narrative; `body` is plain text without markup.
    pub(crate) fn narrative(&mut self, body: &[&str]) {
        self.object("text", |j| {
            j.text("status", "generated");
            let mut parts = vec!["<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>"];
            parts.extend_from_slice(body);
            parts.push("</p></div>");
            j.joined("div", &parts);
        });
    }

    /// The members of an extension with a simple code, string or uri value.
    pub(crate) fn extension_text(&mut self, url: &str, value_key: &str, value: &str) {
        self.item(|j| {
            j.text("url", url);
            j.text(value_key, value);
        });
    }

    /// The `_key` member that says the value of `key` is unknown.
    pub(crate) fn unknown(&mut self, underscored_key: &str) {
        self.object(underscored_key, |j| {
            j.array("extension", |j| {
                j.extension_text(
                    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                    "valueCode",
                    "unknown",
                );
            });
        });
    }
}
