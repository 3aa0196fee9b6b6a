//! `dom-3`: what is contained is there because something refers to it.

use std::collections::HashSet;

use cresset_model::{Element, Kind};

use super::{Walk, Within};
use crate::issue::IssueType;
use crate::place::Place;

impl<'t> Walk<'t, '_> {
    /// Finds contained resources nothing refers to, and that refer to nothing outside themselves.
    pub(super) fn unused(&mut self, value: Element<'t>, place: &Place<'_>) {
        let Some(contained) = value
            .get("contained")
            .filter(|_| self.within == Within::Nothing)
        else {
            return;
        };
        let mut named = HashSet::new();
        let mut outward = HashSet::new();
        local(value, None, &mut named, &mut outward);
        for (at, inner) in contained.items().enumerate() {
            let id = inner
                .get("id")
                .and_then(Element::as_str)
                .unwrap_or_default();
            if !named.contains(id) && !outward.contains(&inner.place()) {
                let place = place.property("contained", None);
                let text = "must be referred to from the resource that contains it (dom-3)";
                self.error(IssueType::Invariant, &place.index(at), text);
            }
        }
    }
}

/// Collects the ids that local references name, and the contained resources that refer to their
/// container (`#`). The recursion follows the JSON, whose depth the parser bounds.
fn local<'t>(
    value: Element<'t>,
    inside: Option<u32>,
    named: &mut HashSet<&'t str>,
    outward: &mut HashSet<u32>,
) {
    match value.kind() {
        Kind::String => match value.as_str().and_then(|text| text.strip_prefix('#')) {
            Some("") => outward.extend(inside),
            Some(id) => {
                named.insert(id);
            }
            None => {}
        },
        Kind::Array if value.name() == "contained" && inside.is_none() => {
            for item in value.items() {
                local(item, Some(item.place()), named, outward);
            }
        }
        Kind::Array => value
            .items()
            .for_each(|item| local(item, inside, named, outward)),
        Kind::Object => {
            for (_, member) in value.members() {
                local(member, inside, named, outward);
            }
        }
        Kind::Number | Kind::Bool | Kind::Null => {}
    }
}
