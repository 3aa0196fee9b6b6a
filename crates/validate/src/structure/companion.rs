//! `_birthDate`: the id and extensions of a primitive, which JSON keeps beside its value.

use cresset_definitions::{Element as Definition, TypeKind};
use cresset_model::{Element, Kind};

use super::{
    Walk,
    object::{ID_ALONE, is_id_alone},
};
use crate::issue::IssueType;
use crate::place::Place;

impl<'t> Walk<'t, '_> {
    /// Checks the companion of a primitive property of `object`.
    pub(super) fn companion(
        &mut self,
        object: Element<'t>,
        value: Element<'t>,
        definition: &'static Definition,
        place: &Place<'_>,
    ) {
        let of = self.tables.type_at(definition.type_ix);
        let Some(of) = of.filter(|t| matches!(t.kind, TypeKind::Primitive(_))) else {
            let text = "must not have a companion with '_': it is no primitive";
            return self.error(IssueType::Structure, place, text);
        };
        if !definition.is_array() {
            self.beside(object.get(definition.name).is_some(), value, place);
            self.object(value, of, place);
            return;
        }
        if !self.is_filled_array(value, place) {
            return;
        }
        for (at, item) in value.items().enumerate() {
            let place = place.index(at);
            let has_value = has_item(object.get(definition.name), at);
            if item.kind() != Kind::Null {
                self.beside(has_value, item, &place);
                self.object(item, of, &place);
            } else if !has_value {
                let text = "must have a value or an extension, not null for both";
                self.error(IssueType::Structure, &place, text);
            }
        }
    }

    /// `ele-1` of a primitive: an id alone says nothing.
    fn beside(&mut self, has_value: bool, companion: Element<'t>, place: &Place<'_>) {
        if !has_value && is_id_alone(companion) {
            self.error(IssueType::Invariant, place, ID_ALONE);
        }
    }
}

/// Whether position `at` of an array of primitives is null because its companion is there.
pub(super) fn stands_for_companion(
    object: Element<'_>,
    definition: &Definition,
    at: usize,
) -> bool {
    let companion = object
        .members()
        .find(|(name, _)| name.strip_prefix('_') == Some(definition.name))
        .map(|(_, value)| value);
    has_item(companion, at)
}

/// Whether an array has something other than null at a position.
fn has_item(array: Option<Element<'_>>, at: usize) -> bool {
    array
        .and_then(|a| a.items().nth(at))
        .is_some_and(|item| item.kind() != Kind::Null)
}
