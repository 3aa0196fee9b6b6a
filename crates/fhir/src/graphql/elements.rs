//! Elements by the names a query gives them.

use cresset_definitions::{TypeDef, TypeIx, TypeKind, r4};
use cresset_fhirpath::Node;
use cresset_model::{Element, Kind};

use super::document::value;
use crate::fault::Fault;

/// Whether fields of a value must be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is a value of its own.
    Leaf,
    /// It is an object.
    Object,
    /// A choice of both.
    Either,
}

/// What there is of one name.
pub(super) struct Found<'r> {
    pub(super) nodes: Vec<Node<'r>>,
    pub(super) is_list: bool,
    pub(super) shape: Shape,
    /// The type, where there is one.
    pub(super) of: Option<&'static TypeDef>,
}

/// The elements of this name: a property (`birthDate`, `valueQuantity`), a choice by its name (`value`),
/// or what stands beside a primitive (`_birthDate`).
pub(super) fn named<'r>(node: Node<'r>, name: &str) -> Result<Found<'r>, Fault> {
    let unknown = || value(format!("{} has no element {name}", node.type_name()));
    let of = r4().type_at(node.type_ix).ok_or_else(unknown)?;
    if let Some(element) = of.element(name) {
        let shape = shape(element.type_ix);
        return Ok(Found {
            nodes: values(node.element, name, element.type_ix),
            is_list: element.is_array(),
            shape,
            of: r4().type_at(element.type_ix),
        });
    }
    let plain = name.strip_prefix('_').and_then(|plain| of.element(plain));
    if let Some(element) = plain.filter(|e| shape(e.type_ix) == Shape::Leaf) {
        let beside = Node::type_called("Element").ok_or_else(unknown)?;
        return Ok(Found {
            nodes: values(node.element, name, beside),
            is_list: element.is_array(),
            shape: Shape::Object,
            of: r4().type_at(beside),
        });
    }
    let mut choices = of.choices(name).peekable();
    if choices.peek().is_none() {
        return Err(unknown());
    }
    let nodes = choices.flat_map(|e| values(node.element, e.name, e.type_ix));
    Ok(Found {
        nodes: nodes.collect(),
        is_list: false,
        shape: Shape::Either,
        of: None,
    })
}

/// What a type's values are.
pub(super) fn shape(type_ix: TypeIx) -> Shape {
    let of = r4().type_at(type_ix);
    if of.is_some_and(|of| matches!(of.kind, TypeKind::Primitive(_))) {
        Shape::Leaf
    } else {
        Shape::Object
    }
}

/// Whether a node is of a type of this name, or of one that specialises it.
pub(super) fn is_of(node: Node<'_>, name: &str) -> Result<bool, Fault> {
    let unknown = || value(format!("There is no type {name}"));
    let wanted = Node::type_called(name).ok_or_else(unknown)?;
    Ok(node.is(wanted))
}

/// Whether a node is a resource.
pub(super) fn is_resource(node: Node<'_>) -> bool {
    let of = r4().type_at(node.type_ix);
    of.is_some_and(|of| matches!(of.kind, TypeKind::Resource(_)))
}

/// A primitive's value as text.
pub(super) fn text_of(element: Element<'_>) -> Option<String> {
    match element.kind() {
        Kind::String => element.as_str().map(str::to_owned),
        Kind::Number => element.number().map(str::to_owned),
        Kind::Bool => element.as_bool().map(|flag| flag.to_string()),
        Kind::Object | Kind::Array | Kind::Null => None,
    }
}

fn values<'r>(of: Element<'r>, name: &str, type_ix: TypeIx) -> Vec<Node<'r>> {
    let Some(found) = of.get(name) else {
        return Vec::new();
    };
    let items: Vec<Element<'r>> = match found.kind() {
        Kind::Array => found.items().collect(),
        _ => vec![found],
    };
    let is_there = items.into_iter().filter(|item| item.kind() != Kind::Null);
    // What any resource may stand for is of the type it says it is.
    is_there
        .map(|item| Node::resource(item).unwrap_or_else(|| Node::typed(item, type_ix)))
        .collect()
}
