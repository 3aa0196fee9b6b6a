//! Which parameters have no rows of their own, because those of others say the same.
//!
//! It is found by comparing expressions: `patient` is nearly always the patients among what `subject`
//! gives, and `combo-code` what `code` and `component-code` give together. Such rows would be a sixth of
//! those of an Observation.

use std::collections::BTreeSet;

use cresset_definitions::{Definitions, ParameterIx, ResourceType, SearchParameter, SearchType};

/// Where the rows of a parameter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// It has its own.
    Itself,
    /// Its local references to one type are those of another; all else is its own.
    Alias(Alias),
    /// It has none: all are those of these two.
    Parts([ParameterIx; 2]),
}

impl Held {
    /// The others that must be indexed before this one can be searched by.
    pub(super) fn others(self) -> impl Iterator<Item = ParameterIx> {
        match self {
            Self::Itself => [None, None],
            Self::Alias(alias) => [Some(alias.of), None],
            Self::Parts([first, second]) => [Some(first), Some(second)],
        }
        .into_iter()
        .flatten()
    }
}

/// A parameter whose local references are another's of one target type; its rows are not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The parameter that holds the rows.
    pub of: ParameterIx,
    /// The type its targets are narrowed to.
    pub target: ResourceType,
}

/// Where the rows of each parameter of a build are, in their order.
pub(super) fn held(definitions: &Definitions) -> Vec<Held> {
    let each = definitions.search_parameters().iter().map(|parameter| {
        let others = definitions.search_parameters_of(parameter.resource_type);
        let alias = alias(parameter, others).map(Held::Alias);
        let parts = || parts(parameter, others).map(Held::Parts);
        alias.or_else(parts).unwrap_or(Held::Itself)
    });
    each.collect()
}

/// `patient` is nearly always `subject.where(resolve() is Patient)`.
fn alias(parameter: &SearchParameter, others: &[SearchParameter]) -> Option<Alias> {
    let (base, rest) = parameter.expression.split_once(".where(resolve() is ")?;
    let target = ResourceType::parse(rest.strip_suffix(')')?)?;
    let is_base = |other: &&SearchParameter| {
        other.expression == base && other.search_type == parameter.search_type
    };
    let of = others.iter().find(is_base)?.ix;
    Some(Alias { of, target })
}

/// The two parameters of the same kind that together give what this one gives.
fn parts(parameter: &SearchParameter, others: &[SearchParameter]) -> Option<[ParameterIx; 2]> {
    // References are followed from either end, by one column.
    if parameter.search_type == SearchType::Reference {
        return None;
    }
    let whole = branches(parameter);
    let is_part = |other: &&SearchParameter| {
        let branches = branches(other);
        is_alike(parameter, other) && branches.len() < whole.len() && branches.is_subset(&whole)
    };
    let parts: Vec<&SearchParameter> = others.iter().filter(is_part).collect();
    parts.iter().enumerate().find_map(|(at, first)| {
        let is_rest = |second: &&&SearchParameter| {
            let both: BTreeSet<&str> = &branches(first) | &branches(second);
            both == whole
        };
        let second = parts.iter().skip(at + 1).find(is_rest)?;
        Some([first.ix, second.ix])
    })
}

/// Whether both make the same rows of the same element.
fn is_alike(a: &SearchParameter, b: &SearchParameter) -> bool {
    let parts = |parameter: &SearchParameter| {
        let each = parameter.components.iter();
        each.map(|part| (part.expression, part.search_type))
            .collect::<Vec<_>>()
    };
    a.search_type == b.search_type && parts(a) == parts(b)
}

/// The alternatives of an expression.
fn branches(parameter: &SearchParameter) -> BTreeSet<&'static str> {
    parameter.expression.split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use cresset_definitions::{ResourceType, r4};

    use super::{Held, held};

    #[test]
    fn what_others_say_is_not_said_again() {
        let held = held(r4());
        let of = |name: &str, code: &str| {
            let of = ResourceType::parse(name).unwrap();
            let parameter = r4().search_parameter(of, code).unwrap();
            let code = |ix| r4().search_parameter_at(ix).unwrap().code;
            match held[parameter.ix.place()] {
                Held::Itself => Vec::new(),
                Held::Alias(alias) => vec![code(alias.of)],
                Held::Parts(parts) => parts.map(code).to_vec(),
            }
        };
        assert_eq!(of("Observation", "patient"), ["subject"]);
        assert_eq!(of("Observation", "code"), [] as [&str; 0]);
        for whole in [
            "code",
            "code-value-concept",
            "code-value-quantity",
            "data-absent-reason",
            "value-concept",
            "value-quantity",
        ] {
            let (combo, component) = (format!("combo-{whole}"), format!("component-{whole}"));
            let mut parts = of("Observation", &combo);
            parts.sort_unstable();
            let mut expect = [whole, &component];
            expect.sort_unstable();
            assert_eq!(parts, expect, "{combo}");
        }
    }
}
