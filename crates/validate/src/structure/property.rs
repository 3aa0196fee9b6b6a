//! A property: one value or an array of them, each of the type the table names.

use cresset_definitions::{Element as Definition, Primitive, TypeKind};
use cresset_model::{Element, Kind};

use super::{Walk, companion::stands_for_companion};
use crate::issue::IssueType;
use crate::place::Place;
use crate::{lexical, narrative};

impl<'t> Walk<'t, '_> {
    /// Checks the value of a property of `object`.
    pub(super) fn property(
        &mut self,
        object: Element<'t>,
        value: Element<'t>,
        definition: &'static Definition,
        place: &Place<'_>,
    ) {
        if !definition.is_array() {
            if value.kind() == Kind::Array {
                let text = "must be a single value, not an array";
                return self.malformed(IssueType::Structure, place, text);
            }
            return self.value(value, definition, place);
        }
        if !self.is_filled_array(value, place) {
            return;
        }
        if definition
            .max
            .is_some_and(|max| value.len() > usize::from(max))
        {
            let max = definition.max.unwrap_or_default();
            self.error(
                IssueType::Structure,
                place,
                &format!("must have at most {max} values"),
            );
        }
        for (at, item) in value.items().enumerate() {
            let place = place.index(at);
            if item.kind() == Kind::Null && stands_for_companion(object, definition, at) {
                continue;
            }
            self.value(item, definition, &place);
        }
    }

    /// Whether `value` is an array with items; says so when it is not.
    pub(super) fn is_filled_array(&mut self, value: Element<'t>, place: &Place<'_>) -> bool {
        let text = match (value.kind(), value.len()) {
            (Kind::Array, 0) => "must not be an empty array; leave the element out instead",
            (Kind::Array, _) => return true,
            _ => "must be an array: the element may repeat",
        };
        self.malformed(IssueType::Structure, place, text);
        false
    }

    fn value(&mut self, value: Element<'t>, definition: &'static Definition, place: &Place<'_>) {
        let Some(of) = self.tables.type_at(definition.type_ix) else {
            return;
        };
        match of.kind {
            TypeKind::Primitive(primitive) => self.primitive(value, primitive, definition, place),
            TypeKind::AnyResource => self.inner_resource(value, definition.name, place),
            TypeKind::Complex | TypeKind::Inline | TypeKind::Resource(_) => {
                self.object(value, of, place);
                if definition.name == "modifierExtension" {
                    self.modifier_extension(value, place);
                }
                if of.name == "Reference" {
                    self.reference(value, definition.targets, place);
                }
                let bound = definition.binding.as_ref().and_then(|b| b.value_set);
                let fits = bound.is_none_or(|set| self.coded(value, set, of.name, place));
                // One fault is told once.
                if fits && matches!(of.name, "Coding" | "CodeableConcept") {
                    self.defined(value, definition, place);
                }
                self.doubtful_code(value, definition, place);
            }
        }
    }

    fn primitive(
        &mut self,
        value: Element<'t>,
        primitive: Primitive,
        definition: &'static Definition,
        place: &Place<'_>,
    ) {
        if let Err(fault) = lexical::json_type(primitive, value) {
            return self.malformed(IssueType::Structure, place, fault);
        }
        if let Err(fault) = lexical::form(primitive, value) {
            return self.malformed(IssueType::Value, place, fault);
        }
        let text = value.as_str().unwrap_or_default();
        if let Some(set) = definition.binding.as_ref().and_then(|b| b.value_set) {
            self.code(text, set, place);
        }
        self.doubtful_code(value, definition, place);
        if primitive == Primitive::Xhtml
            && let Err(fault) = narrative::check(text)
        {
            self.error(fault.code, place, fault.text);
        }
    }
}
