//! What tells a slice apart from the others.

use cresset_definitions::profile::DiscriminatorKind;
use cresset_definitions::{Binding, TypeIx};

use super::{Part, Wanted, type_named};

/// One comparison.
#[derive(Debug)]
pub(crate) enum Test {
    /// It has this value, or has it among others.
    Value(Wanted),
    /// Its code is in a value set.
    Member(&'static Binding),
    /// It is an extension of this URL.
    Url(&'static str),
    /// It is of one of these types.
    Types(Vec<TypeIx>),
    /// It refers to one of these profiles or types.
    Targets(Vec<&'static str>),
    /// It follows one of these profiles.
    Profiles(&'static [&'static str]),
    /// It is there, or is not.
    Exists(bool),
}

/// For each discriminator the comparisons that all must hold, each at a path from the element.
#[derive(Debug, Default)]
pub(crate) struct Tests(Vec<Vec<(Box<str>, Test)>>);

impl Tests {
    /// Whether nothing tells the slice apart.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The comparisons; `None` when a discriminator could not be understood, so that nothing
    /// belongs to the slice.
    pub(crate) fn all(&self) -> Option<impl Iterator<Item = &(Box<str>, Test)>> {
        let known = !self.0.is_empty() && self.0.iter().all(|tests| !tests.is_empty());
        known.then(|| self.0.iter().flatten())
    }
}

impl FromIterator<Vec<(Box<str>, Test)>> for Tests {
    fn from_iter<I: IntoIterator<Item = Vec<(Box<str>, Test)>>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

/// The comparisons of one discriminator for one slice.
pub(super) fn tests(
    slice: &Part,
    kind: DiscriminatorKind,
    path: &'static str,
) -> Vec<(Box<str>, Test)> {
    // An extension's slice is often told by its profile alone.
    if path == "url"
        && let [url] = slice.profiles
        && below(slice, path).is_none_or(|p| p.value.is_none())
    {
        return vec![("url".into(), Test::Url(url))];
    }
    let (walked, resolved) = match path.strip_suffix("resolve()") {
        Some(walked) => (walked.trim_end_matches('.'), true),
        None => (path, false),
    };
    let Some(part) = below(slice, walked) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    match kind {
        DiscriminatorKind::Value | DiscriminatorKind::Pattern => values(part, path, &mut found),
        DiscriminatorKind::Exists => {
            let there = part.max != Some(0);
            found.push((path.into(), Test::Exists(there)));
        }
        DiscriminatorKind::Type | DiscriminatorKind::Profile if resolved => {
            let targets = part.targets.iter().map(|t| t.url).collect();
            let path = if walked.is_empty() { "$this" } else { walked };
            found.push((path.into(), Test::Targets(targets)));
        }
        DiscriminatorKind::Type => {
            let types = types(part);
            if !types.is_empty() {
                found.push((path.into(), Test::Types(types)));
            }
        }
        DiscriminatorKind::Profile => found.push((path.into(), Test::Profiles(part.profiles))),
    }
    found
}

/// The types of a slice: those it names, or the one in its name, as in `valueQuantity`.
pub(super) fn types(part: &Part) -> Vec<TypeIx> {
    if !part.types.is_empty() {
        return part.types.clone();
    }
    let suffix = part.slice.and_then(|slice| slice.strip_prefix(part.name));
    let named = suffix.and_then(|suffix| {
        // A primitive's name begins small.
        let (first, rest) = suffix.split_at_checked(1)?;
        let small = format!("{}{rest}", first.to_ascii_lowercase());
        type_named(suffix).or_else(|| type_named(&small))
    });
    named.into_iter().collect()
}

/// The part of a slice at a path, through slices where it is sliced again.
fn below<'p>(part: &'p Part, path: &str) -> Option<&'p Part> {
    if path.is_empty() || path == "$this" {
        return Some(part);
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let mut candidates = part.parts.iter().filter(|p| p.name == first);
    candidates.find_map(|p| {
        below(p, rest)
            .filter(|found| says_something(found))
            .or_else(|| p.slices.iter().find_map(|(_, slice)| below(slice, rest)))
            .or_else(|| below(p, rest))
    })
}

fn says_something(part: &Part) -> bool {
    part.value.is_some() || part.binding.is_some() || !part.parts.is_empty()
}

/// Every value the part and what lies below it prescribe, at the path of the discriminator.
fn values(part: &Part, path: &str, found: &mut Vec<(Box<str>, Test)>) {
    if let Some(wanted) = &part.value {
        found.push((path.into(), Test::Value(wanted.copied())));
        return;
    }
    for inner in part.parts.iter().chain(part.slices.iter().map(|(_, p)| p)) {
        if path == "$this" {
            values(inner, inner.name, found);
        } else {
            values(inner, &format!("{path}.{}", inner.name), found);
        }
    }
    if found.is_empty()
        && let Some(binding) = part.binding
    {
        found.push((path.into(), Test::Member(binding)));
    }
}

impl Wanted {
    fn copied(&self) -> Self {
        match self {
            Self::Fixed(tree) => Self::Fixed(tree.clone()),
            Self::Pattern(tree) => Self::Pattern(tree.clone()),
        }
    }
}
