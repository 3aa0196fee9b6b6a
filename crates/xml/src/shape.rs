//! Where XML and JSON differ: what is an attribute.

use cresset_definitions::{Element, TypeDef, TypeKind};

/// Whether an element is written as an attribute: the id of whatever is no resource, and the url of
/// an extension.
pub(crate) fn is_attribute(of: &TypeDef, element: &Element) -> bool {
    match element.name {
        "id" => !matches!(of.kind, TypeKind::Resource(_) | TypeKind::AnyResource),
        "url" => of.name == "Extension",
        _ => false,
    }
}
