//! Values of a property with their types.

use cresset_definitions::{Element as Definition, TypeIx, TypeKind, r4};
use cresset_fhirpath::Node;
use cresset_model::{Element, Kind};

/// One value of a property.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'t> {
    /// The value; `null` where a primitive has only an id or extensions.
    pub(crate) element: Element<'t>,
    /// The `_name` member beside a primitive.
    companion: Option<Element<'t>>,
    pub(crate) type_ix: TypeIx,
    /// Its definition; absent for a resource.
    pub(crate) definition: Option<&'static Definition>,
    /// Its position, where the property is an array.
    pub(crate) index: Option<usize>,
}

impl<'t> Found<'t> {
    /// A resource, or an element whose definition does not matter.
    pub(crate) fn root(element: Element<'t>, type_ix: TypeIx) -> Self {
        Self {
            element,
            companion: None,
            type_ix,
            definition: None,
            index: None,
        }
    }

    pub(crate) fn node(self) -> Node<'t> {
        Node::beside(self.element, self.companion, self.type_ix)
    }

    /// Its property, and the choice it belongs to.
    pub(crate) fn name(self, otherwise: &'static str) -> (&'static str, Option<&'static str>) {
        self.definition
            .map_or((otherwise, None), |d| (d.name, d.choice))
    }

    /// Whether it has a value rather than only extensions.
    pub(crate) fn has_value(self) -> bool {
        self.element.kind() != Kind::Null
    }

    /// The values of a child, named without the type of a choice or with it.
    pub(crate) fn children(self, name: &str) -> Vec<Found<'t>> {
        let mut out = Vec::new();
        let (Some(of), Some(holder)) = (r4().type_at(self.type_ix), self.holder()) else {
            return out;
        };
        if let Some(definition) = of.element(name) {
            property(holder, definition, &mut out);
        } else {
            for definition in of.choices(name) {
                property(holder, definition, &mut out);
            }
        }
        out
    }

    fn holder(self) -> Option<Element<'t>> {
        if self.element.kind() == Kind::Object {
            Some(self.element)
        } else {
            self.companion
        }
    }
}

fn property<'t>(holder: Element<'t>, definition: &'static Definition, out: &mut Vec<Found<'t>>) {
    let (value, companion) = holder.get_with_companion(definition.name);
    let Some(listed) = value.or(companion) else {
        return;
    };
    if listed.kind() != Kind::Array {
        out.extend(found(listed, companion, definition, None));
        return;
    }
    let mut companions = companion.map(Element::items);
    for (at, item) in listed.items().enumerate() {
        let companion = companions.as_mut().and_then(Iterator::next);
        out.extend(found(item, companion, definition, Some(at)));
    }
}

fn found<'t>(
    element: Element<'t>,
    companion: Option<Element<'t>>,
    definition: &'static Definition,
    index: Option<usize>,
) -> Option<Found<'t>> {
    let companion = companion.filter(|c| c.kind() == Kind::Object);
    if element.kind() == Kind::Null && companion.is_none() {
        return None;
    }
    let any = r4()
        .type_at(definition.type_ix)
        .is_some_and(|t| t.kind == TypeKind::AnyResource);
    let type_ix = if any {
        Node::resource(element)?.type_ix
    } else {
        definition.type_ix
    };
    Some(Found {
        element,
        companion,
        type_ix,
        definition: Some(definition),
        index,
    })
}
