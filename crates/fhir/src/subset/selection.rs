//! Which elements belong to the part asked for.

use cresset_definitions::{Element, ResourceType, TypeDef, TypeKind, r4};

/// A part of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// `_summary=true`
    Summary,
    /// `_summary=text`
    Text,
    /// `_summary=data`
    Data,
    /// `_elements`: names, each with the types it was asked of.
    Elements(Vec<(Vec<ResourceType>, String)>),
}

/// What becomes of one member of an object.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// Left out.
    Dropped,
    /// Copied as it is.
    Whole,
    /// Copied as far as the summary of its own type goes.
    Within(&'static TypeDef),
}

impl Fate {
    fn whole_if(kept: bool) -> Self {
        if kept { Self::Whole } else { Self::Dropped }
    }
}

/// What a part of a resource cannot do without: to be known, and to be understood aright.
const KEPT: [&str; 4] = ["id", "meta", "implicitRules", "modifierExtension"];

impl Selection {
    /// The fate of a member of the resource itself.
    pub(super) fn of_resource(&self, definition: &TypeDef, member: &str) -> Fate {
        if member == "resourceType" {
            return Fate::Whole;
        }
        let name = member.strip_prefix('_').unwrap_or(member);
        let Some(element) = definition.element(name) else {
            return Fate::Dropped;
        };
        let kept = element.min > 0 || KEPT.contains(&name);
        match self {
            Self::Summary => summary(element, member),
            Self::Text => Fate::whole_if(kept || name == "text"),
            Self::Data => Fate::whole_if(name != "text"),
            Self::Elements(named) => {
                Fate::whole_if(kept || named.iter().any(|named| names(named, definition, element)))
            }
        }
    }
}

fn names(named: &(Vec<ResourceType>, String), definition: &TypeDef, element: &Element) -> bool {
    let (types, name) = named;
    let of_type = types
        .iter()
        .any(|t| definition.kind == TypeKind::Resource(*t));
    of_type && (element.name == name || element.choice == Some(name.as_str()))
}

/// The fate of a member of what is inside a summary.
pub(super) fn within(definition: &TypeDef, member: &str) -> Fate {
    let name = member.strip_prefix('_').unwrap_or(member);
    definition
        .element(name)
        .map_or(Fate::Dropped, |element| summary(element, member))
}

fn summary(element: &'static Element, member: &str) -> Fate {
    if !(element.summary || element.min > 0 || element.modifier) {
        return Fate::Dropped;
    }
    // What stands beside a primitive belongs to its value.
    if member.starts_with('_') {
        return Fate::Whole;
    }
    match r4().type_at(element.type_ix) {
        // An extension without its value says nothing.
        Some(of) if of.name != "Extension" && is_structure(of.kind) => Fate::Within(of),
        _ => Fate::Whole,
    }
}

fn is_structure(kind: TypeKind) -> bool {
    matches!(kind, TypeKind::Complex | TypeKind::Inline)
}
