//! Composites: values that belong to one occurrence.

use cresset_definitions::{Component, SearchType, TypeIx};
use cresset_fhirpath::{Item, Node, Program, Route};
use cresset_model::{Element, Kind};

use super::convert;
use super::shape::Shape;
use crate::row::IndexValue;

/// Most combinations of one occurrence: a handful of codings times a handful of values is usual.
const COMBINATIONS_MAX: usize = 256;

/// One component of a composite.
pub(super) struct Part {
    search_type: SearchType,
    ways: Ways,
}

/// How its values are found below an occurrence.
enum Ways {
    /// By plain paths.
    Paths(Vec<Path>),
    Evaluated(Program),
}

struct Path {
    properties: Box<[&'static str]>,
    shape: Shape,
}

impl Part {
    /// Whether its values are found by plain paths.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.ways, Ways::Paths(_))
    }

    /// `None` when the component's expression does not compile.
    pub(super) fn new(component: &Component, at: Option<TypeIx>) -> Option<Self> {
        let program = Program::compile(component.expression).ok()?;
        let paths = at.and_then(|at| program.routes(at)?.iter().map(Path::new).collect());
        let ways = paths.map_or(Ways::Evaluated(program), Ways::Paths);
        Some(Self {
            search_type: component.search_type,
            ways,
        })
    }

    fn values<'t>(&'t self, at: (Node<'t>, Node<'t>), own: &[String]) -> Vec<IndexValue<'t>> {
        let mut found = Vec::new();
        let mut add = |element, shape| {
            convert::values((element, shape), self.search_type, own, &mut |value| {
                // A part is asked for by its code; it takes no modifier.
                if !matches!(value, IndexValue::Said(_) | IndexValue::OfType { .. }) {
                    found.push(value);
                }
            });
        };
        let (resource, occurrence) = at;
        match &self.ways {
            Ways::Paths(paths) => {
                for path in paths {
                    descend(occurrence.element, &path.properties, &mut |element| {
                        add(element, path.shape);
                    });
                }
            }
            Ways::Evaluated(program) => {
                for item in program.evaluate(resource, occurrence) {
                    if let Item::Node(node) = item {
                        add(node.element, Shape::of(node.type_ix));
                    }
                }
            }
        }
        found
    }
}

impl Path {
    /// `None` for a route with a condition.
    fn new(route: &Route) -> Option<Self> {
        let properties = route.elements.iter().map(|e| e.name).collect();
        route.condition.is_none().then(|| Self {
            properties,
            shape: Shape::of(route.type_ix),
        })
    }
}

/// Visits every value at the end of a path, which is as long as the component's expression.
fn descend<'t>(element: Element<'t>, path: &[&str], visit: &mut dyn FnMut(Element<'t>)) {
    let Some((property, rest)) = path.split_first() else {
        return visit(element);
    };
    match element.get(property) {
        Some(list) if list.kind() == Kind::Array => {
            for item in list.items() {
                descend(item, rest, visit);
            }
        }
        Some(member) => descend(member, rest, visit),
        None => {}
    }
}

/// Every combination of the parts' values at an occurrence, given with its resource; none when a
/// part has no value.
pub(super) fn values<'t>(
    parts: &'t [Part],
    at: (Node<'t>, Node<'t>),
    own: &[String],
    add: &mut dyn FnMut(IndexValue<'t>),
) {
    let mut found = Vec::with_capacity(parts.len());
    // The last part is the value, which most occurrences have of one type or none.
    for part in parts.iter().rev() {
        let values = part.values(at, own);
        if values.is_empty() {
            return;
        }
        found.push(values);
    }
    let mut combinations: Vec<Vec<IndexValue<'t>>> = vec![Vec::new()];
    for values in found.iter().rev() {
        let longer = combinations.iter().flat_map(|begun| {
            values
                .iter()
                .map(move |value| [begun.as_slice(), std::slice::from_ref(value)].concat())
        });
        combinations = longer.take(COMBINATIONS_MAX).collect();
    }
    for combination in combinations {
        add(IndexValue::Composite(combination));
    }
}
