//! A value set taken apart, so that it can be asked about many codes.

use std::collections::HashMap;

use cresset_definitions::ValueSet;
use cresset_model::Element;

use super::codes::{items, text};
use super::expand::{Member, Members, built_in_member, listed, named};
use super::filter::Filter;
use super::member::Code;
use super::source::Values;
use crate::fault::Fault;

/// A value set.
pub(super) enum Set {
    /// Of a package or of R4, with its codes.
    BuiltIn(&'static ValueSet),
    /// It only holds an expansion, and is taken at its word.
    Listed(Result<Members, Fault>),
    /// Made of others, and of code systems.
    Composed {
        includes: Vec<Part>,
        excludes: Vec<Part>,
    },
}

/// An include or exclude: what is of its system, and in every value set it names.
pub(super) struct Part {
    pub(super) system: Option<OfSystem>,
    /// By canonical URL.
    pub(super) sets: Vec<String>,
}

/// Codes of a system.
pub(super) struct OfSystem {
    pub(super) url: String,
    /// The same with the version it names.
    pub(super) canonical: String,
    /// The codes that are listed, with the displays they are given; where there are none, all are meant
    /// that pass the filters.
    pub(super) named: HashMap<String, Option<String>>,
    /// One that is not served is a fault for those alone whose answer depends on it.
    pub(super) filters: Vec<Result<Filter, Fault>>,
}

impl Set {
    pub(super) fn of(values: &Values) -> Self {
        let tree = match values.definition() {
            Ok(tree) => tree,
            Err(set) => return Self::BuiltIn(set),
        };
        match tree.root().get("compose") {
            None => Self::Listed(listed(tree)),
            Some(compose) => Self::Composed {
                includes: items(compose, "include").map(Part::of).collect(),
                excludes: items(compose, "exclude").map(Part::of).collect(),
            },
        }
    }
}

impl Part {
    fn of(part: Element<'_>) -> Self {
        let sets = items(part, "valueSet").filter_map(Element::as_str);
        Self {
            system: text(part, "system").map(|system| OfSystem::of(system, part)),
            sets: sets.map(str::to_owned).collect(),
        }
    }
}

impl OfSystem {
    fn of(url: String, part: Element<'_>) -> Self {
        let mut codes = HashMap::new();
        for (code, display) in named(part) {
            codes.entry(code).or_insert(display);
        }
        Self {
            canonical: canonical(&url, part),
            named: codes,
            filters: items(part, "filter").map(Filter::of).collect(),
            url,
        }
    }
}

/// The system a part of a value set names, in the version it names.
pub(super) fn canonical(system: &str, part: Element<'_>) -> String {
    match text(part, "version") {
        Some(version) => format!("{system}|{version}"),
        None => system.to_owned(),
    }
}

/// The code among those of a value set that lists them.
pub(super) fn among(set: &ValueSet, code: Code<'_>) -> Option<Member> {
    let mut systems = set.systems.iter();
    let of = systems.find(|of| {
        code.system.is_none_or(|wanted| wanted == of.system)
            && of.codes.binary_search(&code.code).is_ok()
    })?;
    Some(built_in_member(of.system, code.code))
}

/// The code among those of an expansion.
pub(super) fn among_listed(members: &Members, code: Code<'_>) -> Option<Member> {
    let found = if let Some(system) = code.system {
        members.get(&(system.to_owned(), code.code.to_owned()))
    } else {
        let mut all = members.iter();
        let found = all.find(|((_, found), _)| found == code.code);
        found.map(|(_, member)| member)
    };
    found.cloned()
}
