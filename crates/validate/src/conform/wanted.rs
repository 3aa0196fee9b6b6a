//! Prescribed values.

use cresset_model::{Element, Kind};

use crate::shape::Wanted;

impl Wanted {
    /// Whether a value is the one prescribed, or has it among others.
    pub(crate) fn fits(&self, value: Element<'_>) -> bool {
        match self {
            Self::Fixed(tree) => same(tree.root(), value),
            Self::Pattern(tree) => holds(tree.root(), value),
        }
    }

    /// The prescribed value as a short text for people; it comes from the profile, not the resource.
    pub(crate) fn shown(&self) -> String {
        let mut bytes = Vec::new();
        self.tree().root().write(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.len() > 200 {
            return "the value the profile prescribes".to_owned();
        }
        text
    }

    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }
}

/// Whether two values are the same, whatever the order of their members.
fn same(wanted: Element<'_>, value: Element<'_>) -> bool {
    if wanted.kind() != value.kind() || wanted.len() != value.len() {
        return false;
    }
    match wanted.kind() {
        Kind::Object => wanted
            .members()
            .all(|(name, w)| value.get(name).is_some_and(|v| same(w, v))),
        Kind::Array => wanted.items().zip(value.items()).all(|(w, v)| same(w, v)),
        _ => same_leaf(wanted, value),
    }
}

/// Whether a value has everything the pattern has.
fn holds(pattern: Element<'_>, value: Element<'_>) -> bool {
    match (pattern.kind(), value.kind()) {
        (Kind::Object, Kind::Object) => pattern
            .members()
            .all(|(name, p)| value.get(name).is_some_and(|v| holds(p, v))),
        (Kind::Array, Kind::Array) => pattern.items().all(|p| value.items().any(|v| holds(p, v))),
        (a, b) => a == b && same_leaf(pattern, value),
    }
}

fn same_leaf(wanted: Element<'_>, value: Element<'_>) -> bool {
    wanted.as_str() == value.as_str()
        && wanted.number() == value.number()
        && wanted.as_bool() == value.as_bool()
}
