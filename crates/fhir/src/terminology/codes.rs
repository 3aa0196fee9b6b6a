//! A code system, wherever it comes from.

use std::collections::BTreeMap;

use cresset_definitions::terminology::CodeSystem;
use cresset_model::{Element, Tree};

/// A code system with its concepts.
pub(super) enum Codes {
    BuiltIn(&'static CodeSystem),
    Stored(Stored),
}

/// A `CodeSystem` resource.
#[derive(Default)]
pub(super) struct Stored {
    url: String,
    name: String,
    version: Option<String>,
    complete: bool,
    concepts: BTreeMap<String, Concept>,
}

#[derive(Default)]
struct Concept {
    display: Option<String>,
    definition: Option<String>,
    parents: Vec<String>,
}

/// What is known of one code.
pub(super) struct Known<'c> {
    pub(super) code: &'c str,
    pub(super) display: Option<&'c str>,
    pub(super) definition: Option<&'c str>,
    pub(super) parents: Vec<&'c str>,
}

impl Codes {
    /// Of a `CodeSystem` resource.
    pub(super) fn of(resource: &Tree) -> Self {
        let root = resource.root();
        let mut stored = Stored {
            url: text(root, "url").unwrap_or_default(),
            name: text(root, "name").unwrap_or_default(),
            version: text(root, "version"),
            complete: text(root, "content").as_deref() == Some("complete"),
            concepts: BTreeMap::new(),
        };
        // Without recursion: what is stored may be nested as deep as a body may be.
        let mut open: Vec<(Element<'_>, Option<String>)> =
            concepts(root).map(|c| (c, None)).collect();
        while let Some((concept, parent)) = open.pop() {
            let Some(code) = text(concept, "code") else {
                continue;
            };
            open.extend(concepts(concept).map(|c| (c, Some(code.clone()))));
            let known = stored.concepts.entry(code).or_default();
            known.display = text(concept, "display");
            known.definition = text(concept, "definition");
            known.parents.extend(parent);
            known.parents.extend(stated_parents(concept));
        }
        Self::Stored(stored)
    }

    pub(super) fn url(&self) -> &str {
        match self {
            Self::BuiltIn(system) => system.url,
            Self::Stored(stored) => &stored.url,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::BuiltIn(system) => system.name,
            Self::Stored(stored) => &stored.name,
        }
    }

    pub(super) fn version(&self) -> Option<&str> {
        match self {
            Self::BuiltIn(system) => Some(system.version).filter(|version| !version.is_empty()),
            Self::Stored(stored) => stored.version.as_deref(),
        }
    }

    /// Whether every code of the system is here.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::BuiltIn(system) => system.complete,
            Self::Stored(stored) => stored.complete,
        }
    }

    /// What is known of a code; codes are compared as written.
    pub(super) fn known(&self, code: &str) -> Option<Known<'_>> {
        match self {
            Self::BuiltIn(system) => {
                let concept = system.concept(code)?;
                let parents = concept.parents.iter();
                Some(Known {
                    code: concept.code,
                    display: Some(concept.display).filter(|display| !display.is_empty()),
                    definition: None,
                    parents: parents
                        .filter_map(|at| system.concepts.get(usize::from(*at)))
                        .map(|parent| parent.code)
                        .collect(),
                })
            }
            Self::Stored(stored) => {
                let (code, concept) = stored.concepts.get_key_value(code)?;
                Some(Known {
                    code,
                    display: concept.display.as_deref(),
                    definition: concept.definition.as_deref(),
                    parents: concept.parents.iter().map(String::as_str).collect(),
                })
            }
        }
    }

    /// Every code, in order.
    pub(super) fn all(&self) -> Vec<&str> {
        match self {
            Self::BuiltIn(system) => system.concepts.iter().map(|c| c.code).collect(),
            Self::Stored(stored) => stored.concepts.keys().map(String::as_str).collect(),
        }
    }

    /// Whether `above` is an ancestor of `code`; false when they are the same.
    pub(super) fn subsumes(&self, above: &str, code: &str) -> bool {
        let Self::Stored(stored) = self else {
            return matches!(self, Self::BuiltIn(system) if system.subsumes(above, code));
        };
        let parents = |code: &str| stored.concepts.get(code).map(|c| c.parents.as_slice());
        let mut seen: Vec<&str> = Vec::new();
        let mut open: Vec<&str> = vec![code];
        while let Some(here) = open.pop() {
            for parent in parents(here).unwrap_or_default() {
                if parent == above {
                    return true;
                }
                // A circle is a mistake of the resource, not a reason to run for ever.
                if !seen.contains(&parent.as_str()) {
                    seen.push(parent);
                    open.push(parent);
                }
            }
        }
        false
    }
}

fn concepts(of: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    items(of, "concept")
}

/// The items of an array that is a member; none when it is not there.
pub(super) fn items<'t>(of: Element<'t>, name: &str) -> impl Iterator<Item = Element<'t>> {
    of.get(name).into_iter().flat_map(Element::items)
}

/// Parents stated as a property `parent` or `subsumedBy`.
fn stated_parents(concept: Element<'_>) -> impl Iterator<Item = String> {
    items(concept, "property")
        .filter(|p| matches!(text(*p, "code").as_deref(), Some("parent" | "subsumedBy")))
        .filter_map(|p| text(p, "valueCode"))
}

pub(super) fn text(of: Element<'_>, name: &str) -> Option<String> {
    of.get(name).and_then(Element::as_str).map(str::to_owned)
}
