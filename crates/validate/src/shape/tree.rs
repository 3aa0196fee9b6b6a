//! A flat list of element ids into a tree.

use cresset_definitions::profile::{DiscriminatorKind, Profile, Slicing};

use super::{Part, Test, Tests, discriminate};

/// Deepest id that is followed; the deepest published one has nine steps.
const DEPTH_MAX: usize = 24;

/// Grows the tree of a profile.
pub(super) fn grow(profile: &'static Profile) -> Part {
    let mut root = Part::new("", None);
    for element in profile.elements {
        if let Some(part) = reach(&mut root, element.id) {
            part.ask(element);
        }
    }
    for element in profile.elements {
        if let Some(slicing) = &element.slicing
            && let Some(part) = reach(&mut root, element.id)
        {
            tell_apart(part, slicing);
        }
    }
    choices(&mut root);
    root
}

/// The part an id names, grown where it is not there yet: `component:systolic.value[x]`.
fn reach<'p>(root: &'p mut Part, id: &'static str) -> Option<&'p mut Part> {
    let mut at = root;
    if id.is_empty() {
        return Some(at);
    }
    for (depth, step) in id.split('.').enumerate() {
        if depth >= DEPTH_MAX {
            return None;
        }
        let (name, slice) = match step.split_once(':') {
            Some((name, slice)) => (name, Some(slice)),
            None => (step, None),
        };
        let name = name.strip_suffix("[x]").unwrap_or(name);
        let found = at.parts.iter().position(|p| p.name == name);
        let position = found.unwrap_or_else(|| {
            at.parts.push(Part::new(name, None));
            at.parts.len() - 1
        });
        at = at.parts.get_mut(position)?;
        if let Some(slice) = slice {
            let found = at.slices.iter().position(|(_, p)| p.slice == Some(slice));
            let position = found.unwrap_or_else(|| {
                at.slices
                    .push((Tests::default(), Part::new(name, Some(slice))));
                at.slices.len() - 1
            });
            at = at.slices.get_mut(position).map(|(_, part)| part)?;
        }
    }
    Some(at)
}

/// Finds out for each slice what its discriminators compare.
fn tell_apart(part: &mut Part, slicing: &'static Slicing) {
    for (tests, slice) in &mut part.slices {
        let found = slicing
            .discriminators
            .iter()
            .map(|d| discriminate::tests(slice, d.kind, d.path));
        *tests = found.collect();
    }
}

/// Slices of a choice are told apart by type, extensions by URL, even where the profile does not
/// say so.
fn choices(part: &mut Part) {
    let unsaid = part.slicing.is_none();
    for (tests, slice) in &mut part.slices {
        if unsaid && tests.is_empty() {
            let by_type = discriminate::types(slice);
            // R4 §2.4.1: extensions are told apart by their URL.
            if by_type.is_empty() || matches!(slice.name, "extension" | "modifierExtension") {
                *tests =
                    std::iter::once(discriminate::tests(slice, DiscriminatorKind::Value, "url"))
                        .collect();
            } else {
                *tests = std::iter::once(vec![("$this".into(), Test::Types(by_type))]).collect();
            }
        }
        choices(slice);
    }
    for inner in &mut part.parts {
        choices(inner);
    }
}
