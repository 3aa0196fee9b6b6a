//! Expanding value sets by R4's rules (`ValueSet.compose`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::code_systems::System;
use crate::definitions::{Error, Source};

/// Codes by system.
pub(crate) type Codes = BTreeMap<String, BTreeSet<String>>;

#[derive(Deserialize)]
struct Published {
    url: String,
    compose: Option<Compose>,
}

#[derive(Deserialize, Clone)]
struct Compose {
    #[serde(default)]
    include: Vec<Include>,
    #[serde(default)]
    exclude: Vec<Include>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
struct Include {
    system: Option<String>,
    #[serde(default)]
    concept: Vec<Listed>,
    #[serde(default)]
    filter: Vec<Filter>,
    #[serde(default)]
    value_set: Vec<String>,
}

#[derive(Deserialize, Clone)]
struct Listed {
    code: String,
}

#[derive(Deserialize, Clone)]
struct Filter {
    property: String,
    op: String,
    value: String,
}

/// The value sets of the package and what has been expanded of them.
pub(crate) struct Expansions<'a> {
    systems: &'a BTreeMap<String, System>,
    composed: BTreeMap<String, Compose>,
    /// `None`: cannot be listed, or is being expanded (a circle cannot be listed either).
    done: BTreeMap<String, Option<Codes>>,
}

impl<'a> Expansions<'a> {
    /// Nothing expanded yet.
    pub(crate) fn new(
        source: &Source,
        systems: &'a BTreeMap<String, System>,
    ) -> Result<Self, Error> {
        let published: Vec<Published> = source.all("ValueSet")?;
        let composed = published
            .into_iter()
            .filter_map(|p| Some((p.url, p.compose?)))
            .collect();
        Ok(Self {
            systems,
            composed,
            done: BTreeMap::new(),
        })
    }

    /// Every value set that is composed of something.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.composed.keys().cloned().collect()
    }

    /// The codes of a value set; `None` when the package alone cannot list them.
    pub(crate) fn expand(&mut self, url: &str) -> Option<Codes> {
        let url = url.split('|').next().unwrap_or(url);
        if let Some(done) = self.done.get(url) {
            return done.clone();
        }
        self.done.insert(url.to_owned(), None);
        let codes = self
            .composed
            .get(url)
            .cloned()
            .and_then(|c| self.compose(&c));
        self.done.insert(url.to_owned(), codes.clone());
        codes
    }

    fn compose(&mut self, compose: &Compose) -> Option<Codes> {
        let mut codes = Codes::new();
        for include in &compose.include {
            for (system, more) in self.included(include)? {
                codes.entry(system).or_default().extend(more);
            }
        }
        for exclude in &compose.exclude {
            for (system, fewer) in self.included(exclude)? {
                if let Some(kept) = codes.get_mut(&system) {
                    kept.retain(|c| !fewer.contains(c));
                }
            }
        }
        codes.retain(|_, c| !c.is_empty());
        (!codes.is_empty()).then_some(codes)
    }

    /// What is in the system's part and in every named value set.
    fn included(&mut self, include: &Include) -> Option<Codes> {
        let mut parts = Vec::new();
        if let Some(url) = &include.system {
            parts.push(Codes::from([(url.clone(), self.of_system(url, include)?)]));
        }
        for value_set in &include.value_set {
            parts.push(self.expand(value_set)?);
        }
        parts.into_iter().reduce(|a, b| common(a, &b))
    }

    fn of_system(&self, url: &str, include: &Include) -> Option<BTreeSet<String>> {
        if !include.concept.is_empty() {
            return Some(include.concept.iter().map(|c| c.code.clone()).collect());
        }
        let system = self.systems.get(url).filter(|s| s.complete)?;
        let mut codes = BTreeSet::new();
        for code in system.concepts.keys() {
            let mut matches = true;
            for filter in &include.filter {
                matches &= passes(system, code, filter)?;
            }
            if matches {
                codes.insert(code.clone());
            }
        }
        Some(codes)
    }
}

/// Whether a concept passes a filter; `None` for a filter this does not know.
fn passes(system: &System, code: &str, filter: &Filter) -> Option<bool> {
    let node = system.concepts.get(code)?;
    Some(match (filter.property.as_str(), filter.op.as_str()) {
        ("concept" | "code", "is-a") => system.is_a(code, &filter.value),
        ("concept" | "code", "descendent-of") => {
            code != filter.value && system.is_a(code, &filter.value)
        }
        ("concept" | "code", "is-not-a") => !system.is_a(code, &filter.value),
        (property, "=") => node
            .properties
            .iter()
            .any(|(name, value)| name == property && *value == filter.value),
        _ => return None,
    })
}

fn common(a: Codes, b: &Codes) -> Codes {
    a.into_iter()
        .filter_map(|(system, codes)| {
            let other = b.get(&system)?;
            Some((system, codes.intersection(other).cloned().collect()))
        })
        .collect()
}
