//! What R4 itself says of an element, against which a profile is told.

use std::collections::BTreeSet;

use cresset_definitions::{Binding, Element as BaseElement, TypeDef, TypeKind, r4};

/// What R4 says of an element.
#[derive(Default)]
pub(crate) struct Base {
    pub(crate) min: u8,
    pub(crate) max: String,
    pub(crate) types: BTreeSet<String>,
    pub(crate) targets: BTreeSet<String>,
    pub(crate) binding: Option<(String, String)>,
}

impl Base {
    /// Whether the id names an element; the value of a primitive is no element of its own here.
    pub(crate) fn exists(type_name: &str, id: &str) -> bool {
        !id.contains('.') || Self::find(type_name, id).is_some()
    }

    /// The R4 element behind a profile's element id, slices set aside.
    pub(crate) fn at(type_name: &str, id: &str) -> Self {
        let Some((holders, found)) = Self::find(type_name, id) else {
            return Self::default();
        };
        let Some(first) = found.first() else {
            return Self::default();
        };
        let types = found.iter().filter_map(|e| r4().type_at(e.type_ix));
        let required_choice = first.choice.is_some_and(|choice| {
            let required = |r: &&'static str| r.strip_suffix("[x]") == Some(choice);
            holders.iter().any(|t| t.required.iter().any(required))
        });
        Self {
            min: if first.choice.is_some() {
                u8::from(required_choice)
            } else {
                first.min
            },
            max: first.max.map_or_else(|| "*".to_owned(), |n| n.to_string()),
            types: types.map(published_name).collect(),
            targets: found
                .iter()
                .flat_map(|e| e.targets)
                .map(|t| t.name().to_owned())
                .collect(),
            binding: first
                .binding
                .as_ref()
                .map(|b| (strength(b), b.url.to_owned())),
        }
    }

    /// The types that hold the element and its JSON properties, one or those of a choice.
    fn find(type_name: &str, id: &str) -> Option<(Holders, Vec<&'static BaseElement>)> {
        let mut holders: Holders = r4().type_named(type_name).into_iter().collect();
        let mut steps = id.split('.').skip(1).peekable();
        while let Some(step) = steps.next() {
            let (name, slice) = step.split_once(':').unwrap_or((step, ""));
            let found: Vec<_> = holders
                .iter()
                .flat_map(|t| members(t, name, slice))
                .collect();
            if found.is_empty() || steps.peek().is_none() {
                return (!found.is_empty()).then_some((holders, found));
            }
            holders = found
                .iter()
                .filter_map(|e| r4().type_at(e.type_ix))
                .collect();
        }
        None
    }
}

type Holders = Vec<&'static TypeDef>;

/// The properties behind one step: one, or those of a choice (all, or the one its slice names).
fn members(t: &TypeDef, name: &str, slice: &str) -> Vec<&'static BaseElement> {
    match name.strip_suffix("[x]") {
        None => t.element(name).into_iter().collect(),
        Some(choice) => match t.element(slice) {
            Some(one) => vec![one],
            None => t.choices(choice).collect(),
        },
    }
}

fn published_name(t: &TypeDef) -> String {
    let name = match t.kind {
        TypeKind::Inline => t
            .base
            .and_then(|b| r4().type_at(b))
            .map_or(t.name, |b| b.name),
        _ => t.name,
    };
    name.to_owned()
}

fn strength(b: &Binding) -> String {
    format!("{:?}", b.strength).to_ascii_lowercase()
}
