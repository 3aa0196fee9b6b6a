//! Code systems as the expansion needs them: concepts with parents and properties.

use std::collections::BTreeMap;

use cresset_definitions::{CodeSystem, Concept};
use serde::Deserialize;

use crate::definitions::{Error, Source, list, text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published {
    url: String,
    name: String,
    version: Option<String>,
    content: String,
    #[serde(default)]
    case_sensitive: bool,
    #[serde(default)]
    concept: Vec<PublishedConcept>,
}

#[derive(Deserialize)]
struct PublishedConcept {
    code: String,
    display: Option<String>,
    #[serde(default)]
    property: Vec<PublishedProperty>,
    #[serde(default)]
    concept: Vec<PublishedConcept>,
}

#[derive(Deserialize)]
struct PublishedProperty {
    code: String,
    #[serde(flatten)]
    value: BTreeMap<String, serde_json::Value>,
}

/// A code system with its hierarchy.
pub(crate) struct System {
    pub(crate) url: String,
    name: String,
    version: String,
    pub(crate) complete: bool,
    case_sensitive: bool,
    /// Sorted by code.
    pub(crate) concepts: BTreeMap<String, Node>,
}

/// A concept.
#[derive(Default)]
pub(crate) struct Node {
    pub(crate) display: String,
    /// The codes directly above it.
    pub(crate) parents: Vec<String>,
    /// Its properties as (name, value as text).
    pub(crate) properties: Vec<(String, String)>,
}

/// Every code system of the package by URL.
pub(crate) fn read(source: &Source) -> Result<BTreeMap<String, System>, Error> {
    let published: Vec<Published> = source.all("CodeSystem")?;
    let systems = published.into_iter().map(|p| {
        let mut concepts = BTreeMap::new();
        for concept in p.concept {
            add(concept, None, &mut concepts);
        }
        let complete = p.content == "complete";
        let system = System {
            url: p.url,
            name: p.name,
            version: p.version.unwrap_or_default(),
            complete,
            case_sensitive: p.case_sensitive,
            concepts,
        };
        (system.url.clone(), system)
    });
    Ok(systems.collect())
}

/// Adds a concept and those below it; a code listed twice (v3) keeps all its parents.
fn add(concept: PublishedConcept, parent: Option<&str>, all: &mut BTreeMap<String, Node>) {
    let node = all.entry(concept.code.clone()).or_default();
    node.display = concept.display.unwrap_or_default();
    node.parents.extend(parent.map(str::to_owned));
    for property in concept.property {
        let value = property
            .value
            .values()
            .next()
            .map(plain)
            .unwrap_or_default();
        // v3 states further parents as properties.
        if property.code == "subsumedBy" {
            node.parents.push(value);
        } else {
            node.properties.push((property.code, value));
        }
    }
    for child in concept.concept {
        add(child, Some(&concept.code), all);
    }
}

fn plain(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl System {
    /// Whether `code` is `ancestor` or lies below it.
    pub(crate) fn is_a(&self, code: &str, ancestor: &str) -> bool {
        code == ancestor
            || self
                .concepts
                .get(code)
                .is_some_and(|node| node.parents.iter().any(|p| self.is_a(p, ancestor)))
    }
}

/// The table of one system.
pub(crate) fn compiled(system: &System) -> CodeSystem {
    let codes: Vec<&str> = system.concepts.keys().map(String::as_str).collect();
    let concepts = system
        .concepts
        .iter()
        .map(|(code, node)| Concept {
            code: text(code),
            display: text(&node.display),
            parents: list(positions(&node.parents, &codes)),
        })
        .collect();
    CodeSystem {
        url: text(&system.url),
        name: text(&system.name),
        version: text(&system.version),
        complete: system.complete,
        case_sensitive: system.case_sensitive,
        concepts: list(concepts),
    }
}

/// Where the parents stand among the sorted codes; each once.
fn positions(parents: &[String], codes: &[&str]) -> Vec<u16> {
    let mut positions: Vec<u16> = parents
        .iter()
        .filter_map(|parent| codes.binary_search(&parent.as_str()).ok())
        .filter_map(|at| u16::try_from(at).ok())
        .collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}
