//! References: into this instance, elsewhere, or by identifier.

use std::borrow::Cow;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Element;

use super::convert::text;
use super::shape::Shape;
use crate::row::IndexValue;

/// The resource of this instance that `reference` names: `Type/id` or the same below one of the
/// base URLs `own`; a version is dropped.
pub fn local(reference: &str, own: &[String]) -> Option<(ResourceType, ResourceId)> {
    let below = |base: &String| reference.strip_prefix(base.as_str())?.strip_prefix('/');
    let path = own.iter().find_map(below).unwrap_or(reference);
    let (name, rest) = path.split_once('/')?;
    let id = rest.split_once("/_history/").map_or(rest, |(id, _)| id);
    Some((ResourceType::parse(name)?, id.parse().ok()?))
}

pub(super) fn values<'t>(
    element: Element<'t>,
    shape: Shape,
    own: &[String],
    add: &mut dyn FnMut(IndexValue<'t>),
) {
    match shape {
        Shape::Reference => {
            if let Some(reference) = text(element, "reference") {
                literal(reference, own, add);
            }
            element
                .get("identifier")
                .into_iter()
                .for_each(|identifier| logical(identifier, add));
        }
        Shape::Canonical => {
            let canonical = element.as_str().unwrap_or_default();
            literal(canonical, own, add);
            // 3.1.1.5.12: the URL alone finds every version.
            if let Some((url, _)) = canonical.split_once('|') {
                literal(url, own, add);
            }
        }
        Shape::Uri => literal(element.as_str().unwrap_or_default(), own, add),
        _ => {}
    }
}

fn literal<'t>(reference: &'t str, own: &[String], add: &mut dyn FnMut(IndexValue<'t>)) {
    if reference.is_empty() || reference.starts_with('#') {
        return;
    }
    add(match local(reference, own) {
        Some((resource_type, id)) => IndexValue::Local(resource_type, id),
        None => IndexValue::Elsewhere(Cow::Borrowed(reference)),
    });
}

fn logical<'t>(identifier: Element<'t>, add: &mut dyn FnMut(IndexValue<'t>)) {
    let (system, value) = (text(identifier, "system"), text(identifier, "value"));
    if system.is_some() || value.is_some() {
        add(IndexValue::ReferenceIdentifier {
            system: system.map(Cow::Borrowed),
            value: Cow::Borrowed(value.unwrap_or_default()),
        });
    }
}
