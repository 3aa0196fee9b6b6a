//! Codes that must come from a value set, and codes that their own system does not have.

use cresset_definitions::{Element as Definition, Strength, ValueSet, ValueSetIx};
use cresset_model::Element;

use super::Walk;
use crate::binding::{self, Judgement};
use crate::issue::{IssueType, Severity};
use crate::place::Place;

impl<'t> Walk<'t, '_> {
    /// Checks a `code` (or a string or URI that is one).
    pub(super) fn code(&mut self, code: &str, set: ValueSetIx, place: &Place<'_>) {
        if let Some(set) = self.tables.value_set_at(set)
            && !set.contains_code(code)
        {
            self.wrong(IssueType::CodeInvalid, place, &must_be_of(set));
        }
    }

    /// Checks a `Coding`, `CodeableConcept` or `Quantity`; whether its code fits.
    pub(super) fn coded(
        &mut self,
        value: Element<'t>,
        set: ValueSetIx,
        type_name: &str,
        place: &Place<'_>,
    ) -> bool {
        let Some(set) = self.tables.value_set_at(set) else {
            return true;
        };
        let fits = match type_name {
            "CodeableConcept" => match value.get("coding") {
                Some(codings) => codings.items().any(|c| is_in(c, set)),
                // An extension (data-absent-reason) may say why there is no code.
                None => value.get("extension").is_some(),
            },
            _ => value.get("code").is_none() || is_in(value, set),
        };
        if !fits {
            self.wrong(IssueType::CodeInvalid, place, &must_be_of(set));
        }
        fits
    }

    /// Checks the codes of a `Coding` or `CodeableConcept` against the systems they name (R4 §4.1: what a
    /// system does not define means nothing), whatever value sets ask of them.
    pub(super) fn defined(
        &mut self,
        value: Element<'t>,
        definition: &'static Definition,
        place: &Place<'_>,
    ) {
        match value.get("coding") {
            Some(codings) => {
                let place = place.property("coding", None);
                for (at, coding) in codings.items().enumerate() {
                    self.defined_code(coding, &place.index(at));
                }
            }
            // Those of a concept are looked at with it.
            None if definition.name != "coding" => self.defined_code(value, place),
            None => {}
        }
    }

    fn defined_code(&mut self, coding: Element<'t>, place: &Place<'_>) {
        if !self.profiles.may_be(coding) {
            let system = coding.get("system").and_then(Element::as_str);
            let text = format!("must be a code that {} defines", system.unwrap_or_default());
            self.wrong(IssueType::CodeInvalid, &place.property("code", None), &text);
        }
    }
}

impl<'t> Walk<'t, '_> {
    /// What the other bindings say: extensible ones, and those whose codes R4 alone cannot list.
    pub(super) fn doubtful_code(
        &mut self,
        value: Element<'t>,
        definition: &'static Definition,
        place: &Place<'_>,
    ) {
        let Some(bound) = &definition.binding else {
            return;
        };
        let required = bound.strength == Strength::Required;
        if bound.value_set.is_some() || !(required || self.issues.wants_remarks()) {
            return;
        }
        match binding::judge(bound, value, definition.type_ix, self.profiles) {
            // An operator loaded the codes that R4 does not list.
            Judgement::Outside(Severity::Error, text) => {
                self.wrong(IssueType::CodeInvalid, place, &text);
            }
            Judgement::Outside(severity, text) => {
                let code = IssueType::CodeInvalid;
                self.issues.remark(severity, code, place, &text);
            }
            Judgement::Open if self.issues.wants_open() => {
                binding::leave_open(bound, value, (place, None), self.issues);
            }
            Judgement::Fine | Judgement::Open => {}
        }
    }
}

fn is_in(coded: Element<'_>, set: &ValueSet) -> bool {
    let text = |name| {
        coded
            .get(name)
            .and_then(Element::as_str)
            .unwrap_or_default()
    };
    set.contains(text("system"), text("code"))
}

fn must_be_of(set: &ValueSet) -> String {
    format!("must have a code of the value set {}", set.url)
}
