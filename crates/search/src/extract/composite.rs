//! Composites: values that belong to one occurrence.

use cresset_fhirpath::{Item, Node};

use super::convert;
use super::plan::Component;
use super::shape::Shape;
use crate::row::IndexValue;

/// Most combinations of one occurrence: a handful of codings times a handful of values is usual.
const COMBINATIONS_MAX: usize = 256;

/// Every combination of the components' values at `occurrence`; none when a component has no value.
pub(super) fn values<'t>(
    components: &'static [Component],
    (resource, occurrence): (Node<'t>, Node<'t>),
    own: &[String],
    add: &mut dyn FnMut(IndexValue<'t>),
) {
    let mut combinations: Vec<Vec<IndexValue<'t>>> = vec![Vec::new()];
    for component in components {
        let mut found = Vec::new();
        for item in component.program.evaluate(resource, occurrence) {
            if let Item::Node(node) = item {
                let found_at = (node.element, Shape::of(node.type_ix));
                convert::values(found_at, component.search_type, own, &mut |value| {
                    found.push(value)
                });
            }
        }
        combinations = combinations
            .iter()
            .flat_map(|begun| {
                found
                    .iter()
                    .map(move |value| [begun.as_slice(), std::slice::from_ref(value)].concat())
            })
            .take(COMBINATIONS_MAX)
            .collect();
    }
    combinations
        .into_iter()
        .for_each(|parts| add(IndexValue::Composite(parts)));
}
