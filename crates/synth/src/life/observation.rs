//! The `Observation` resource, whatever is observed.

use super::Life;
use super::visit::Visit;
use crate::concept::{Concept, Profile, Unit, hl7, us_core};
use crate::datatype::{Quantity, Ref};
use crate::json::Json;
use crate::moment::Moment;

pub(super) const VITAL_SIGNS: Concept = hl7!("observation-category", "vital-signs", "Vital Signs");
pub(super) const LABORATORY: Concept = hl7!("observation-category", "laboratory", "Laboratory");
pub(super) const SURVEY: Concept = hl7!("observation-category", "survey", "Survey");
pub(super) const SOCIAL_HISTORY: Concept =
    hl7!("observation-category", "social-history", "Social History");
pub(super) const EXAM: Concept = hl7!("observation-category", "exam", "Exam");
pub(super) const IMAGING: Concept = hl7!("observation-category", "imaging", "Imaging");
pub(super) const PROCEDURE: Concept = hl7!("observation-category", "procedure", "Procedure");
pub(super) const THERAPY: Concept = hl7!("observation-category", "therapy", "Therapy");
pub(super) const ACTIVITY: Concept = hl7!("observation-category", "activity", "Activity");
pub(super) const SDOH: Concept = us_core!("us-core-category", "sdoh", "SDOH");
pub(super) const FUNCTIONAL: Concept =
    us_core!("us-core-category", "functional-status", "Functional Status");
pub(super) const DISABILITY: Concept =
    us_core!("us-core-category", "disability-status", "Disability Status");
pub(super) const COGNITIVE: Concept =
    us_core!("us-core-category", "cognitive-status", "Cognitive Status");

/// Why a value is missing although it was asked for.
pub(super) const UNKNOWN: Concept = hl7!("data-absent-reason", "unknown", "Unknown");

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Quantity(Quantity),
    Concept(Concept),
    Text(&'a str),
    Boolean(bool),
    /// The parts carry the values.
    InParts,
}

/// When it holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effective {
    At(Moment),
    Since(Moment),
}

/// One observation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observed<'a> {
    pub(super) profile: &'static str,
    pub(super) categories: &'a [Concept],
    /// Codes for the one thing observed.
    pub(super) codes: &'a [Concept],
    pub(super) effective: Effective,
    pub(super) value: Value<'a>,
}

impl<'a> Observed<'a> {
    /// An observation made at `moment`.
    pub(super) fn at(
        moment: Moment,
        profile: &'static str,
        categories: &'a [Concept],
        codes: &'a [Concept],
    ) -> Self {
        Self {
            profile,
            categories,
            codes,
            effective: Effective::At(moment),
            value: Value::InParts,
        }
    }

    /// The same with this value.
    pub(super) fn with(self, value: Value<'a>) -> Self {
        Self { value, ..self }
    }
}

/// A quantity value: `value` in units of 10^-`scale`.
pub(super) const fn quantity(value: i64, scale: u32, unit: Unit) -> Value<'static> {
    Value::Quantity(Quantity { value, scale, unit })
}

/// Adds a final observation; `more` writes the members that few observations have.
pub(super) fn write(
    life: &mut Life<'_>,
    visit: &Visit,
    observed: &Observed<'_>,
    more: impl FnOnce(&mut Json),
) -> Ref {
    life.write("Observation", Profile::us_core(observed.profile), |j| {
        j.text("status", "final");
        j.concepts("category", observed.categories);
        j.concept_of("code", observed.codes);
        j.reference("subject", visit.patient);
        j.reference("encounter", visit.encounter);
        match observed.effective {
            Effective::At(moment) => j.moment("effectiveDateTime", moment),
            Effective::Since(moment) => j.period("effectivePeriod", moment, None),
        }
        observed.value.write(j);
        more(j);
    })
}

/// Writes one `component` of an observation.
pub(super) fn component(j: &mut Json, code: &Concept, value: Value<'_>) {
    j.item(|j| {
        j.concept("code", code);
        value.write(j);
    });
}

/// Writes one `component` whose value is unknown.
pub(super) fn component_unknown(j: &mut Json, code: &Concept) {
    j.item(|j| {
        j.concept("code", code);
        j.concept("dataAbsentReason", &UNKNOWN);
    });
}

impl Value<'_> {
    fn write(&self, j: &mut Json) {
        match self {
            Self::Quantity(quantity) => j.quantity("valueQuantity", *quantity),
            Self::Concept(concept) => j.concept("valueCodeableConcept", concept),
            Self::Text(text) => j.text("valueString", text),
            Self::Boolean(boolean) => j.boolean("valueBoolean", *boolean),
            Self::InParts => (),
        }
    }
}
