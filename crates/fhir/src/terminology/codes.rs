//! A code system, wherever it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cresset_definitions::terminology::CodeSystem;
use cresset_model::{Element, Tree};
use cresset_store::{CodeSystems, LoadedConcept, LoadedSystem};

use crate::fault::Fault;

/// A code system with its concepts.
pub(super) enum Codes {
    BuiltIn(&'static CodeSystem),
    Stored(Stored),
    /// Of a release the operator loaded.
    Loaded(Arc<dyn CodeSystems>, LoadedSystem),
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
#[derive(Default)]
pub(super) struct Known {
    pub(super) code: String,
    pub(super) display: Option<String>,
    pub(super) definition: Option<String>,
    /// Whether the system still recommends it, where that is known.
    pub(super) active: Option<bool>,
    pub(super) parents: Vec<String>,
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
            Self::Loaded(_, system) => &system.url,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::BuiltIn(system) => system.name,
            Self::Stored(stored) => &stored.name,
            Self::Loaded(_, system) => &system.name,
        }
    }

    pub(super) fn version(&self) -> Option<&str> {
        match self {
            Self::BuiltIn(system) => Some(system.version).filter(|version| !version.is_empty()),
            Self::Stored(stored) => stored.version.as_deref(),
            Self::Loaded(_, system) => system.version.as_deref(),
        }
    }

    /// Whether every code of the system is here.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::BuiltIn(system) => system.complete,
            Self::Stored(stored) => stored.complete,
            Self::Loaded(..) => true,
        }
    }

    /// Whether the one display of a code is all it may be called by.
    pub(super) fn has_one_display(&self) -> bool {
        !matches!(self, Self::Loaded(..))
    }

    /// What is known of a code; codes are compared as written.
    pub(super) fn known(&self, code: &str) -> Result<Option<Known>, Fault> {
        Ok(match self {
            Self::BuiltIn(system) => system
                .concept(code)
                .map(|concept| of_built_in(system, concept)),
            Self::Stored(stored) => stored.concepts.get(code).map(|concept| Known {
                code: code.to_owned(),
                display: concept.display.clone(),
                definition: concept.definition.clone(),
                active: None,
                parents: concept.parents.clone(),
            }),
            Self::Loaded(all, system) => all.concept(&system.url, code)?.map(of_loaded),
        })
    }

    /// Codes in order, those below `above` or all, with their displays; no more than `most` of a
    /// system that was loaded.
    pub(super) fn listed(&self, above: Option<&str>, most: usize) -> Result<Vec<Known>, Fault> {
        let is_below = |code: &str| above.map_or(Ok(true), |above| self.subsumes(above, code));
        let mut listed = Vec::new();
        match self {
            Self::Loaded(all, system) => {
                let codes = all.codes(&system.url, above, most)?;
                return Ok(codes.into_iter().map(of_loaded).collect());
            }
            Self::BuiltIn(system) => {
                for concept in system.concepts {
                    if is_below(concept.code)? {
                        listed.push(of_built_in(system, concept));
                    }
                }
            }
            Self::Stored(stored) => {
                for code in stored.concepts.keys() {
                    if is_below(code)? {
                        listed.extend(self.known(code)?);
                    }
                }
            }
        }
        Ok(listed)
    }

    /// Whether `above` is an ancestor of `code`; false when they are the same.
    pub(super) fn subsumes(&self, above: &str, code: &str) -> Result<bool, Fault> {
        Ok(match self {
            Self::BuiltIn(system) => system.subsumes(above, code),
            Self::Stored(stored) => stored.subsumes(above, code),
            Self::Loaded(all, system) => all.subsumes(&system.url, above, code)?,
        })
    }
}

impl Stored {
    fn subsumes(&self, above: &str, code: &str) -> bool {
        let parents = |code: &str| self.concepts.get(code).map(|c| c.parents.as_slice());
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = vec![code];
        while let Some(here) = open.pop() {
            for parent in parents(here).unwrap_or_default() {
                if parent == above {
                    return true;
                }
                // A circle is a mistake of the resource, not a reason to run for ever.
                if seen.insert(parent) {
                    open.push(parent);
                }
            }
        }
        false
    }
}

fn of_built_in(system: &CodeSystem, concept: &cresset_definitions::terminology::Concept) -> Known {
    let parents = concept.parents.iter();
    let parents = parents.filter_map(|at| system.concepts.get(usize::from(*at)));
    Known {
        code: concept.code.to_owned(),
        display: Some(concept.display.to_owned()).filter(|display| !display.is_empty()),
        parents: parents.map(|parent| parent.code.to_owned()).collect(),
        ..Known::default()
    }
}

fn of_loaded(concept: LoadedConcept) -> Known {
    Known {
        code: concept.code,
        display: concept.display,
        definition: None,
        active: Some(concept.active),
        parents: concept.parents,
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
