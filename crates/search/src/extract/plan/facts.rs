//! What the places a parameter is extracted from say about the values it can have.

use cresset_definitions::{Primitive, ResourceType, TypeKind, r4};
use cresset_fhirpath::{Condition, Route};

use crate::extract::shape::Shape;

/// Facts of one parameter; nothing is known when its expression is more than paths.
#[derive(Default)]
pub(crate) struct Facts {
    /// The types its references can point to; empty means any.
    pub(crate) targets: Vec<ResourceType>,
    /// Where every value is a `code`: the systems those codes are from, which the resource does not
    /// write. Empty otherwise.
    pub(crate) code_systems: Vec<&'static str>,
    /// Whether some value is an identifier.
    pub(crate) identifies: bool,
}

impl Facts {
    pub(super) fn of(routes: &[Route]) -> Self {
        Self {
            targets: targets(routes).unwrap_or_default(),
            code_systems: code_systems(routes).unwrap_or_default(),
            identifies: routes
                .iter()
                .any(|route| Shape::of(route.type_ix) == Shape::Identifier),
        }
    }
}

/// All types that some route can point to; `None` when one can point to any.
fn targets(routes: &[Route]) -> Option<Vec<ResourceType>> {
    let mut all = Vec::new();
    for route in routes {
        match route.condition {
            Some(Condition::PointsTo(target)) => all.push(target),
            _ => all.extend(
                route
                    .elements
                    .last()
                    .map(|e| e.targets)
                    .filter(|t| !t.is_empty())?,
            ),
        }
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// The systems of all routes' codes; `None` when a route does not end at a code bound to known ones.
fn code_systems(routes: &[Route]) -> Option<Vec<&'static str>> {
    let mut all = Vec::new();
    for route in routes {
        let element = route.elements.last()?;
        let kind = r4().type_at(element.type_ix)?.kind;
        let binding = element
            .binding
            .as_ref()
            .filter(|_| kind == TypeKind::Primitive(Primitive::Code))?;
        let value_set = r4().value_set_at(binding.value_set?)?;
        all.extend(value_set.systems.iter().map(|s| s.system));
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}
